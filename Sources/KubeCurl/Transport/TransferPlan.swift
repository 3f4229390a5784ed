internal import KubeClient

/// Everything libcurl is told about one request, as plain values.
struct TransferPlan: Sendable, Hashable {
    /// Whose certificates count, in libcurl's terms.
    enum Authorities: Sendable, Hashable {
        case system
        case bytes([UInt8])
        case file(String)
        case anybody
    }

    /// Scheme, host, port and the path below which the API begins.
    var origin: String
    /// Path and query as the request line carries them.
    var target: String
    /// `HOST:PORT:HOST:PORT`: where to connect instead; nil goes where the URL says.
    var connectTo: String?
    var method: HTTPMethod
    /// Lines for `CURLOPT_HTTPHEADER`.
    var headerLines: [String]
    var body: [UInt8]?
    var proxy: String?
    var authorities: Authorities
    var identity: ClientIdentity?
    var allowsCompression: Bool
    var reading: AnswerReading
    var connectMilliseconds: Int
    var totalMilliseconds: Int
    var turnMilliseconds: Int
    var idleSeconds: Int

    /// Plans a request; throws code `invalidRequest` for what could break out of its place in the message.
    init(_ request: HTTPRequest, to connection: ClusterConnection) throws(TransportError) {
        let server = connection.server
        let target = request.target
        guard target.hasPrefix("/"), target.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw TransportError(.invalidRequest, "the path must begin with / and be percent-encoded, is \"\(target)\"")
        }
        var headers = request.headers
        if let name = connection.serverName, server.isSecure, name != server.host {
            // The certificate is checked against the host of the URL, which therefore is the name wanted.
            guard
                name.utf8.allSatisfy({
                    (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "@")
                })
            else { throw TransportError(.invalidRequest, "the server name \"\(name)\" is no host name") }
            let named = ServerAddress(host: name, port: server.port)
            self.origin = "https://\(named.authority)\(server.basePath)"
            self.connectTo = "\(named.authority):\(server.authority)"
            headers["Host"] = headers["Host"] ?? server.authority
        } else {
            self.origin = "\(server)"
        }
        self.target = target
        self.method = request.method
        self.headerLines = try Self.lines(headers)
        self.body = request.body
        self.proxy = connection.proxy.map(Self.resolvingThere)
        self.identity = request.identity
        self.allowsCompression = connection.allowsCompression
        self.reading = request.reading
        switch connection.trust {
        case .system: self.authorities = .system
        case .anybody: self.authorities = .anybody
        case .authorities(.inline(let bytes)): self.authorities = .bytes(bytes)
        case .authorities(.file(let path)): self.authorities = .file(path)
        }
        self.connectMilliseconds = Self.milliseconds(request.timeouts.connect)
        self.totalMilliseconds = Self.milliseconds(request.timeouts.total)
        self.turnMilliseconds = Self.milliseconds(request.timeouts.turn)
        self.idleSeconds = (Self.milliseconds(request.timeouts.idle) + 999) / 1_000
    }

    /// Where the request goes, in full.
    var url: String { origin + target }

    /// The path without its query, which may hold what nobody should see.
    var path: String { String(target.prefix { $0 != "?" }) }

    /// Whether other requests share the connection, where the server offers HTTP/2.
    var sharesConnection: Bool { reading != .streamed }

    /// A small request that goes the same way, as the same user: what answers it lives.
    func asking(_ path: String) -> TransferPlan {
        var plan = self
        plan.target = path
        plan.method = .get
        plan.body = nil
        plan.reading = .whole
        plan.totalMilliseconds = 10_000
        plan.idleSeconds = 0
        return plan
    }

    /// Names are for a SOCKS proxy to resolve, as Go programs have it: what stands behind it may not be known here.
    private static func resolvingThere(_ proxy: String) -> String {
        let scheme = "socks5://"
        return proxy.hasPrefix(scheme) ? "socks5h://\(proxy.dropFirst(scheme.count))" : proxy
    }

    /// Header lines, and marks that keep libcurl from adding fields of its own.
    private static func lines(_ headers: HTTPHeaders) throws(TransportError) -> [String] {
        var lines: [String] = []
        for field in headers.fields {
            guard !field.name.isEmpty, field.name.utf8.allSatisfy(isTokenByte) else {
                throw TransportError(.invalidRequest, "\"\(field.name)\" is no name of a header field")
            }
            guard field.value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else {
                throw TransportError(
                    .invalidRequest,
                    "the header field \(field.name) has a control character in its value"
                )
            }
            // libcurl takes "Name;" for a field with an empty value and "Name:" for one to leave out.
            lines.append(field.value.isEmpty ? "\(field.name);" : "\(field.name): \(field.value)")
        }
        lines.append("Expect:")
        if headers["Content-Type"] == nil { lines.append("Content-Type:") }
        return lines
    }

    /// RFC 9110 section 5.6.2.
    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }

    /// Whole milliseconds, at least 1; 0 for no limit.
    private static func milliseconds(_ duration: Duration?) -> Int {
        guard let duration else { return 0 }
        let parts = duration.components
        let (seconds, overflow) = parts.seconds.multipliedReportingOverflow(by: 1_000)
        let limit = Int64(Int32.max)
        guard !overflow, seconds < limit else { return Int(limit) }
        return Int(max(1, min(limit, seconds + parts.attoseconds / 1_000_000_000_000_000)))
    }
}
