/// Reads tokens into operations, expanding macros on the way.
struct ExpressionParser {
    /// The most levels of brackets and of operations.
    static let maximumDepth = 120
    /// The longest expression, in bytes.
    static let maximumLength = 100_000

    private let tokens: [(token: Token, offset: Int)]
    private var position = 0
    private var depth = 0

    /// Parses a whole expression.
    static func parse(_ source: String) throws(ExpressionError) -> ExpressionNode {
        guard source.utf8.count <= maximumLength else {
            throw ExpressionError(.syntax, "expression code point size exceeds limit: size: \(source.utf8.count)")
        }
        var parser = ExpressionParser(tokens: try Lexer.tokens(source))
        let node = try parser.expression()
        guard parser.token == .end else { throw parser.unexpected() }
        return node
    }

    private init(tokens: [(token: Token, offset: Int)]) {
        self.tokens = tokens
    }

    var token: Token { tokens[position].token }
    var offset: Int { tokens[position].offset }

    private mutating func advance() { if position < tokens.count - 1 { position += 1 } }

    mutating func accept(_ symbol: String) -> Bool {
        guard token == .symbol(symbol) else { return false }
        advance()
        return true
    }

    mutating func expect(_ symbol: String) throws(ExpressionError) {
        if !accept(symbol) { throw unexpected() }
    }

    func unexpected() -> ExpressionError {
        ExpressionError(.syntax, "Syntax error: mismatched input '\(token.text)' at offset \(offset)")
    }

    func make(_ kind: ExpressionNode.Kind, _ offset: Int) throws(ExpressionError) -> ExpressionNode {
        let node = ExpressionNode(kind, offset: offset)
        guard node.depth <= Self.maximumDepth else {
            throw ExpressionError(.tooDeep, "expression recursion limit exceeded: \(Self.maximumDepth)")
        }
        return node
    }

    mutating func expression() throws(ExpressionError) -> ExpressionNode {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.maximumDepth else {
            throw ExpressionError(.tooDeep, "expression recursion limit exceeded: \(Self.maximumDepth)")
        }
        let start = offset
        let condition = try chain("||", isAnd: false)
        guard accept("?") else { return condition }
        let positive = try chain("||", isAnd: false)
        try expect(":")
        let negative = try expression()
        return try make(.conditional(condition, positive, negative), start)
    }

    private mutating func chain(_ symbol: String, isAnd: Bool) throws(ExpressionError) -> ExpressionNode {
        let start = offset
        var nodes = [isAnd ? try binary(minimum: 1) : try chain("&&", isAnd: true)]
        while accept(symbol) { nodes.append(isAnd ? try binary(minimum: 1) : try chain("&&", isAnd: true)) }
        return nodes.count == 1 ? nodes[0] : try make(.logical(isAnd: isAnd, nodes), start)
    }

    private var binaryOperator: (ExpressionNode.BinaryOperator, level: Int)? {
        switch token {
        case .identifier("in"): (.isIn, 1)
        case .symbol("=="): (.equal, 1)
        case .symbol("!="): (.notEqual, 1)
        case .symbol("<"): (.less, 1)
        case .symbol("<="): (.lessOrEqual, 1)
        case .symbol(">"): (.greater, 1)
        case .symbol(">="): (.greaterOrEqual, 1)
        case .symbol("+"): (.add, 2)
        case .symbol("-"): (.subtract, 2)
        case .symbol("*"): (.multiply, 3)
        case .symbol("/"): (.divide, 3)
        case .symbol("%"): (.remainder, 3)
        default: nil
        }
    }

    private mutating func binary(minimum: Int) throws(ExpressionError) -> ExpressionNode {
        let start = offset
        var left = try unary()
        while let (operation, level) = binaryOperator, level >= minimum {
            advance()
            let right = try binary(minimum: level + 1)
            left = try make(.binary(operation, left, right), start)
        }
        return left
    }

    private mutating func unary() throws(ExpressionError) -> ExpressionNode {
        let start = offset
        var count = 0
        if token == .symbol("!") {
            while accept("!") { count += 1 }
            let operand = try member()
            return count % 2 == 0 ? operand : try make(.not(operand), start)
        }
        while accept("-") { count += 1 }
        guard count > 0 else { return try member() }
        if count % 2 == 1, let literal = try negativeLiteral(start) { return try postfix(literal) }
        let operand = try member()
        return count % 2 == 0 ? operand : try make(.negate(operand), start)
    }

