/// What a plain scalar means, by the rules of the decoder that Kubernetes uses (go-yaml 2, YAML 1.1).
enum YAMLScalar {
    /// The value of a plain scalar; nil for an infinity or NaN, which JSON cannot hold.
    static func resolve(_ text: String) -> Tree? {
        guard let first = text.utf8.first else { return .null }
        switch first {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
            if isSpecialFloat(text) { return nil }
            return number(text) ?? .string(text)
        case UInt8(ascii: "~") where text.utf8.count == 1: return .null
        case UInt8(ascii: "n"), UInt8(ascii: "N"), UInt8(ascii: "y"), UInt8(ascii: "Y"), UInt8(ascii: "t"),
            UInt8(ascii: "T"), UInt8(ascii: "f"), UInt8(ascii: "F"), UInt8(ascii: "o"), UInt8(ascii: "O"):
            return text.utf8.count <= 5 ? word(text) : .string(text)
        default: return .string(text)
        }
    }

    private static func word(_ text: String) -> Tree {
        switch text {
        case "null", "Null", "NULL": .null
        case "y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON": .bool(true)
        case "n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF": .bool(false)
        default: .string(text)
        }
    }

    private static func isSpecialFloat(_ text: String) -> Bool {
        switch text {
        case ".nan", ".NaN", ".NAN", ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF": true
        default: false
        }
    }

    /// The number a scalar that begins with a digit, sign or point spells; nil when it spells none.
    ///
    /// Underscores between digits count for nothing, unless the scalar begins with a point.
    static func number(_ text: String) -> Tree? {
        guard text.utf8.first != UInt8(ascii: ".") else { return float(text) }
        let plain = text.utf8.contains(UInt8(ascii: "_")) ? text.filter { $0 != "_" } : text
        return integer(plain) ?? float(plain)
    }

    private static func integer(_ text: String) -> Tree? {
        var digits = Substring(text)
        var sign = ""
        if let first = digits.first, first == "-" || first == "+" {
            if first == "-" { sign = "-" }
            digits = digits.dropFirst()
        }
        guard let first = digits.utf8.first, (0x30...0x39).contains(first) else { return nil }
        guard first == 0x30, digits.utf8.count > 1 else {
            guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
            return Int64(sign + digits).map { .integer($0) } ?? .bigInteger(sign + digits)
        }
        let body = digits.dropFirst()
        switch body.first {
        case "x", "X": return prefixed(sign, body.dropFirst(), radix: 16)
        case "b", "B": return prefixed(sign, body.dropFirst(), radix: 2)
        case "o", "O": return prefixed(sign, body.dropFirst(), radix: 8)
        default: return prefixed(sign, body, radix: 8)
        }
    }

    private static func prefixed(_ sign: String, _ digits: Substring, radix: Int) -> Tree? {
        guard let first = digits.first, first != "+", first != "-" else { return nil }
        if let value = Int64(sign + digits, radix: radix) { return .integer(value) }
        guard sign.isEmpty, let value = UInt64(digits, radix: radix) else { return nil }
        return .bigInteger(String(value))
    }

    /// A decimal float: digits with an optional point, and an optional exponent.
    private static func float(_ text: String) -> Tree? {
        var bytes = Array(text.utf8)[...]
        if bytes.first == UInt8(ascii: "-") || bytes.first == UInt8(ascii: "+") { bytes = bytes.dropFirst() }
        let whole = bytes.prefix { (0x30...0x39).contains($0) }
        bytes = bytes.dropFirst(whole.count)
        var fraction: ArraySlice<UInt8> = []
        let hasPoint = bytes.first == UInt8(ascii: ".")
        if hasPoint {
            fraction = bytes.dropFirst().prefix { (0x30...0x39).contains($0) }
            bytes = bytes.dropFirst(1 + fraction.count)
        }
        guard !whole.isEmpty || !fraction.isEmpty else { return nil }
        let isDecimal = !hasPoint && bytes.isEmpty
        if let letter = bytes.first {
            guard letter | 0x20 == UInt8(ascii: "e") else { return nil }
            bytes = bytes.dropFirst()
            if bytes.first == UInt8(ascii: "-") || bytes.first == UInt8(ascii: "+") { bytes = bytes.dropFirst() }
            guard !bytes.isEmpty, bytes.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        }
        // Digits with a leading zero that are not octal, such as 08, are decimal.
        if isDecimal { return Int64(text).map { .integer($0) } }
        let padded = text.hasSuffix(".") ? text + "0" : text
        guard let value = Double(padded), value.isFinite else { return nil }
        return .double(value)
    }

    /// Whether the text of a string would be read as another type by some YAML 1.1 reader, if written plain.
    static func isAmbiguous(_ text: String) -> Bool {
        guard case .string = resolve(text) else { return true }
        if text == "=" || text == "<<" { return true }
        guard let first = text.utf8.first, first < 0x3A else { return false }
        return isSexagesimal(text) || isDate(text)
    }

    private static func isSexagesimal(_ text: String) -> Bool {
        let allowed = text.utf8.allSatisfy { byte in
            (0x30...0x3A).contains(byte) || byte == 0x5F || byte == 0x2B || byte == 0x2D || byte == 0x2E
        }
        return allowed && text.utf8.contains(UInt8(ascii: ":"))
    }

    private static func isDate(_ text: String) -> Bool {
        let start = Array(text.utf8.prefix(6))
        guard start.count == 6, start[4] == UInt8(ascii: "-") else { return false }
        return start[..<4].allSatisfy { (0x30...0x39).contains($0) } && (0x30...0x39).contains(start[5])
    }
}
