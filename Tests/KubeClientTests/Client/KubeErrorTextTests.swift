internal import KubeAPI
internal import KubeClient
internal import MeshBase
internal import Testing

/// How errors read in a log: each thing once.
@Suite struct KubeErrorTextTests {
    static let url = "GET https://10.0.0.1:6443/version"

    /// The text of each class of a request that got no answer.
    static let unanswered: [TransportError.Code: String] = [
        .connectionFailed: "Connection: \(url) got no answer: it said why (ConnectionFailed)",
        .connectionLost: "Connection: \(url) got no answer: it said why (ConnectionLost)",
        .timedOut: "TimedOut: \(url) got no answer: it said why (TimedOut)",
        .queueFull: "TimedOut: \(url) got no answer: it said why (QueueFull)",
        .tlsFailed: "Connection: \(url) got no answer: it said why (TLSFailed)",
        .malformedAnswer: "MalformedAnswer: \(url) got no answer: it said why (MalformedAnswer)",
        .bodyTooLarge: "TooLarge: \(url) got no answer: it said why (BodyTooLarge)",
        .readerTooSlow: "Connection: \(url) got no answer: it said why (ReaderTooSlow)",
        .invalidRequest: "InvalidRequest: \(url) got no answer: it said why (InvalidRequest)",
        .credentialsUnavailable: "Unauthorized: \(url) got no answer: it said why (CredentialsUnavailable)",
        .cancelled: "Cancelled: \(url) got no answer: it said why (Cancelled)",
        .closed: "Connection: \(url) got no answer: it said why (TransportClosed)",
    ]

    @Test(arguments: TransportError.Code.allCases) func noAnswer(_ code: TransportError.Code) {
        let cause = TransportError(code, "it said why", request: Self.url)
        #expect("\(KubeError(transport: cause, request: "GET /version"))" == Self.unanswered[code])
        #expect("\(cause)" == "\(code.rawValue): \(Self.url): it said why")
    }

    /// The text of each class of an answer.
    static let answered: [(http: Int, reason: String, text: String)] = [
        (400, "BadRequest", "BadRequest: GET /x was answered with 400: words"),
        (401, "Unauthorized", "Unauthorized: GET /x was answered with 401: words"),
        (403, "Forbidden", "Forbidden: GET /x was answered with 403: words"),
        (404, "NotFound", "NotFound: GET /x was answered with 404: words"),
        (405, "MethodNotAllowed", "Unsupported: GET /x was answered with 405: words"),
        (409, "AlreadyExists", "AlreadyExists: GET /x was answered with 409: words"),
        (409, "Conflict", "Conflict: GET /x was answered with 409: words"),
        (410, "Expired", "Expired: GET /x was answered with 410: words"),
        (413, "RequestEntityTooLarge", "TooLarge: GET /x was answered with 413: words"),
        (422, "Invalid", "Invalid: GET /x was answered with 422: words"),
        (429, "TooManyRequests", "Throttled: GET /x was answered with 429: words"),
        (500, "InternalError", "ServerFailure: GET /x was answered with 500: words"),
        (503, "ServiceUnavailable", "Unavailable: GET /x was answered with 503: words"),
        (504, "Timeout", "TimedOut: GET /x was answered with 504: words"),
        (302, "", "MalformedAnswer: GET /x was answered with 302: words"),
    ]

    @Test(arguments: answered) func anAnswer(_ http: Int, _ reason: String, _ text: String) {
        let status = KubeStatus(code: http, reason: KubeStatus.Reason(reason), message: "words")
        #expect("\(KubeError(status: status, httpStatus: http, request: "GET /x"))" == text)
    }

    @Test("Every class has its text here")
    func all() {
        #expect(Self.unanswered.count == TransportError.Code.allCases.count)
        let texts = Self.unanswered.values + Self.answered.map(\.text)
        let named = Set(texts.map { String($0.prefix { $0 != ":" }) })
        #expect(named == Set(KubeError.Code.allCases.map(\.rawValue)))
    }

    @Test("A cause that the message does not name follows it, with what lies under it")
    func causes() {
        let plug = TransportError(.credentialsUnavailable, "cannot read /t", cause: CancellationError())
        let kube = KubeError(transport: plug, request: "GET /x")
        let under = "(caused by: CancellationError())"
        let told = "Unauthorized: GET /x got no answer: cannot read /t (CredentialsUnavailable) \(under)"
        #expect("\(kube)" == told)
        let outer = KubeError(.invalidRequest, "the request cannot be built", cause: plug)
        let cause = "CredentialsUnavailable: cannot read /t \(under)"
        #expect("\(outer)" == "InvalidRequest: the request cannot be built (caused by: \(cause))")
    }
}
