/// Carries requests to one API server: a network, a server in the same process, or a script in a test.
public protocol HTTPTransport: Sendable {
    /// Sends a request and returns once the header of the answer is there; the body follows as a stream.
    ///
    /// Every status is a success here. Cancelling the task aborts the exchange and throws ``TransportError`` of code
    /// `cancelled`; giving up the returned body aborts it too.
    func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse
}

/// The answer to a request.
public struct HTTPResponse: Sendable {
    /// The status code.
    public var status: Int
    /// The header fields.
    public var headers: HTTPHeaders
    /// The body as it arrives; may be read once.
    public var body: HTTPBody

    /// Makes an answer.
    public init(status: Int, headers: HTTPHeaders = [:], body: HTTPBody = .empty) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}
