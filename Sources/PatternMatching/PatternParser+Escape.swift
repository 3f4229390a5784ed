extension PatternParser {
    /// Reads what follows a backslash outside brackets.
    mutating func escape() throws(PatternError) -> PatternNode {
        let start = position
        position += 1
        guard let scalar = peek else { throw error(.trailingBackslash, "") }
        switch scalar {
        case "A":
            position += 1
            return .assertion(.textStart)
        case "z":
            position += 1
            return .assertion(.textEnd)
        case "b":
            position += 1
            return .assertion(.wordBoundary)
        case "B":
            position += 1
            return .assertion(.notWordBoundary)
        case "C":
            throw error(.invalidEscape, "\\C")
        case "Q":
            position += 1
            return quotation()
        default: break
        }
        position = start
        if let set = try classEscape() { return .set(flags.ignoresCase ? set.ignoringCase : set) }
        return literal(try scalarEscape())
    }

    private mutating func quotation() -> PatternNode {
        var parts: [PatternNode] = []
        while let scalar = peek {
            if scalar == "\\", peek(1) == "E" {
                position += 2
                break
            }
            position += 1
            parts.append(literal(scalar.value))
        }
        return .sequence(parts)
    }

    /// Reads `\d`, `\w`, `\s`, their opposites and `\p{…}`; nil, having read nothing, for anything else.
    mutating func classEscape() throws(PatternError) -> ScalarSet? {
        switch peek(1) {
        case "d": return take(.digits)
        case "D": return take(ScalarSet.digits.inverted)
        case "s": return take(.spaces)
        case "S": return take(ScalarSet.spaces.inverted)
        case "w": return take(.word)
        case "W": return take(ScalarSet.word.inverted)
        case "p", "P": return try unicodeClass()
        default: return nil
        }
    }

    private mutating func take(_ set: ScalarSet) -> ScalarSet {
        position += 2
        return set
    }

    private mutating func unicodeClass() throws(PatternError) -> ScalarSet {
        let start = position
        var isNegated = peek(1) == "P"
        position += 2
        var name = ""
        if accept("{") {
            if accept("^") { isNegated.toggle() }
            while let scalar = peek, scalar != "}" {
                name.unicodeScalars.append(scalar)
                position += 1
            }
            guard accept("}") else { throw error(.invalidRange, text(from: start)) }
        } else if let scalar = peek {
            name.unicodeScalars.append(scalar)
            position += 1
        }
        guard let set = ScalarSet.unicode(name) else { throw error(.invalidRange, text(from: start)) }
        return isNegated ? set.inverted : set
    }

    /// Reads an escape that stands for one scalar.
    mutating func scalarEscape() throws(PatternError) -> UInt32 {
        let start = position
        position += 1
        guard let scalar = peek else { throw error(.trailingBackslash, "") }
        position += 1
        switch scalar {
        case "a": return 7
        case "f": return 12
        case "n": return 10
        case "r": return 13
        case "t": return 9
        case "v": return 11
        case "x": return try hexadecimal(start)
        case "0"..."7": return try octal(scalar, start)
        default:
            guard scalar.value < 128, !ScalarSet.word.contains(scalar.value) || scalar == "_" else {
                throw error(.invalidEscape, text(from: start))
            }
            return scalar.value
        }
    }

    private mutating func octal(_ first: Unicode.Scalar, _ start: Int) throws(PatternError) -> UInt32 {
        // "\1" to "\7" followed by no further octal digit would be a back-reference.
        if first != "0" {
            guard let next = peek, ("0"..."7").contains(next) else { throw error(.invalidEscape, text(from: start)) }
        }
        var value = first.value - 48
        for _ in 0..<2 {
            guard let digit = peek, ("0"..."7").contains(digit) else { break }
            value = value * 8 + (digit.value - 48)
            position += 1
        }
        return value
    }

    private mutating func hexadecimal(_ start: Int) throws(PatternError) -> UInt32 {
        var digits = ""
        if accept("{") {
            while let scalar = peek, scalar != "}", digits.utf8.count < 8 {
                digits.unicodeScalars.append(scalar)
                position += 1
            }
            guard accept("}") else { throw error(.invalidEscape, text(from: start)) }
        } else {
            for _ in 0..<2 {
                guard let scalar = peek else { break }
                digits.unicodeScalars.append(scalar)
                position += 1
            }
            guard digits.utf8.count == 2 else { throw error(.invalidEscape, text(from: start)) }
        }
        guard let value = UInt32(digits, radix: 16), value <= ScalarSet.last else {
            throw error(.invalidEscape, text(from: start))
        }
        return value
    }

    /// Reads a bracket expression, from its `[` to its `]`.
    mutating func bracket() throws(PatternError) -> ScalarSet {
        let start = position
        position += 1
        let isNegated = accept("^")
        var set = ScalarSet([])
        var isFirst = true
        while peek != "]" || isFirst {
            isFirst = false
            guard peek != nil else { throw error(.missingBracket, text(from: start)) }
            set = set.union(try bracketItem())
        }
        position += 1
        if flags.ignoresCase { set = set.ignoringCase }
        guard isNegated else { return set }
        return set.inverted
    }

    private mutating func bracketItem() throws(PatternError) -> ScalarSet {
        let start = position
        if peek == "[", peek(1) == ":", let named = try posixClass() { return named }
        if peek == "\\", let set = try classEscape() { return set }
        let lower = try bracketScalar()
        guard peek == "-", let next = peek(1), next != "]" else { return ScalarSet(lower) }
        position += 1
        let upper = try bracketScalar()
        guard lower <= upper else { throw error(.invalidRange, text(from: start)) }
        return ScalarSet([lower...upper])
    }

    private mutating func bracketScalar() throws(PatternError) -> UInt32 {
        guard let scalar = peek else { throw error(.missingBracket, text(from: 0)) }
        if scalar == "\\" { return try scalarEscape() }
        position += 1
        return scalar.value
    }

    private mutating func posixClass() throws(PatternError) -> ScalarSet? {
        let start = position
        position += 2
        let isNegated = accept("^")
        var name = ""
        while let scalar = peek, scalar != ":", scalar != "]" {
            name.unicodeScalars.append(scalar)
            position += 1
        }
        guard peek == ":", peek(1) == "]" else {
            position = start
            return nil
        }
        position += 2
        guard let set = ScalarSet.posix(name) else { throw error(.invalidRange, text(from: start)) }
        return isNegated ? set.inverted : set
    }
}
