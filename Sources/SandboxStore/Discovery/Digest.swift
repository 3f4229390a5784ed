/// SHA-256 (FIPS 180-4), for the hashes that discovery shows; not used to protect anything.
enum Digest {
    private static let primes: [UInt64] = {
        var found: [UInt64] = []
        var candidate: UInt64 = 2
        while found.count < 64 {
            if !found.contains(where: { candidate % $0 == 0 }) { found.append(candidate) }
            candidate += 1
        }
        return found
    }()

    /// The first 32 bits of the fraction of a number.
    private static func fraction(_ value: Double) -> UInt32 {
        UInt32((value - value.rounded(.down)) * 4_294_967_296)
    }

    private static func cubeRoot(_ value: Double) -> Double {
        var root = 2.0
        for _ in 0..<64 { root -= (root * root * root - value) / (3 * root * root) }
        return root
    }

    private static let start: [UInt32] = primes.prefix(8).map { fraction(Double($0).squareRoot()) }
    private static let rounds: [UInt32] = primes.map { fraction(cubeRoot(Double($0))) }

    /// The 32 bytes of the digest.
    static func sha256(_ bytes: [UInt8]) -> [UInt8] {
        var message = bytes + [0x80]
        while message.count % 64 != 56 { message.append(0) }
        let bits = UInt64(bytes.count) &* 8
        message += (0..<8).map { UInt8(truncatingIfNeeded: bits >> UInt64(56 - 8 * $0)) }
        var state = start
        for block in stride(from: 0, to: message.count, by: 64) { mix(&state, message[block..<block + 64]) }
        return state.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> UInt32(24 - 8 * $0)) } }
    }

    private static func rotate(_ word: UInt32, _ count: UInt32) -> UInt32 { word >> count | word << (32 - count) }

    private static func mix(_ state: inout [UInt32], _ block: ArraySlice<UInt8>) {
        var words = (0..<16).map { index in
            (0..<4).reduce(UInt32(0)) { $0 << 8 | UInt32(block[block.startIndex + index * 4 + $1]) }
        }
        for index in 16..<64 {
            let (a, b) = (words[index - 15], words[index - 2])
            let low = rotate(a, 7) ^ rotate(a, 18) ^ a >> 3
            let high = rotate(b, 17) ^ rotate(b, 19) ^ b >> 10
            words.append(words[index - 16] &+ low &+ words[index - 7] &+ high)
        }
        var work = state
        for index in 0..<64 {
            let (a, e) = (work[0], work[4])
            let upper = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
            let choice = e & work[5] ^ ~e & work[6]
            let first = work[7] &+ upper &+ choice &+ rounds[index] &+ words[index]
            let lower = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)
            let majority = a & work[1] ^ a & work[2] ^ work[1] & work[2]
            work = [first &+ lower &+ majority, a, work[1], work[2], work[3] &+ first, e, work[5], work[6]]
        }
        for index in 0..<8 { state[index] &+= work[index] }
    }
}
