package import MeshBase

/// Why the store refused something.
package struct StorageError: CodedFailure {
    /// The kinds of refusal.
    package enum Code: String, ErrorCode {
        /// There is already an object under that key.
        case exists = "Exists"
        /// There is no object under that key.
        case missing = "Missing"
        /// The object changed since it was read.
        case changed = "Changed"
        /// The object is larger than the store takes.
        case tooLarge = "TooLarge"
        /// The revision asked for is no longer kept.
        case compacted = "Compacted"
        /// The revision asked for has not happened yet.
        case future = "FutureRevision"
        /// The log could not be written; the store takes no more writes.
        case logFailed = "LogFailed"
        /// The log could not be read back.
        case logDamaged = "LogDamaged"

        /// What a caller may do.
        package var retryClass: RetryClass {
            switch self {
            case .changed: .conflict
            case .future: .transient(after: nil)
            case .exists, .missing, .compacted, .tooLarge: .invalid
            case .logFailed, .logDamaged: .terminal
            }
        }
    }

    /// The kind of refusal.
    package let code: Code
    /// What happened.
    package let message: String
    /// The error underneath.
    package let cause: (any Error)?

    /// Makes an error.
    package init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }
}
