/// Recently read strings by a hash of their bytes, so that text that repeats is stored once.
///
/// A newer string takes the place of an older one with the same slot; the memory held is bounded.
struct StringCache: Sendable {
    struct Slot: Sendable {
        var hash: UInt64 = 0
        var string = ""
    }

    /// The longest string kept, in bytes.
    static let maxLength = 64
    private static let bits: UInt64 = 11

    var slots: [Slot]

    /// Makes an empty cache for texts of any length, or of `length` bytes: a short one is read before many slots are made.
    init(length: Int = .max) {
        slots = Array(repeating: Slot(), count: length < 4_096 ? 32 : 1 << Int(Self.bits))
    }

    /// The slot of a hash among `count` of them, a power of two; always less than `count`.
    @inline(__always)
    static func slot(of hash: UInt64, among count: Int) -> Int {
        Int(truncatingIfNeeded: hash >> (64 - bits)) & (count - 1)
    }

    /// Mixes eight more bytes into a hash.
    @inline(__always)
    static func mix(_ hash: UInt64, _ word: UInt64) -> UInt64 {
        let product = (hash ^ word) &* 0x9E37_79B9_7F4A_7C15
        return product ^ (product >> 29)
    }

    /// Ends a hash; the result is spread over all bits.
    @inline(__always)
    static func finish(_ hash: UInt64, length: Int) -> UInt64 {
        (hash ^ UInt64(truncatingIfNeeded: length)) &* 0xD6E8_FEB8_6659_FD93
    }

    /// The hash of bytes that are not read from a text.
    static func hash(_ bytes: [UInt8]) -> UInt64 {
        var hash: UInt64 = 0
        var place = 0
        while place < bytes.count {
            var word: UInt64 = 0
            for offset in 0..<min(8, bytes.count - place) {
                word |= UInt64(bytes[place + offset]) << (UInt64(offset) * 8)
            }
            hash = mix(hash, word)
            place += 8
        }
        return finish(hash, length: bytes.count)
    }
}
