/// The methods that the Kubernetes API knows.
public enum HTTPMethod: String, Sendable, Hashable, CaseIterable {
    /// Reads.
    case get = "GET"
    /// Reads the header only.
    case head = "HEAD"
    /// Creates.
    case post = "POST"
    /// Replaces.
    case put = "PUT"
    /// Changes in part.
    case patch = "PATCH"
    /// Deletes.
    case delete = "DELETE"
    /// Asks what is allowed.
    case options = "OPTIONS"
}

/// One parameter of a query, not yet encoded.
public struct HTTPQueryItem: Sendable, Hashable {
    /// The name.
    public var name: String
    /// The value.
    public var value: String

    /// Makes a parameter.
    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// How long the phases of a request may take; nil sets no limit for that phase.
public struct HTTPTimeouts: Sendable, Hashable {
    /// Until the request is handed over, where a transport carries only so many at a time and others come first.
    ///
    /// Three times what one of those takes at most. What waits for longer was not sent, and fails with code `queueFull`.
    public var turn: Duration? = .seconds(180)
    /// From then on until the connection stands, TLS included.
    public var connect: Duration?
    /// From when it was handed over until the last byte of the answer; leave nil for watches.
    public var total: Duration?
    /// The longest silence while the answer is under way; rounded up to whole seconds.
    public var idle: Duration?

    /// Makes limits.
    public init(connect: Duration? = .seconds(10), total: Duration? = .seconds(60), idle: Duration? = nil) {
        self.connect = connect
        self.total = total
        self.idle = idle
    }
}

/// How the body of an answer is going to be read.
public enum AnswerReading: Sendable, Hashable {
    /// To its end at once; transports may hold all of it.
    case whole
    /// Bit by bit, with other work in between: transports hold little, slow the server down, and let no other request wait.
    case streamed
    /// Bit by bit for as long as the server goes on, always soon: transports neither slow the server down nor let any other
    /// request wait, and break off with code `readerTooSlow` what has piled up.
    case followed
}

/// A request to an API server as a value: what to ask, not how to carry it.
public struct HTTPRequest: Sendable, Hashable {
    /// The method.
    public var method: HTTPMethod
    /// The path from the root of the API, percent-encoded, for example `/api/v1/pods`.
    public var path: String
    /// The parameters of the query, not encoded.
    public var query: [HTTPQueryItem]
    /// The header fields.
    public var headers: HTTPHeaders
    /// The body, nil for none.
    public var body: [UInt8]?
    /// How long the phases may take.
    public var timeouts: HTTPTimeouts
    /// The client certificate to show instead of the connection's own.
    public var identity: ClientIdentity?
    /// How the body of the answer is going to be read.
    public var reading: AnswerReading

    /// Makes a request.
    public init(
        _ method: HTTPMethod = .get,
        _ path: String,
        query: [HTTPQueryItem] = [],
        headers: HTTPHeaders = [:],
        body: [UInt8]? = nil,
        timeouts: HTTPTimeouts = HTTPTimeouts(),
        identity: ClientIdentity? = nil,
        reading: AnswerReading = .whole
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
        self.timeouts = timeouts
        self.identity = identity
        self.reading = reading
    }

    /// Path and encoded query as the request line carries them (RFC 3986 section 3).
    public var target: String {
        guard !query.isEmpty else { return path }
        let pairs = query.map { "\(PercentEncoding.queryValue($0.name))=\(PercentEncoding.queryValue($0.value))" }
        return path + "?" + pairs.joined(separator: "&")
    }
}

/// A client certificate and its key in PEM.
public struct ClientIdentity: Sendable, Hashable {
    /// The certificate, followed by its intermediates.
    public var certificate: [UInt8]
    /// The private key.
    public var privateKey: [UInt8]

    /// Makes an identity of PEM texts.
    public init(certificate: [UInt8], privateKey: [UInt8]) {
        self.certificate = certificate
        self.privateKey = privateKey
    }
}

extension ClientIdentity: CustomStringConvertible, CustomReflectable {
    /// Says that there is one, not what it holds.
    public var description: String { "ClientIdentity(\(certificate.count) bytes, key hidden)" }
    /// Hides the key from dumps.
    public var customMirror: Mirror { Mirror(self, children: ["certificate": "\(certificate.count) bytes"]) }
}
