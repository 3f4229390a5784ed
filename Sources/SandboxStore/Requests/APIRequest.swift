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
