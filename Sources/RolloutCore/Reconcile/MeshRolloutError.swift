package import MeshBase

/// What can go wrong while a MeshRollout is reconciled, apart from what the API server says.
package struct MeshRolloutError: CodedFailure {
    /// The kinds of failure.
    package enum Code: String, ErrorCode {
        /// The MeshRollout is no longer as it was read.
        case superseded = "Superseded"
        /// Writing did not come to an end.
        case unsettled = "Unsettled"

        /// What is superseded is read anew; what does not settle is tried again later.
        package var retryClass: RetryClass {
            switch self {
            case .superseded: .conflict
            case .unsettled: .transient(after: .seconds(1))
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
