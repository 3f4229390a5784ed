package import KubeAPI
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
    /// The object that does not settle; nil where it is none.
    package var object: ResourceID?

    /// Makes an error.
    package init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    /// An object that others write whenever it is applied.
    static func contested(_ id: ResourceID) -> MeshOperatorError {
        var error = MeshOperatorError(
            .unsettled,
            "\(id) does not stay as it is applied; somebody else writes it all the time"
        )
        error.object = id
        return error
    }
}
