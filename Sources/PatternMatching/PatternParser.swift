/// Reads RE2 syntax (https://github.com/google/re2/wiki/Syntax) into a tree.
///
/// Look-around and back-references do not exist in this syntax and are refused, which is what keeps matching linear.
struct PatternParser {
    struct Flags {
        var ignoresCase = false
        var dotMatchesNewline = false
        var isMultiline = false
        var isUngreedy = false
    }

    /// The deepest nesting of groups.
    static let maximumDepth = 200
    /// The largest count in `{n,m}`.
    static let maximumRepeat = 1000

    var scalars: [Unicode.Scalar]
    var position = 0
    var flags = Flags()
    private var depth = 0

    init(_ source: String) {
        self.scalars = Array(source.unicodeScalars)
    }

    /// Parses the whole pattern.
    static func parse(_ source: String) throws(PatternError) -> PatternNode {
        var parser = PatternParser(source)
        let node = try parser.choice()
        if parser.peek == ")" { throw parser.error(.unexpectedParenthesis, source) }
        return node
    }

    var peek: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

    func peek(_ offset: Int) -> Unicode.Scalar? {
        position + offset < scalars.count ? scalars[position + offset] : nil
    }

    mutating func accept(_ scalar: Unicode.Scalar) -> Bool {
        guard peek == scalar else { return false }
        position += 1
        return true
    }

    func text(from start: Int) -> String {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars[min(start, position)..<min(max(start, position), scalars.count)])
        return String(text)
    }

    func error(_ code: PatternError.Code, _ fragment: String) -> PatternError {
        PatternError(code: code, fragment: fragment)
    }

    mutating func choice() throws(PatternError) -> PatternNode {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.maximumDepth else { throw error(.tooDeep, text(from: 0)) }
        let outer = flags
        defer { flags = outer }
        var branches = [try sequence()]
        while accept("|") { branches.append(try sequence()) }
        return branches.count == 1 ? branches[0] : .choice(branches)
    }

    private mutating func sequence() throws(PatternError) -> PatternNode {
        var parts: [PatternNode] = []
        while let next = peek, next != "|", next != ")" {
            let start = position
            guard let atom = try atom() else { continue }
            parts.append(try repetition(of: atom, from: start))
        }
        return parts.count == 1 ? parts[0] : (parts.isEmpty ? .empty : .sequence(parts))
    }

    /// Reads the operators after an atom.
    private mutating func repetition(of atom: PatternNode, from start: Int) throws(PatternError) -> PatternNode {
        var node = atom
        var count = 0
        while let bounds = try bounds() {
            count += 1
            let isLazy = accept("?")
            // Two operators in a row ("a**") are refused; "a*?" was read just above.
            guard count == 1 else { throw error(.nestedRepeat, text(from: start)) }
            node = .repeated(node, least: bounds.least, most: bounds.most, isGreedy: isLazy == flags.isUngreedy)
        }
        return node
    }

    private mutating func bounds() throws(PatternError) -> (least: Int, most: Int?)? {
        switch peek {
        case "*":
            position += 1
            return (0, nil)
        case "+":
            position += 1
            return (1, nil)
        case "?":
            position += 1
            return (0, 1)
        case "{": return try countedBounds()
        default: return nil
        }
    }

    /// Reads `{n}`, `{n,}` or `{n,m}`; anything else after `{` makes it a literal.
    private mutating func countedBounds() throws(PatternError) -> (least: Int, most: Int?)? {
        let start = position
        position += 1
        guard let least = number() else {
            position = start
            return nil
        }
        var most: Int? = least
        if accept(",") {
            if peek == "}" {
                most = nil
            } else if let upper = number() {
                most = upper
            } else {
                position = start
                return nil
            }
        }
        guard accept("}") else {
            position = start
            return nil
        }
        guard least <= Self.maximumRepeat, most.map({ $0 <= Self.maximumRepeat && $0 >= least }) ?? true else {
            throw error(.invalidRepeat, text(from: start))
        }
        return (least, most)
    }

    private mutating func number() -> Int? {
        var value: Int?
        while let digit = peek, ("0"..."9").contains(digit) {
            value = min((value ?? 0) * 10 + Int(digit.value - 48), 100_000)
            position += 1
        }
        return value
    }

    /// Reads one atom; nil for a flag group such as `(?i)`, which matches nothing by itself.
    private mutating func atom() throws(PatternError) -> PatternNode? {
        let start = position
        guard let scalar = peek else { return .empty }
        switch scalar {
        case "(": return try group()
        case "[": return .set(try bracket())
        case "*", "+", "?":
            position += 1
            throw error(.missingRepeatArgument, text(from: start))
        case ".":
            position += 1
            return .set(flags.dotMatchesNewline ? .all : .allButNewline)
        case "^":
            position += 1
            return .assertion(flags.isMultiline ? .lineStart : .textStart)
        case "$":
            position += 1
            return .assertion(flags.isMultiline ? .lineEnd : .textEnd)
        case "\\": return try escape()
        case "{":
            if try countedBounds() != nil { throw error(.missingRepeatArgument, text(from: start)) }
            position += 1
            return literal(scalar.value)
        default:
            position += 1
            return literal(scalar.value)
        }
    }

    func literal(_ value: UInt32) -> PatternNode {
        let set = ScalarSet(value)
        return .set(flags.ignoresCase ? set.ignoringCase : set)
    }

    private mutating func group() throws(PatternError) -> PatternNode? {
        let start = position
        position += 1
        let outer = flags
        if accept("?") {
            if peek == "P", peek(1) == "<" {
                position += 2
                try groupName(start)
            } else if peek == "<", let next = peek(1), next != "=", next != "!" {
                position += 1
                try groupName(start)
            } else if try flagGroup(start) {
                return nil
            }
        }
        let inner = try choice()
        flags = outer
        guard accept(")") else { throw error(.missingParenthesis, text(from: start)) }
        return inner
    }

    private mutating func groupName(_ start: Int) throws(PatternError) {
        var length = 0
        while let scalar = peek, ScalarSet.word.contains(scalar.value) {
            position += 1
            length += 1
        }
        guard length > 0, accept(">") else { throw error(.invalidGroup, text(from: start)) }
    }

    /// Reads flags after `(?`; true when the group ends there and the flags hold to the end of the enclosing group.
    private mutating func flagGroup(_ start: Int) throws(PatternError) -> Bool {
        var value = true
        while let scalar = peek {
            position += 1
            switch scalar {
            case "i": flags.ignoresCase = value
            case "m": flags.isMultiline = value
            case "s": flags.dotMatchesNewline = value
            case "U": flags.isUngreedy = value
            case "-" where value: value = false
            case ":": return false
            case ")": return true
            default: throw error(.invalidGroup, text(from: start))
            }
        }
        throw error(.missingParenthesis, text(from: start))
    }
}
