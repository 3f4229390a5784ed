internal import DataTree
internal import ExpressionLanguage

/// A rule ready to run.
struct CompiledRule: Sendable {
    let rule: ValidationRule
    let expression: Expression
    let messageExpression: Expression?
    /// Whether the rule compares with the old value.
    let isTransition: Bool

    /// Compiles a rule on values of a type.
    ///
    /// - Parameters:
    ///   - rule: The rule.
    ///   - type: The type of `self`.
    ///   - path: Where the rule stands, for messages.
    /// - Throws: ``SchemaError`` with one issue for what does not compile.
    init(_ rule: ValidationRule, type: ExpressionType, at path: String) throws(SchemaError) {
        self.rule = rule
        let old: ExpressionType = rule.hasOptionalOldSelf ? .optional(type) : type
        let variables = ["self": type, "oldSelf": old]
        self.expression = try Self.compile(rule.rule, variables, .bool, at: path + ".rule")
        self.isTransition = expression.uses("oldSelf")
        if let source = rule.messageExpression {
            self.messageExpression = try Self.compile(source, variables, .string, at: path + ".messageExpression")
        } else {
            self.messageExpression = nil
        }
        if rule.hasOptionalOldSelf, !isTransition {
            let detail = "may not be set if oldSelf is not used in rule"
            let issue = FieldIssue(.invalid, at: path + ".optionalOldSelf", value: true, detail: detail)
            throw SchemaError(code: .malformed, issues: [issue])
        }
    }

    private static func compile(
        _ source: String,
        _ variables: [String: ExpressionType],
        _ wanted: ExpressionType,
        at path: String
    ) throws(SchemaError) -> Expression {
        let detail: String
        do {
            let expression = try Expression(source, variables: variables)
            if expression.resultType == wanted || expression.resultType == .dynamic { return expression }
            let name = path.hasSuffix(".rule") ? "cel expression" : "messageExpression"
            detail = "\(name) must evaluate to a \(wanted)"
        } catch {
            detail = "compilation failed: \(error.message)"
        }
        let issue = FieldIssue(.invalid, at: path, value: .string(source), detail: detail)
        throw SchemaError(code: .malformed, issues: [issue])
    }
}
