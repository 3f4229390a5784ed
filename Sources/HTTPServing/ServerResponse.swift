/// The answer to a request.
package struct ServerResponse: Sendable {
    /// Where the body comes from.
    package enum Body: Sendable {
        /// No body.
        case empty
        /// All of it at once; the length is announced.
        case bytes([UInt8])
        /// Written piece by piece, for as long as the closure runs.
        ///
        /// The closure runs in a child task of the connection: it is cancelled, and its writes throw, once the client has
        /// gone or the server stops. If it throws, the connection (HTTP/1.1) or stream (HTTP/2) is broken off, so that the
        /// client can tell a cut body from a whole one.
        case stream(@Sendable (ResponseWriter) async throws -> Void)
    }

    /// The status code, 200 to 599.
    package var status: Int
    /// The header fields; `content-length`, `transfer-encoding` and `connection` are set by the server.
    package var headers: HeaderFields
    /// The body.
    package var body: Body

    /// Makes a response.
    package init(status: Int, headers: HeaderFields = HeaderFields(), body: Body = .empty) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// Makes a response of text in UTF-8, plain where `type` does not say otherwise.
    package static func text(
        _ text: String,
        status: Int = 200,
        type: String = "text/plain; charset=utf-8"
    ) -> ServerResponse {
        ServerResponse(
            status: status,
            headers: ["content-type": type],
            body: .bytes(Array(text.utf8))
        )
    }
}

/// Writes the body of a streamed response.
package struct ResponseWriter: Sendable {
    private let send: @Sendable ([UInt8]) async throws(HTTPServingError) -> Void

    /// Makes a writer that hands every piece to `send`; tests give a closure of their own.
    package init(_ send: @escaping @Sendable ([UInt8]) async throws(HTTPServingError) -> Void) {
        self.send = send
    }

    /// Sends one piece at once, and returns when it has been handed to the network.
    ///
    /// A client that reads slowly makes this wait; that is the back-pressure. Throws ``HTTPServingError/Code/disconnected``
    /// when the client has gone.
    package func write(_ bytes: [UInt8]) async throws(HTTPServingError) {
        guard !bytes.isEmpty else { return }
        try await send(bytes)
    }
}
