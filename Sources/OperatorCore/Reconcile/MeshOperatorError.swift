package import MeshBase

/// What can go wrong while a mesh is reconciled, apart from what the API server says.
package struct MeshOperatorError: CodedFailure {
    /// The kinds of failure.
    package enum Code: String, ErrorCode {
        /// The MeshOperator is gone, or another one has its name.
        case superseded = "Superseded"
        /// The API server answered with a state from before what is known.
        case staleAnswer = "StaleAnswer"
        /// An object is of a kind that the operator does not apply.
        case unknownKind = "UnknownKind"
        /// Writing did not come to an end.
        case unsettled = "Unsettled"

        /// Superseded plans are made anew; what does not settle is tried again later; an unknown kind needs an edit.
        package var retryClass: RetryClass {
            switch self {
            case .superseded: .conflict
            case .unsettled, .staleAnswer: .transient(after: .seconds(1))
            case .unknownKind: .invalid
            }
        }
    }

    /// The kind of failure.
    package let code: Code
    /// What happened and what to do.
    package let message: String
    /// What lies underneath.
    package let cause: (any Error)?

    /// Makes an error.
    package init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }
}
