/// How a string is written in YAML so that it is read back as that string.
enum YAMLText {
    /// The string on one line: plain where that is safe, else quoted.
    static func inline(_ string: String) -> String {
        if isPlainSafe(string) { return string }
        let hasEscapes = string.utf8.contains { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") }
        if hasEscapes, string.unicodeScalars.allSatisfy({ isPrintable($0) }) {
            return singleQuoted(string)
        }
        return doubleQuoted(string)
    }

    /// The header of a literal block for a string of several lines; nil when a block could not hold it.
    static func literalHeader(_ string: String) -> String? {
        let bytes = string.utf8
        guard bytes.contains(UInt8(ascii: "\n")), bytes.contains(where: { $0 != UInt8(ascii: "\n") }) else {
            return nil
        }
        guard string.unicodeScalars.allSatisfy({ isPrintable($0) || $0 == "\n" || $0 == "\t" }) else { return nil }
        let needsIndent = bytes.first == UInt8(ascii: " ") || bytes.first == UInt8(ascii: "\n") || bytes.first == 0x09
        let header = needsIndent ? "|2" : "|"
        guard bytes.last == UInt8(ascii: "\n") else { return header + "-" }
        return bytes.dropLast().last == UInt8(ascii: "\n") ? header + "+" : header
    }

    private static func isPlainSafe(_ string: String) -> Bool {
        let bytes = string.utf8
        guard let first = bytes.first, let last = bytes.last, first != 0x20, last != 0x20, last != UInt8(ascii: ":")
        else {
            return false
        }
        guard isPlainStart(first, next: bytes.dropFirst().first) else { return false }
        if string.hasPrefix("---") || string.hasPrefix("...") { return false }
        var previous: UInt8 = 0
        for byte in bytes {
            if previous == UInt8(ascii: ":"), byte == 0x20 { return false }
            if previous == 0x20, byte == UInt8(ascii: "#") { return false }
            previous = byte
        }
        return string.unicodeScalars.allSatisfy { isPrintable($0) } && !YAMLScalar.isAmbiguous(string)
    }

    /// Whether a plain scalar may begin with this byte.
    private static func isPlainStart(_ byte: UInt8, next: UInt8?) -> Bool {
        switch byte {
        case UInt8(ascii: "-"):
            guard let next else { return false }
            return next != 0x20
        case UInt8(ascii: "?"), UInt8(ascii: ":"), UInt8(ascii: ","), UInt8(ascii: "["), UInt8(ascii: "]"),
            UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "#"), UInt8(ascii: "&"), UInt8(ascii: "*"),
            UInt8(ascii: "!"), UInt8(ascii: "|"), UInt8(ascii: ">"), UInt8(ascii: "'"), UInt8(ascii: "\""),
            UInt8(ascii: "%"), UInt8(ascii: "@"), UInt8(ascii: "`"):
            return false
        default: return true
        }
    }

    /// Whether YAML allows the character as it is, and it neither breaks a line nor is a tab.
    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x20...0x7E: true
        case 0xA0...0x2027, 0x202A...0xD7FF, 0xE000...0xFEFE, 0xFF00...0xFFFD, 0x10000...0x10FFFF: true
        default: false
        }
    }

    private static func singleQuoted(_ string: String) -> String {
        var text = "'"
        for scalar in string.unicodeScalars {
            if scalar == "'" { text += "'" }
            text.unicodeScalars.append(scalar)
        }
        return text + "'"
    }

    private static func doubleQuoted(_ string: String) -> String {
        var text = "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\t": text += "\\t"
            case "\r": text += "\\r"
            case "\0": text += "\\0"
            case _ where isPrintable(scalar): text.unicodeScalars.append(scalar)
            default: text += escape(scalar.value)
            }
        }
        return text + "\""
    }

    private static func escape(_ code: UInt32) -> String {
        let digits = String(code, radix: 16, uppercase: true)
        let width = code <= 0xFF ? 2 : code <= 0xFFFF ? 4 : 8
        let letter = width == 2 ? "x" : width == 4 ? "u" : "U"
        return "\\" + letter + String(repeating: "0", count: width - digits.utf8.count) + digits
    }
}
