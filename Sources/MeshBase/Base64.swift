/// Base64 with the standard alphabet and padding (RFC 4648 section 4).
public enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// The value of each character of the alphabet, 255 for others.
    private static let values: [UInt8] = {
        var table = [UInt8](repeating: 255, count: 256)
        for (value, character) in alphabet.enumerated() { table[Int(character)] = UInt8(value) }
        return table
    }()

    /// The text of `bytes`, padded, in one line.
    public static func encode(_ bytes: some Collection<UInt8>) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        var word: UInt32 = 0
        var held = 0
        for byte in bytes {
            word = word << 8 | UInt32(byte)
            held += 1
            guard held == 3 else { continue }
            for shift in [18, 12, 6, 0] as [UInt32] { text.append(alphabet[Int(word >> shift & 63)]) }
            word = 0
            held = 0
        }
        let equals = UInt8(ascii: "=")
        if held == 1 { text += [alphabet[Int(word >> 2 & 63)], alphabet[Int(word << 4 & 63)], equals, equals] }
        if held == 2 {
            text += [
                alphabet[Int(word >> 10 & 63)], alphabet[Int(word >> 4 & 63)], alphabet[Int(word << 2 & 63)], equals,
            ]
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The bytes that `text` stands for, nil when it is not Base64.
    ///
    /// White space is skipped; missing padding is accepted, wrong padding is not.
    public static func decode(_ text: some StringProtocol) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count / 4 * 3)
        var word: UInt32 = 0
        var count = 0
        var padding = 0
        for character in text.utf8 {
            if [0x20, 0x09, 0x0A, 0x0D].contains(character) { continue }
            if character == UInt8(ascii: "=") {
                padding += 1
                continue
            }
            let value = values[Int(character)]
            guard value != 255, padding == 0 else { return nil }
            word = word << 6 | UInt32(value)
            count += 1
            guard count % 4 == 0 else { continue }
            bytes += [UInt8(word >> 16 & 255), UInt8(word >> 8 & 255), UInt8(word & 255)]
            word = 0
        }
        switch (count % 4, padding) {
        case (0, 0): return bytes
        case (2, 0), (2, 2): return bytes + [UInt8(word >> 4 & 255)]
        case (3, 0), (3, 1): return bytes + [UInt8(word >> 10 & 255), UInt8(word >> 2 & 255)]
        default: return nil
        }
    }
}
