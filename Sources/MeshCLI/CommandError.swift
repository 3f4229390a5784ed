package import MeshBase

/// Why a command could not do what was asked.
package struct CommandError: CodedFailure {
    /// The kinds of failure.
    package enum Code: String, ErrorCode {
        /// A file cannot be read or holds something else.
        case badFile = "BadFile"
        /// A resource is wrong.
        case invalid = "Invalid"
        /// Nothing of that name is there, or more than one.
        case notFound = "NotFound"
        /// What is asked for makes no sense as things stand.
        case refused = "Refused"
        /// The cluster cannot be reached, or refuses.
        case cluster = "ClusterFailed"

        /// The cluster may come back; all else needs an edit.
        package var retryClass: RetryClass {
            switch self {
            case .badFile, .invalid, .notFound, .refused: .invalid
            case .cluster: .transient(after: nil)
            }
        }
    }

    /// The kind of failure.
    package var code: Code
    /// The file or field, and the remedy.
    package var message: String
    /// What lies underneath.
    package var cause: (any Error)?

    /// Makes an error.
    package init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }
}

/// What a command says and how it ends.
package struct CommandOutcome: Sendable, Hashable {
    /// For standard output.
    package var output: String
    /// For standard error, one line each.
    package var warnings: [String]
    /// 0 when all is well, 1 when the answer is no, 3 when it is not known in time.
    package var exitCode: Int32

    /// Makes an outcome.
    package init(output: String, warnings: [String] = [], exitCode: Int32 = 0) {
        self.output = output
        self.warnings = warnings
        self.exitCode = exitCode
    }
}
