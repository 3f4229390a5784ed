/// A compiled expression of the Common Expression Language (https://github.com/google/cel-spec), with Kubernetes' libraries.
///
/// Compiling checks names and types as far as they are declared; evaluating is a pure function of the variables, whose work is
/// bounded by a meter. Texts, expressions and data may come from anybody.
package struct Expression: Sendable {
    /// The expression as written.
    package let source: String
    /// The type of the result; dynamic where it depends on data.
    package let resultType: ExpressionType
    private let root: ExpressionNode
    /// The parsed form.
    var syntax: ExpressionNode { root }

    /// Compiles an expression.
    ///
    /// - Parameters:
    ///   - source: The text, at most 100,000 bytes.
    ///   - variables: The types of the variables it may use.
    /// - Throws: ``ExpressionError`` with code `syntax`, `type` or `tooDeep`; its message says where.
    package init(_ source: String, variables: [String: ExpressionType]) throws(ExpressionError) {
        let root = try ExpressionParser.parse(source)
        var checker = Checker(variables: variables, source: source)
        let type = checker.type(root)
        guard checker.problems.isEmpty else { throw ExpressionError(.type, checker.problems.joined(separator: "\n")) }
        self.source = source
        self.resultType = type
        self.root = root
    }

    /// Whether the expression uses a variable of this name.
    package func uses(_ variable: String) -> Bool { Self.uses(root, variable) }

    private static func uses(_ node: ExpressionNode, _ variable: String) -> Bool {
        if case .identifier(variable) = node.kind { return true }
        return ExpressionNode.children(of: node.kind).contains { uses($0, variable) }
    }

    /// Computes the value.
    ///
    /// - Parameters:
    ///   - variables: The values of the variables.
    ///   - meter: The steps that may be taken; those taken are subtracted, also when an error is thrown.
    /// - Returns: The value.
    /// - Throws: ``ExpressionError`` with code `evaluation` or `costExceeded`.
    package func evaluate(_ variables: [String: ExpressionValue], meter: inout CostMeter) throws(ExpressionError)
        -> ExpressionValue
    {
        var evaluator = Evaluator(variables: variables, meter: meter)
        defer { meter = evaluator.meter }
        return try evaluator.value(root)
    }
}
