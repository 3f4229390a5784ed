internal import DataTree

/// A query over fields; all terms must hold, so one without terms matches everything.
///
/// Follows the `fieldSelector` query parameter: `metadata.name=a,status.phase!=Running`; a backslash escapes `,`, `=` and
/// itself within values.
public struct FieldSelector: Sendable, Hashable {
    /// One comparison of a field with a value.
    public struct Term: Sendable, Hashable {
        /// The field, for example `metadata.name`.
        public var path: String
        /// Whether the field must differ from the value.
        public var isNegated: Bool
        /// The value compared with; an absent field counts as the empty string.
        public var value: String

        /// Makes a term.
        public init(path: String, isNegated: Bool = false, value: String) {
            self.path = path
            self.isNegated = isNegated
            self.value = value
        }
    }

    /// The comparisons, all of which must hold.
    public var terms: [Term]

    /// Matches every object.
    public static let everything = FieldSelector([])

    /// Makes a selector of terms.
    public init(_ terms: [Term]) {
        self.terms = terms
    }

    /// Selects the one object of that name.
    public static func name(_ name: String) -> FieldSelector {
        FieldSelector([Term(path: "metadata.name", value: name)])
    }

    /// Whether every object is selected.
    public var isEverything: Bool { terms.isEmpty }

    /// Whether `object` is selected.
    public func matches(_ object: KubeObject) -> Bool {
        matches(field: { Self.text(of: object.tree, at: $0) })
    }

    private static func text(of tree: Tree, at path: String) -> String? {
        var current = tree
        for key in path.split(separator: ".") {
            guard let next = current[String(key)] else { return nil }
            current = next
        }
        switch current {
        case .string(let value): return value
        case .bool(let value): return value ? "true" : "false"
        case .integer(let value): return String(value)
        default: return nil
        }
    }

    /// Whether an object whose fields `field` gives is selected.
    public func matches(field: (String) -> String?) -> Bool {
        terms.allSatisfy { ((field($0.path) ?? "") == $0.value) != $0.isNegated }
    }

    /// The text form with values escaped.
    public var text: String {
        terms.map { "\($0.path)\($0.isNegated ? "!=" : "=")\(Self.escape($0.value))" }.joined(separator: ",")
    }

    private static func escape(_ value: String) -> String {
        var result = ""
        for character in value {
            if character == "\\" || character == "," || character == "=" { result.append("\\") }
            result.append(character)
        }
        return result
    }

    /// Reads the text form; empty text selects everything.
    ///
    /// Errors are worded as by Kubernetes (`apimachinery/pkg/fields`).
    public init(text: String) throws(SelectorError) {
        let pieces = Self.split(text).filter { !$0.isEmpty }
        // Of several mistakes Kubernetes tells the one that comes first by the alphabet.
        for piece in pieces.sorted() { _ = try Self.term(piece, in: text) }
        var terms: [Term] = []
        for piece in pieces { terms.append(try Self.term(piece, in: text)) }
        self.terms = terms
    }

    /// The text between unescaped commas.
    private static func split(_ text: String) -> [String] {
        var pieces = [""]
        var isEscaped = false
        for character in text {
            if character == ",", !isEscaped {
                pieces.append("")
                continue
            }
            pieces[pieces.count - 1].append(character)
            isEscaped = character == "\\" && !isEscaped
        }
        return pieces
    }

    private static func term(_ piece: String, in text: String) throws(SelectorError) -> Term {
        guard let equals = piece.firstIndex(of: "=") else {
            throw SelectorError("invalid selector: '\(text)'; can't understand '\(piece)'")
        }
        var path = piece[..<equals]
        var rest = piece[piece.index(after: equals)...]
        let isNegated = path.hasSuffix("!")
        if isNegated { path = path.dropLast() } else if rest.hasPrefix("=") { rest = rest.dropFirst() }
        guard !path.isEmpty else { throw SelectorError("invalid selector: '\(text)'; can't understand '\(piece)'") }
        var value = ""
        var isEscaped = false
        for character in rest {
            if isEscaped {
                guard "\\,=".contains(character) else {
                    throw SelectorError("invalid field selector: invalid escape sequence: \\\(character)")
                }
                value.append(character)
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else if character == "=" {
                // Go shows the character by its number.
                throw SelectorError("invalid field selector: unescaped character in value: 61")
            } else {
                value.append(character)
            }
        }
        if isEscaped { throw SelectorError("invalid field selector: invalid escape sequence: \\") }
        return Term(path: String(path), isNegated: isNegated, value: value)
    }
}