    private mutating func negativeLiteral(_ start: Int) throws(ExpressionError) -> ExpressionNode? {
        let value: ExpressionValue
        switch token {
        case .int(let magnitude):
            guard magnitude <= UInt64(Int64.max) + 1 else { throw ExpressionError(.syntax, "invalid int literal") }
            value = .int(Int64(truncatingIfNeeded: 0 &- magnitude))
        case .double(let number): value = .double(-number)
        default: return nil
        }
        advance()
        return try make(.literal(value), start)
    }

    private mutating func member() throws(ExpressionError) -> ExpressionNode { try postfix(try primary()) }

    /// Reads selections, indexes and method calls after an operand.
    private mutating func postfix(_ operand: ExpressionNode) throws(ExpressionError) -> ExpressionNode {
        var node = operand
        while true {
            let start = offset
            if accept(".") {
                let isOptional = accept("?")
                let name = try selector()
                if !isOptional, token == .symbol("(") {
                    node = try method(name, of: node, start)
                } else {
                    node = try make(.select(node, field: name, isOptional: isOptional), start)
                }
            } else if accept("[") {
                let isOptional = accept("?")
                let index = try expression()
                try expect("]")
                node = try make(.index(node, index, isOptional: isOptional), start)
            } else {
                return node
            }
        }
    }

    private mutating func selector() throws(ExpressionError) -> String {
        switch token {
        case .identifier(let name) where !["true", "false", "null", "in"].contains(name):
            advance()
            return name
        case .quotedIdentifier(let name):
            advance()
            return name
        default: throw unexpected()
        }
    }

    static let reserved: Set<String> = [
        "true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function", "if", "import",
        "let", "loop", "package", "namespace", "return", "var", "void", "while",
    ]

    private mutating func primary() throws(ExpressionError) -> ExpressionNode {
        let start = offset
        let current = token
        advance()
        switch current {
        case .int(let magnitude):
            guard let value = Int64(exactly: magnitude) else { throw ExpressionError(.syntax, "invalid int literal") }
            return try make(.literal(.int(value)), start)
        case .uint(let value): return try make(.literal(.uint(value)), start)
        case .double(let value): return try make(.literal(.double(value)), start)
        case .string(let value): return try make(.literal(.string(value)), start)
        case .bytes(let value): return try make(.literal(.bytes(value)), start)
        case .identifier("true"): return try make(.literal(.bool(true)), start)
        case .identifier("false"): return try make(.literal(.bool(false)), start)
        case .identifier("null"): return try make(.literal(.null), start)
        case .identifier(let name): return try named(name, start)
        case .symbol("."):
            guard case .identifier(let name) = token else { throw unexpected() }
            advance()
            return try named(name, start)
        case .symbol("("):
            let inner = try expression()
            try expect(")")
            return inner
        case .symbol("["): return try list(start)
        case .symbol("{"): return try map(start)
        default:
            if current != .end { position -= 1 }
            throw unexpected()
        }
    }

    private mutating func named(_ name: String, _ start: Int) throws(ExpressionError) -> ExpressionNode {
        if Self.reserved.contains(name) { throw ExpressionError(.syntax, "Syntax error: reserved identifier: \(name)") }
        guard token == .symbol("(") else { return try make(.identifier(name), start) }
        let arguments = try arguments()
        return try macro(name, arguments, start) ?? make(.call(name, target: nil, arguments: arguments), start)
    }

    mutating func arguments() throws(ExpressionError) -> [ExpressionNode] {
        try expect("(")
        var result: [ExpressionNode] = []
        if accept(")") { return result }
        repeat { result.append(try expression()) } while accept(",")
        try expect(")")
        return result
    }

    private mutating func list(_ start: Int) throws(ExpressionError) -> ExpressionNode {
        var elements: [ExpressionNode.Element] = []
        while token != .symbol("]") {
            let isOptional = accept("?")
            elements.append(ExpressionNode.Element(node: try expression(), isOptional: isOptional))
            if !accept(",") { break }
        }
        try expect("]")
        return try make(.list(elements), start)
    }

    private mutating func map(_ start: Int) throws(ExpressionError) -> ExpressionNode {
        var pairs: [ExpressionNode.Pair] = []
        while token != .symbol("}") {
            let isOptional = accept("?")
            let key = try expression()
            try expect(":")
            pairs.append(ExpressionNode.Pair(key: key, value: try expression(), isOptional: isOptional))
            if !accept(",") { break }
        }
        try expect("}")
        return try make(.map(pairs), start)
    }
}
