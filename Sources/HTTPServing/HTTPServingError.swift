package import MeshBase

/// Why a request could not be read, a response not be written, or a server not be started.
package struct HTTPServingError: CodedFailure {
    /// The stable names of what can go wrong.
    package enum Code: String, ErrorCode {
        /// The address to listen on is taken, not on this machine, or not allowed.
        case cannotBind = "CannotBind"
        /// A text is no address to listen on.
        case invalidAddress = "InvalidAddress"
        /// The certificate, the private key or a trust root cannot be used.
        case invalidTLS = "InvalidTLS"
        /// The other side went away before the message was complete.
        case disconnected = "Disconnected"
        /// A request body is longer than the limit.
        case bodyTooLarge = "BodyTooLarge"
        /// A request body was asked for a second time.
        case bodyConsumed = "BodyConsumed"

        /// What a caller may do, by code.
        package var retryClass: RetryClass {
            switch self {
            case .disconnected: .transient(after: nil)
            case .bodyTooLarge, .invalidAddress: .invalid
            case .cannotBind, .invalidTLS, .bodyConsumed: .terminal
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
