extension LabelSelector {
    /// Reads the text form of the `labelSelector` query parameter.
    ///
    /// Accepts what Kubernetes does: `a`, `!a`, `a=b`, `a==b`, `a!=b`, `a in (b,c)`, `a notin (b,c)`, `a>1`, `a<1`, joined
    /// by commas. Empty text selects everything. Errors are worded as by Kubernetes (`apimachinery/pkg/labels`).
    public init(text: String) throws(SelectorError) {
        var reader = SelectorReader(SelectorToken.all(in: text))
        self.init(try reader.requirements())
    }
}

/// A part of the text form with a meaning of its own.
private struct SelectorToken {
    enum Kind: String {
        case end = ""
        case close = ")"
        case comma = ","
        case not = "!"
        case doubleEquals = "=="
        case equals = "="
        case greater = ">"
        case isIn = "in"
        case less = "<"
        case notEquals = "!="
        case notIn = "notin"
        case open = "("
        case identifier = "identifier"
    }

    var kind: Kind
    var literal: String

    /// The token as it counts among keys and values, where no word is a keyword.
    var asValue: SelectorToken {
        kind == .isIn || kind == .notIn ? SelectorToken(kind: .identifier, literal: literal) : self
    }

    /// The tokens of a text up to its end or a zero byte.
    static func all(in text: String) -> [SelectorToken] {
        var tokens: [SelectorToken] = []
        var rest = Array(text.utf8)[...]
        let isSpace: (UInt8) -> Bool = { " \t\r\n".utf8.contains($0) }
        let isSymbol: (UInt8) -> Bool = { "=!(),><".utf8.contains($0) }
        while true {
            rest = rest.drop(while: isSpace)
            guard let first = rest.first, first != 0 else { break }
            if isSymbol(first) {
                let pair = String(decoding: rest.prefix(2), as: UTF8.self)
                let literal = pair == "==" || pair == "!=" ? pair : String(pair.prefix(1))
                rest = rest.dropFirst(literal.utf8.count)
                tokens.append(SelectorToken(kind: Kind(rawValue: literal) ?? .identifier, literal: literal))
            } else {
                let word = rest.prefix { $0 != 0 && !isSpace($0) && !isSymbol($0) }
                rest = rest[word.endIndex...]
                if rest.first == 0 { rest = rest.dropFirst() }
                let literal = String(decoding: word, as: UTF8.self)
                let kind: Kind =
                    switch literal {
                    case "in": .isIn
                    case "notin": .notIn
                    default: .identifier
                    }
                tokens.append(SelectorToken(kind: kind, literal: literal))
            }
        }
        return tokens + [SelectorToken(kind: .end, literal: "")]
    }
}

/// A cursor over the tokens of a label selector.
private struct SelectorReader {
    private let tokens: [SelectorToken]
    private var position = 0

    init(_ tokens: [SelectorToken]) {
        self.tokens = tokens
    }

    /// The token to come; the end comes again and again.
    private var next: SelectorToken { tokens[min(position, tokens.count - 1)] }

    private mutating func take() -> SelectorToken {
        defer { position += 1 }
        return next
    }

    private func found(_ token: SelectorToken, _ wanted: String, comma: String = ",") -> SelectorError {
        SelectorError("found '\(token.literal)'\(comma) expected: \(wanted)")
    }

    mutating func requirements() throws(SelectorError) -> [LabelRequirement] {
        var requirements: [LabelRequirement] = []
        while true {
            switch next.asValue.kind {
            case .end: return requirements
            case .identifier, .not: break
            default: throw found(next, "!, identifier, or 'end of string'")
            }
            do throws(SelectorError) {
                requirements.append(try requirement())
            } catch {
                throw SelectorError("unable to parse requirement: \(error.message)")
            }
            let token = take()
            switch token.kind {
            case .end: return requirements
            case .comma:
                guard [.identifier, .not].contains(next.asValue.kind) else {
                    throw found(next, "identifier after ','")
                }
            default: throw found(token, "',' or 'end of string'")
            }
        }
    }

    private mutating func requirement() throws(SelectorError) -> LabelRequirement {
        var token = take()
        let isNegated = token.kind == .not
        if isNegated { token = take() }
        guard token.asValue.kind == .identifier else { throw found(token, "identifier") }
        let key = token.literal
        let issues = NameRule.qualifiedName.issues(in: key)
        if !issues.isEmpty { throw SelectorError(Self.invalid("<nil>", key, issues.joined(separator: "; "))) }
        if isNegated { return LabelRequirement(key: key, operation: .doesNotExist) }
        if next.kind == .end || next.kind == .comma { return LabelRequirement(key: key, operation: .exists) }
        let sign = take()
        switch sign.kind {
        case .isIn: return try checked(key, .isIn, try values())
        case .notIn: return try checked(key, .notIn, try values())
        case .equals, .doubleEquals: return try checked(key, .isIn, [try value()])
        case .notEquals: return try checked(key, .notIn, [try value()])
        case .greater: return try checked(key, .isGreater, [try value()])
        case .less: return try checked(key, .isLess, [try value()])
        default: throw found(sign, "in, notin, =, ==, !=, gt, lt")
        }
    }

    private mutating func value() throws(SelectorError) -> String {
        if next.kind == .end || next.kind == .comma { return "" }
        let token = take()
        guard token.asValue.kind == .identifier else { throw found(token, "identifier") }
        return token.literal
    }

    private mutating func values() throws(SelectorError) -> [String] {
        let open = take()
        guard open.kind == .open else { throw found(open, "'('", comma: "") }
        switch next.asValue.kind {
        case .close:
            position += 1
            return [""]
        case .identifier, .comma:
            let values = try list()
            position += 1
            return values.sorted()
        default: throw found(next, "',', ')' or identifier")
        }
    }

    /// The values up to the closing parenthesis; one left out between commas is empty.
    private mutating func list() throws(SelectorError) -> Set<String> {
        var values: Set<String> = []
        while true {
            let token = take()
            switch token.asValue.kind {
            case .identifier:
                values.insert(token.literal)
                if next.kind == .close { return values }
                guard next.kind == .comma else { throw found(next.asValue, "',' or ')'") }
            case .comma:
                if values.isEmpty || next.kind == .close || next.kind == .comma { values.insert("") }
                if next.kind == .close { return values }
            default: throw found(token, "',', or identifier")
            }
        }
    }

    /// The requirement, unless its values are none of labels, or no numbers where they are compared.
    private func checked(
        _ key: String,
        _ operation: LabelRequirement.Operation,
        _ values: [String]
    ) throws(SelectorError) -> LabelRequirement {
        var issues: [String] = []
        if operation == .isGreater || operation == .isLess {
            for (index, value) in values.enumerated() where Int64(value) == nil {
                let detail = "for 'Gt', 'Lt' operators, the value must be an integer"
                issues.append(Self.invalid("values[\(index)]", value, detail))
            }
        }
        for (index, value) in values.enumerated() {
            let found = NameRule.labelValue.issues(in: value)
            if !found.isEmpty {
                issues.append(Self.invalid("values[\(index)][\(key)]", value, found.joined(separator: "; ")))
            }
        }
        switch issues.count {
        case 0: return LabelRequirement(key: key, operation: operation, values: values)
        case 1: throw SelectorError(issues[0])
        default: throw SelectorError("[\(issues.joined(separator: ", "))]")
        }
    }

    private static func invalid(_ field: String, _ value: String, _ detail: String) -> String {
        "\(field): Invalid value: \"\(value)\": \(detail)"
    }
}
