/// Base64 with its standard alphabet, and its form for URLs (RFC 4648 sections 4 and 5).
///
/// What is refused is what Go's `base64.StdEncoding` and `RawURLEncoding` refuse, since Kubernetes reads by them.
public enum Base64 {
    private static let standard = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let forURLs = Array(standard.dropLast(2)) + Array("-_".utf8)
    private static let standardValues = values(standard)
    private static let valuesForURLs = values(forURLs)
    private static let equals = UInt8(ascii: "=")

    /// The value of each character of an alphabet, 255 for others.
    private static func values(_ alphabet: [UInt8]) -> [UInt8] {
        var table = [UInt8](repeating: 255, count: 256)
        for (value, character) in alphabet.enumerated() { table[Int(character)] = UInt8(value) }
        return table
    }

    /// The text of `bytes`, padded, in one line.
    public static func encode(_ bytes: some Collection<UInt8>) -> String {
        var text = digits(of: bytes, standard)
        text.append(contentsOf: repeatElement(equals, count: (4 - text.count % 4) % 4))
        return String(decoding: text, as: UTF8.self)
    }

    /// The text of `bytes` in the alphabet for URLs, without padding.
    public static func encodeURL(_ bytes: some Collection<UInt8>) -> String {
        String(decoding: digits(of: bytes, forURLs), as: UTF8.self)
    }

    /// The bytes that `text` stands for, nil when it is not Base64 with padding; line breaks are skipped.
    public static func decode(_ text: some StringProtocol) -> [UInt8]? { decode(utf8: text.utf8) }

    /// The bytes that UTF-8 text stands for, nil when it is not Base64 with padding; line breaks are skipped.
    public static func decode(utf8 text: some Collection<UInt8>) -> [UInt8]? {
        var digits: [UInt8] = []
        digits.reserveCapacity(text.count)
        var padding = 0
        for character in text where character != 0x0A && character != 0x0D {
            if character == equals {
                padding += 1
            } else if padding == 0 {
                digits.append(standardValues[Int(character)])
            } else {
                return nil
            }
        }
        guard padding == (4 - digits.count % 4) % 4 else { return nil }
        return bytes(of: digits)
    }

    /// The bytes that `text` in the alphabet for URLs stands for, nil when it is anything else, or padded.
    public static func decodeURL(_ text: some StringProtocol) -> [UInt8]? {
        bytes(of: text.utf8.map { valuesForURLs[Int($0)] })
    }

    /// One character for each 6 bits, the last filled up with zeros.
    private static func digits(of bytes: some Collection<UInt8>, _ alphabet: [UInt8]) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        var word: UInt32 = 0
        var held: UInt32 = 0
        for byte in bytes {
            word = (word & 0xFF) << 8 | UInt32(byte)
            held += 8
            while held >= 6 {
                held -= 6
                text.append(alphabet[Int(word >> held & 63)])
            }
        }
        if held > 0 { text.append(alphabet[Int(word << (6 - held) & 63)]) }
        return text
    }

    /// The whole bytes in values of 6 bits, nil when one is above 63 or the last stands alone.
    private static func bytes(of digits: [UInt8]) -> [UInt8]? {
        guard digits.count % 4 != 1 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(digits.count / 4 * 3 + 2)
        var word: UInt32 = 0
        var held: UInt32 = 0
        for digit in digits {
            guard digit < 64 else { return nil }
            word = (word & 0xFF) << 6 | UInt32(digit)
            held += 6
            guard held >= 8 else { continue }
            held -= 8
            bytes.append(UInt8(truncatingIfNeeded: word >> held))
        }
        return bytes
    }
}
