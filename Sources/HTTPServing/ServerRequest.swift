/// Who is at the other end of a connection.
package struct ConnectionPeer: Sendable, Hashable {
    /// The address without a port, empty where the system does not tell.
    package var address: String
    /// The certificates the client proved to own, as DER, leaf first; empty without TLS or without a client certificate.
    ///
    /// The leaf has passed the check against the trust roots of ``TLSSettings``.
    package var certificates: [[UInt8]]

    /// Makes a peer.
    package init(address: String, certificates: [[UInt8]] = []) {
        self.address = address
        self.certificates = certificates
    }
}

/// One request as it arrived.
package struct ServerRequest: Sendable {
    /// The method in capitals, for example `GET`.
    package var method: String
    /// The path as sent: not decoded, without the query, always starting with `/` unless the method is `OPTIONS`.
    package var path: String
    /// What follows the `?`, not decoded; nil without a `?`.
    package var query: String?
    /// Path and query as sent.
    package var target: String { query.map { "\(path)?\($0)" } ?? path }
    /// The header fields; HTTP/2's `:authority` appears as `host`.
    package var headers: HeaderFields
    /// The body, to be read at most once.
    package var body: RequestBody
    /// Who sent it.
    package var peer: ConnectionPeer

    /// Makes a request of its parts.
    package init(
        method: String,
        path: String,
        query: String? = nil,
        headers: HeaderFields = HeaderFields(),
        body: RequestBody = RequestBody([]),
        peer: ConnectionPeer = ConnectionPeer(address: "")
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
        self.peer = peer
    }

    /// Splits a request target into path and query.
    static func split(target: String) -> (path: String, query: String?) {
        guard let mark = target.firstIndex(of: "?") else { return (target, nil) }
        return (String(target[..<mark]), String(target[target.index(after: mark)...]))
    }
}
