/// Splits the text of an expression into tokens (CEL specification, "Syntax").
struct Lexer {
    private let scalars: [Unicode.Scalar]
    private var position = 0

    /// Makes a lexer.
    init(_ source: String) {
        self.scalars = Array(source.unicodeScalars)
    }

    /// All tokens with the places where they begin, the last being ``Token/end``.
    static func tokens(_ source: String) throws(ExpressionError) -> [(token: Token, offset: Int)] {
        var lexer = Lexer(source)
        var result: [(token: Token, offset: Int)] = []
        while true {
            lexer.skipSpace()
            let offset = lexer.position
            let token = try lexer.next()
            result.append((token, offset))
            if token == .end { return result }
        }
    }

    private func peek(_ offset: Int = 0) -> Unicode.Scalar? {
        position + offset < scalars.count ? scalars[position + offset] : nil
    }

    private mutating func skipSpace() {
        while let scalar = peek() {
            if scalar == "/", peek(1) == "/" {
                while let inner = peek(), inner != "\n" {
                    _ = inner
                    position += 1
                }
            } else if [" ", "\t", "\n", "\r", "\u{c}"].contains(scalar) {
                position += 1
            } else {
                return
            }
        }
    }

    private func syntax(_ message: String) -> ExpressionError { ExpressionError(.syntax, "Syntax error: \(message)") }

    private mutating func next() throws(ExpressionError) -> Token {
        guard let scalar = peek() else { return .end }
        switch scalar {
        case "0"..."9": return try number()
        case "." where peek(1).map { ("0"..."9").contains($0) } ?? false: return try number()
        case "\"", "'": return try text(isRaw: false, isBytes: false)
        case "a"..."z", "A"..."Z", "_": return try word()
        case "`": return try quotedIdentifier()
        default: return try symbol()
        }
    }

    private mutating func word() throws(ExpressionError) -> Token {
        let start = position
        while let scalar = peek(), Self.isWord(scalar) { position += 1 }
        let name = string(start..<position)
        guard let quote = peek(), quote == "\"" || quote == "'" else { return .identifier(name) }
        switch name.lowercased() {
        case "r": return try text(isRaw: true, isBytes: false)
        case "b": return try text(isRaw: false, isBytes: true)
        case "rb", "br": return try text(isRaw: true, isBytes: true)
        default: return .identifier(name)
        }
    }

    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "_": true
        default: false
        }
    }

    private func string(_ range: Range<Int>) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars[range])
        return String(view)
    }

    private mutating func quotedIdentifier() throws(ExpressionError) -> Token {
        position += 1
        let start = position
        while let scalar = peek(), scalar != "`" {
            guard Self.isWord(scalar) || ["-", ".", "/", " "].contains(scalar) else { break }
            position += 1
        }
        guard peek() == "`", position > start else { throw syntax("token recognition error at: '`'") }
        position += 1
        return .quotedIdentifier(string(start..<(position - 1)))
    }

    private mutating func symbol() throws(ExpressionError) -> Token {
        let two = string(position..<min(position + 2, scalars.count))
        if ["==", "!=", "<=", ">=", "&&", "||"].contains(two) {
            position += 2
            return .symbol(two)
        }
        let one = string(position..<(position + 1))
        guard "+-*/%!<>()[]{}.,?:".contains(one) else { throw syntax("token recognition error at: '\(one)'") }
        position += 1
        return .symbol(one)
    }
}

// MARK: - Numbers

extension Lexer {
    private mutating func number() throws(ExpressionError) -> Token {
        let start = position
        if peek() == "0", peek(1) == "x" || peek(1) == "X" { return try hexadecimal() }
        var isDouble = false
        skipDigits()
        if peek() == ".", peek(1).map({ ("0"..."9").contains($0) }) ?? false {
            isDouble = true
            position += 1
            skipDigits()
        }
        if peek() == "e" || peek() == "E" {
            let sign = peek(1) == "+" || peek(1) == "-" ? 1 : 0
            if let digit = peek(1 + sign), ("0"..."9").contains(digit) {
                isDouble = true
                position += 1 + sign
                skipDigits()
            }
        }
        let text = string(start..<position)
        if isDouble {
            guard let value = Double(text), value.isFinite else { throw syntax("invalid double literal \(text)") }
            return .double(value)
        }
        return try integer(UInt64(text), text)
    }

    private mutating func hexadecimal() throws(ExpressionError) -> Token {
        position += 2
        let start = position
        while let scalar = peek(), scalar.properties.isASCIIHexDigit { position += 1 }
        let text = string(start..<position)
        return try integer(UInt64(text, radix: 16), "0x" + text)
    }

    private mutating func integer(_ value: UInt64?, _ text: String) throws(ExpressionError) -> Token {
        let isUnsigned = peek() == "u" || peek() == "U"
        if isUnsigned { position += 1 }
        guard let value else { throw syntax("invalid \(isUnsigned ? "uint" : "int") literal \(text)") }
        return isUnsigned ? .uint(value) : .int(value)
    }

    private mutating func skipDigits() {
        while let scalar = peek(), ("0"..."9").contains(scalar) { position += 1 }
    }
}

// MARK: - Strings

extension Lexer {
    private mutating func text(isRaw: Bool, isBytes: Bool) throws(ExpressionError) -> Token {
        guard let quote = peek() else { return .end }
        let isTriple = peek(1) == quote && peek(2) == quote
        position += isTriple ? 3 : 1
        var view = String.UnicodeScalarView()
        var bytes: [UInt8] = []
        while true {
            guard let scalar = peek(), isTriple || (scalar != "\n" && scalar != "\r") else {
                throw syntax("unterminated string literal")
            }
            if scalar == quote, !isTriple || (peek(1) == quote && peek(2) == quote) {
                position += isTriple ? 3 : 1
                break
            }
            position += 1
            if scalar == "\\", !isRaw {
                try escape(isBytes: isBytes, into: &view, &bytes)
            } else if isBytes {
                bytes.append(contentsOf: Array(String(scalar).utf8))
            } else {
                view.append(scalar)
            }
        }
        return isBytes ? .bytes(bytes) : .string(String(view))
    }

    private mutating func escape(
        isBytes: Bool,
        into view: inout String.UnicodeScalarView,
        _ bytes: inout [UInt8]
    ) throws(ExpressionError) {
        guard let scalar = peek() else { throw syntax("unterminated string literal") }
        position += 1
        let value: UInt32
        switch scalar {
        case "a": value = 7
        case "b": value = 8
        case "f": value = 12
        case "n": value = 10
        case "r": value = 13
        case "t": value = 9
        case "v": value = 11
        case "\\", "'", "\"", "`", "?": value = scalar.value
        case "x", "X": value = try digits(2, radix: 16)
        case "u": value = try digits(4, radix: 16)
        case "U": value = try digits(8, radix: 16)
        case "0"..."3":
            position -= 1
            value = try digits(3, radix: 8)
        default: throw syntax("invalid escape sequence '\\\(scalar)'")
        }
        if isBytes {
            guard let byte = UInt8(exactly: value) else { throw syntax("invalid escape sequence in bytes literal") }
            bytes.append(byte)
        } else {
            guard let decoded = Unicode.Scalar(value) else { throw syntax("invalid unicode code point") }
            view.append(decoded)
        }
    }

    private mutating func digits(_ count: Int, radix: Int) throws(ExpressionError) -> UInt32 {
        let end = position + count
        guard end <= scalars.count, let value = UInt32(string(position..<end), radix: radix) else {
            throw syntax("invalid escape sequence")
        }
        position = end
        return value
    }
}
