public import MeshBase

/// Why no connection can be made of a kubeconfig or of a pod's service account.
public struct KubeconfigError: CodedFailure {
    /// What is wrong.
    public enum Code: String, ErrorCode {
        /// A file cannot be read.
        case unreadable = "KubeconfigUnreadable"
        /// A file is not YAML, or a field has the wrong type or an impossible value.
        case malformed = "KubeconfigMalformed"
        /// There is no such context, cluster or user, or none is chosen.
        case missingEntry = "KubeconfigMissingEntry"
        /// The way to authenticate is one that this client does not know.
        case unsupported = "KubeconfigUnsupported"
        /// There is neither a kubeconfig nor a service account.
        case noneFound = "KubeconfigNotFound"

        /// Nothing changes until somebody edits the file.
        public var retryClass: RetryClass { .invalid }
    }

    /// What is wrong.
    public let code: Code
    /// Where, and the remedy.
    public let message: String
    /// The error underneath.
    public let cause: (any Error)?

    /// Makes an error.
    public init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }
}
