package import MeshBase

/// Why the sandbox cannot start or go on.
package struct SandboxError: CodedFailure {
    /// The stable names of what can go wrong.
    package enum Code: String, ErrorCode {
        /// A file cannot be read or written.
        case fileFailed = "FileFailed"
        /// A stored certificate or key cannot be used.
        case identityDamaged = "IdentityDamaged"
        /// A token is malformed, forged, expired or meant for somebody else.
        case tokenRefused = "TokenRefused"
        /// The API server refused a write by one of the sandbox's own controllers.
        case writeRefused = "WriteRefused"
        /// A write found that somebody else had written first.
        case writeConflict = "WriteConflict"
        /// An admission webhook could not be called, or gave no usable verdict.
        case webhookFailed = "WebhookFailed"
        /// A setting has no usable value.
        case invalidSetting = "InvalidSetting"

        /// What a caller may do, by code.
        package var retryClass: RetryClass {
            switch self {
            case .writeRefused, .webhookFailed: .transient(after: nil)
            case .writeConflict: .conflict
            case .tokenRefused, .invalidSetting: .invalid
            case .fileFailed, .identityDamaged: .terminal
            }
        }
    }

    /// The stable code.
    package let code: Code
    /// What happened, naming value and remedy.
    package let message: String
    /// The error underneath, if any.
    package let cause: (any Error)?

    /// Makes an error of its parts.
    package init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }
}
