/// Who asks, as authentication found out.
package struct UserInfo: Sendable, Hashable {
    /// The user's name, for example `system:serviceaccount:istio-system:istiod`.
    package var name: String
    /// An identifier of the user beyond the name.
    package var uid: String
    /// The groups the user is in.
    package var groups: [String]
    /// What else authentication told.
    package var extra: [String: [String]]

    /// Makes a user.
    package init(name: String, uid: String = "", groups: [String] = [], extra: [String: [String]] = [:]) {
        self.name = name
        self.uid = uid
        self.groups = groups
        self.extra = extra
    }

    /// The administrator: member of `system:masters`.
    package static let admin = UserInfo(name: "kubernetes-admin", groups: ["system:masters", "system:authenticated"])
    /// Nobody in particular.
    package static let anonymous = UserInfo(name: "system:anonymous", groups: ["system:unauthenticated"])
}

/// A header field.
package struct HeaderField: Sendable, Hashable {
    /// The name, compared without regard to case.
    package var name: String
    /// The value.
    package var value: String

    /// Makes a field.
    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// A request to the API server as a value, whatever carried it.
package struct APIRequest: Sendable {
    /// The HTTP method in capitals.
    package var method: String
    /// The path, percent-decoded, without the query.
    package var path: String
    /// The query's parameters, decoded, in order.
    package var query: [(name: String, value: String)]
    /// The header fields.
    package var headers: [HeaderField]
    /// The whole body.
    package var body: [UInt8]
    /// Who asks.
    package var user: UserInfo

    /// Makes a request.
    package init(
        method: String,
        path: String,
        query: [(name: String, value: String)] = [],
        headers: [HeaderField] = [],
        body: [UInt8] = [],
        user: UserInfo = .admin
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
        self.user = user
    }

    /// The value of the first header field of that name.
    package func header(_ name: String) -> String? {
        let wanted = name.lowercased()
        return headers.first { $0.name.lowercased() == wanted }?.value
    }

    /// The value of the first query parameter of that name; empty values count as absent.
    package func parameter(_ name: String) -> String? {
        guard let value = query.first(where: { $0.name == name })?.value, !value.isEmpty else { return nil }
        return value
    }
}

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

/// Chunks of a body, pulled one by one by a single reader.
package struct ByteStream: AsyncSequence, Sendable {
    /// One chunk.
    package typealias Element = [UInt8]

    private let pull: @Sendable () async -> [UInt8]?

    /// Makes a stream of a function that waits for the next chunk and returns nil at the end.
    package init(_ pull: @escaping @Sendable () async -> [UInt8]?) {
        self.pull = pull
    }

    /// Reads the chunks.
    package struct Iterator: AsyncIteratorProtocol {
        let pull: @Sendable () async -> [UInt8]?

        /// Waits for the next chunk; nil at the end.
        package mutating func next() async -> [UInt8]? { await pull() }
    }

    /// Begins to read.
    package func makeAsyncIterator() -> Iterator { Iterator(pull: pull) }
}
