package import MeshBase

/// Why an expression could not be compiled or evaluated.
package struct ExpressionError: CodedFailure {
    /// The class of the error.
    package enum Code: String, ErrorCode {
        /// The text is no expression.
        case syntax = "ExpressionSyntax"
        /// A name is unknown or an operation does not fit its operands.
        case type = "ExpressionType"
        /// The expression nests too deeply.
        case tooDeep = "ExpressionTooDeep"
        /// Evaluation met a value that an operation cannot work on.
        case evaluation = "ExpressionEvaluation"
        /// Evaluation took more steps than it was given.
        case costExceeded = "ExpressionCostExceeded"

        /// Nothing changes until the input does.
        package var retryClass: RetryClass { .invalid }
    }

    /// The class of the error.
    package let code: Code
    /// What is wrong, and where.
    package let message: String

    /// Makes an error.
    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    static func evaluation(_ message: String) -> ExpressionError { ExpressionError(.evaluation, message) }

    static func noOverload(_ operation: String, _ values: [ExpressionValue]) -> ExpressionError {
        let types = values.map(\.typeName).joined(separator: ", ")
        return .evaluation("no such overload: \(operation)(\(types))")
    }
}
