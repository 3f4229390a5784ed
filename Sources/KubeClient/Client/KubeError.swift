public import KubeAPI
public import MeshBase

/// Why a call to the API server did not give what was asked for.
public struct KubeError: CodedFailure {
    /// What went wrong; the retry class follows from it.
    public enum Code: String, ErrorCode {
        /// 400: the server does not understand the request.
        case badRequest = "BadRequest"
        /// 401: the server does not know the caller.
        case unauthorized = "Unauthorized"
        /// 403: the caller may not, or admission refused.
        case forbidden = "Forbidden"
        /// 404: no such object, or no such resource.
        case notFound = "NotFound"
        /// 409 on create: the name is taken.
        case alreadyExists = "AlreadyExists"
        /// 409 on update or apply: somebody else wrote first, or owns the field.
        case conflict = "Conflict"
        /// 410: the resourceVersion or continue token is too old; list afresh.
        case expired = "Expired"
        /// 422: a field is wrong.
        case invalid = "Invalid"
        /// 405, 406, 415: the server does not do this.
        case unsupported = "Unsupported"
        /// 413: the body is too large for the server.
        case tooLarge = "TooLarge"
        /// 429: too many requests, or an eviction that a disruption budget forbids for now.
        case throttled = "Throttled"
        /// 500 and other 5xx.
        case serverFailure = "ServerFailure"
        /// 503: the server, or what stands before it, cannot serve now.
        case unavailable = "Unavailable"
        /// 504, or no answer in time.
        case timedOut = "TimedOut"
        /// No answer, or one that broke off.
        case connection = "Connection"
        /// An answer that is not what the API promises.
        case malformedAnswer = "MalformedAnswer"
        /// The request cannot be built of what was given.
        case invalidRequest = "InvalidRequest"
        /// The caller's task was cancelled.
        case cancelled = "Cancelled"

        /// What a caller may do, when the server named no time.
        public var retryClass: RetryClass {
            switch self {
            case .throttled, .unavailable, .serverFailure, .timedOut, .connection, .malformedAnswer, .unauthorized,
                .expired:
                .transient(after: nil)
            case .conflict, .alreadyExists: .conflict
            case .badRequest, .invalid, .tooLarge, .invalidRequest: .invalid
            case .forbidden, .notFound, .unsupported, .cancelled: .terminal
            }
        }
    }

    /// What went wrong.
    public let code: Code
    /// What happened, with the request it happened to.
    public let message: String
    /// The server's own words, nil where the answer held none.
    public let status: KubeStatus?
    /// When the server wants to be asked again.
    public let retryAfter: Duration?
    /// The error underneath.
    public let cause: (any Error)?

    /// Makes an error.
    public init(
        _ code: Code,
        _ message: String,
        status: KubeStatus? = nil,
        retryAfter: Duration? = nil,
        cause: (any Error)? = nil
    ) {
        self.code = code
        self.message = message
        self.status = status
        self.retryAfter = retryAfter
        self.cause = cause
    }

    /// What a caller may do; follows from the code, and from the server's `Retry-After`.
    public var retryClass: RetryClass {
        guard let retryAfter, code != .expired, case .transient = code.retryClass else { return code.retryClass }
        return .transient(after: retryAfter)
    }
}

extension KubeError {
    /// Compares code, message and status; causes do not count.
    public static func == (left: KubeError, right: KubeError) -> Bool {
        left.code == right.code && left.message == right.message && left.status == right.status
            && left.retryAfter == right.retryAfter
    }
}

extension KubeError {
    /// The error for an answer with a status of 400 or more.
    ///
    /// - Parameters:
    ///   - status: The body, where it was a `Status`.
    ///   - httpStatus: The HTTP status code.
    ///   - headers: The headers, of which `Retry-After` says how long to wait.
    ///   - request: What was asked, for the message.
    ///   - now: The time of day, for a `Retry-After` that is a date in an answer without one.
    public init(
        status: KubeStatus?,
        httpStatus: Int,
        headers: HTTPHeaders = [:],
        request: String,
        now: Timestamp? = nil
    ) {
        let seconds = status?.details?.retryAfterSeconds.flatMap { $0 >= 0 ? Swift.min($0, 86_400) : nil }
        let wait = RetryAfter.wait(headers, now: now) ?? seconds.map { .seconds($0) }
        let words = status.map { $0.message.isEmpty ? $0.reason.rawValue : $0.message } ?? "no further explanation"
        self.init(
            Self.code(reason: status?.reason, httpStatus: httpStatus),
            "\(request) was answered with \(httpStatus): \(words)",
            status: status,
            retryAfter: wait
        )
    }

    /// The error for a `Status` that came as an event of a watch.
    public init(watchStatus status: KubeStatus, request: String) {
        self.init(status: status, httpStatus: status.code, request: request)
    }

    private static func code(reason: KubeStatus.Reason?, httpStatus: Int) -> Code {
        switch (httpStatus, reason) {
        case (_, .alreadyExists?): .alreadyExists
        case (_, .serverTimeout?), (_, .timeout?): .timedOut
        case (400, _): .badRequest
        case (401, _): .unauthorized
        case (403, _): .forbidden
        case (404, _): .notFound
        case (405, _), (406, _), (415, _), (501, _): .unsupported
        case (408, _), (504, _): .timedOut
        case (409, _): .conflict
        case (410, _): .expired
        case (413, _): .tooLarge
        case (422, _): .invalid
        case (429, _): .throttled
        case (503, _): .unavailable
        case (500..., _): .serverFailure
        case (0, .expired?), (0, .gone?): .expired
        // What an admission webhook chose to refuse with; without a `Status` it is somebody on the way who answers.
        case (400..<500, .some): .invalid
        default: .malformedAnswer
        }
    }

    /// The error for a request that got no answer, or lost it.
    public init(transport error: TransportError, request: String) {
        let code: Code =
            switch error.code {
            case .connectionFailed, .connectionLost, .tlsFailed, .closed, .readerTooSlow: .connection
            case .timedOut, .queueFull: .timedOut
            case .malformedAnswer: .malformedAnswer
            case .bodyTooLarge: .tooLarge
            case .invalidRequest: .invalidRequest
            case .credentialsUnavailable: .unauthorized
            case .cancelled: .cancelled
            }
        self.init(code, "\(error.request ?? request) got no answer: \(error.words)", cause: error)
    }
}
