public import MeshBase

/// Why no connection can be made of a kubeconfig or of a pod's service account.
public struct KubeconfigError: CodedError {
    /// What is wrong.
    public enum Code: String, Sendable, Hashable, CaseIterable {
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

    /// The code's name.
    public var codeName: String { code.rawValue }
    /// Nothing changes until somebody edits the file.
    public var retryClass: RetryClass { .invalid }
}

extension KubeconfigError: Equatable {
    /// Compares code and message; causes do not count.
    public static func == (left: KubeconfigError, right: KubeconfigError) -> Bool {
        left.code == right.code && left.message == right.message
    }
}
