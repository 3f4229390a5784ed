public import MeshBase

/// Why a request got no answer, or lost it half way.
public struct TransportError: CodedFailure {
    /// What went wrong.
    public enum Code: String, ErrorCode {
        /// No connection: name not resolved, refused, unreachable, or broken by the proxy.
        case connectionFailed = "ConnectionFailed"
        /// The connection broke after the request was sent.
        case connectionLost = "ConnectionLost"
        /// A phase took longer than its limit.
        case timedOut = "TimedOut"
        /// The request was not sent: those before it took too long.
        case queueFull = "QueueFull"
        /// The TLS handshake failed or the certificate is not trusted.
        case tlsFailed = "TLSFailed"
        /// The other side broke the protocol.
        case malformedAnswer = "MalformedAnswer"
        /// The body is larger than the caller accepts.
        case bodyTooLarge = "BodyTooLarge"
        /// The reader of an answer did not take in time what came, or kept others waiting; what was there can still be read.
        case readerTooSlow = "ReaderTooSlow"
        /// The request cannot be sent as it is.
        case invalidRequest = "InvalidRequest"
        /// Credentials could not be read or made.
        case credentialsUnavailable = "CredentialsUnavailable"
        /// The caller gave up.
        case cancelled = "Cancelled"
        /// The transport is not running, or is shutting down.
        case closed = "TransportClosed"

        /// Transient for what the network does, terminal for what the caller decided, invalid for a bad request.
        public var retryClass: RetryClass {
            switch self {
            case .connectionFailed, .connectionLost, .timedOut, .malformedAnswer, .tlsFailed, .credentialsUnavailable,
                .readerTooSlow, .queueFull:
                .transient(after: nil)
            case .bodyTooLarge, .invalidRequest: .invalid
            case .cancelled, .closed: .terminal
            }
        }
    }

    /// What went wrong.
    public let code: Code
    /// What was asked, as `GET https://host:6443/version`; nil where the transport does not say.
    public let request: String?
    /// What happened to it, for people.
    public let words: String
    /// The error underneath.
    public let cause: (any Error)?

    /// Makes an error.
    ///
    /// - Parameters:
    ///   - code: what went wrong.
    ///   - words: what happened, without the request.
    ///   - request: what was asked, with the URL.
    ///   - cause: the error underneath.
    public init(_ code: Code, _ words: String, request: String? = nil, cause: (any Error)? = nil) {
        self.code = code
        self.words = words
        self.request = request
        self.cause = cause
    }

    /// What happened, for people, and to which request.
    public var message: String { request.map { "\($0): \(words)" } ?? words }
}
