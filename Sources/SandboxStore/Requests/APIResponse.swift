/// The answer of the API server.
package struct APIResponse: Sendable {
    /// What follows the head.
    package enum Body: Sendable {
        /// The whole body.
        case bytes([UInt8])
        /// Chunks that come as things happen; the connection stays until the stream ends or the reader goes away.
        case stream(ByteStream)
    }

    /// The HTTP status.
    package var status: Int
    /// The header fields, `Content-Type` among them; not those of the transport (`Content-Length`, `Date`).
    package var headers: [HeaderField]
    /// The body.
    package var body: Body

    /// Makes an answer.
    package init(status: Int, headers: [HeaderField] = [], body: Body = .bytes([])) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// An answer of plain text.
    package static func text(_ text: String, status: Int = 200) -> APIResponse {
        APIResponse(
            status: status,
            headers: [
                HeaderField("Content-Type", "text/plain; charset=utf-8"),
                HeaderField("X-Content-Type-Options", "nosniff"),
            ],
            body: .bytes(Array(text.utf8))
        )
    }

    /// The value of the first header field of that name.
    package func header(_ name: String) -> String? {
        let wanted = name.lowercased()
        return headers.first { $0.name.lowercased() == wanted }?.value
    }
}
