extension LabelSelector {
    /// Reads the text form of the `labelSelector` query parameter.
    ///
    /// Accepts what Kubernetes does: `a`, `!a`, `a=b`, `a==b`, `a!=b`, `a in (b,c)`, `a notin (b,c)`, `a>1`, `a<1`, joined
    /// by commas. Empty text selects everything.
    public init(text: String) throws(SelectorError) {
        var reader = SelectorReader(text)
        var requirements: [LabelRequirement] = []
        reader.skipSpace()
        while !reader.isAtEnd {
            requirements.append(try reader.requirement())
            reader.skipSpace()
            if reader.isAtEnd { break }
            guard reader.take(",") else { throw reader.problem("expected ',' between requirements") }
            reader.skipSpace()
            if reader.isAtEnd { throw reader.problem("expected a label key after ','") }
        }
        self.requirements = requirements
    }
}

/// A cursor over the text form of a label selector.
private struct SelectorReader {
    private let text: String
    private let bytes: [UInt8]
    private var position = 0

    init(_ text: String) {
        self.text = text
        self.bytes = Array(text.utf8)
    }

    var isAtEnd: Bool { position >= bytes.count }

    func problem(_ what: String) -> SelectorError {
        SelectorError("labelSelector \"\(text)\": \(what) at offset \(position)")
    }

    mutating func skipSpace() {
        while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) { position += 1 }
    }

    mutating func take(_ token: String) -> Bool {
        guard bytes[position...].starts(with: token.utf8) else { return false }
        position += token.utf8.count
        return true
    }

    /// Reads up to a byte with a meaning of its own; may be empty.
    mutating func word() -> String {
        let start = position
        while position < bytes.count, !" \t\r\n,()=!<>".utf8.contains(bytes[position]) { position += 1 }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    mutating func requirement() throws(SelectorError) -> LabelRequirement {
        let isNegated = take("!")
        skipSpace()
        let key = word()
        guard !key.isEmpty else { throw problem("expected a label key") }
        if let issue = NameRule.qualifiedName.issues(in: key).first { throw problem("key \"\(key)\": \(issue)") }
        if isNegated { return LabelRequirement(key: key, operation: .doesNotExist) }
        skipSpace()
        if isAtEnd || bytes[position] == UInt8(ascii: ",") { return LabelRequirement(key: key, operation: .exists) }
        if take("!=") { return LabelRequirement(key: key, operation: .notIn, values: [try value()]) }
        if take("==") || take("=") { return LabelRequirement(key: key, operation: .isIn, values: [try value()]) }
        if take(">") { return LabelRequirement(key: key, operation: .isGreater, values: [try number(key)]) }
        if take("<") { return LabelRequirement(key: key, operation: .isLess, values: [try number(key)]) }
        switch word() {
        case "in": return LabelRequirement(key: key, operation: .isIn, values: try values())
        case "notin": return LabelRequirement(key: key, operation: .notIn, values: try values())
        default: throw problem("expected one of =, ==, !=, in, notin, >, < after \"\(key)\"")
        }
    }

    private mutating func value() throws(SelectorError) -> String {
        skipSpace()
        let value = word()
        if let issue = NameRule.labelValue.issues(in: value).first { throw problem("value \"\(value)\": \(issue)") }
        return value
    }

    private mutating func number(_ key: String) throws(SelectorError) -> String {
        let value = try value()
        guard Int64(value) != nil else { throw problem("what \"\(key)\" is compared with must be a whole number") }
        return value
    }

    private mutating func values() throws(SelectorError) -> [String] {
        skipSpace()
        guard take("(") else { throw problem("expected '('") }
        var values: [String] = []
        while true {
            values.append(try value())
            skipSpace()
            if take(")") { break }
            guard take(",") else { throw problem("expected ',' or ')'") }
        }
        return values
    }
}
