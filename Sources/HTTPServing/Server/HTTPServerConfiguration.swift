/// The certificate a server shows and the client certificates it accepts.
package struct TLSSettings: Sendable, Hashable {
    /// The server's chain in PEM, leaf first.
    package var certificateChain: String
    /// The key of the leaf in PEM (PKCS#8 or SEC 1).
    package var privateKey: String
    /// The roots in PEM that client certificates must lead to; nil asks for no client certificate.
    ///
    /// A client that shows no certificate is let in; one that shows a certificate of another issuer is not.
    package var clientRoots: String?

    /// Makes settings.
    package init(certificateChain: String, privateKey: String, clientRoots: String? = nil) {
        self.certificateChain = certificateChain
        self.privateKey = privateKey
        self.clientRoots = clientRoots
    }
}

/// Where a server listens and what it puts up with.
package struct HTTPServerConfiguration: Sendable, Hashable {
    /// Who answers a request that announces a body above ``Limits/bodyBytes``.
    package enum LargeBodies: Sendable, Hashable {
        /// The server, in plain text; the handler does not see the request.
        case refused
        /// The handler, to which reading the body throws ``HTTPServingError/Code/bodyTooLarge``.
        case handled
    }

    /// The bounds on one request.
    package struct Limits: Sendable, Hashable {
        /// The bytes of all header fields together; more is answered 431 or, in HTTP/2, refused.
        package var headerBytes = 64 * 1024
        /// The number of header fields.
        package var headerCount = 128
        /// The bytes of a request body; more is answered 413.
        package var bodyBytes = 16 * 1024 * 1024
        /// Who answers a request that announces a larger body.
        package var largeBodies = LargeBodies.refused
        /// The streams a client may have open at once on one HTTP/2 connection.
        package var concurrentStreams = 1000
        /// The PING, SETTINGS and PRIORITY frames that a client may send on one HTTP/2 connection within 30 seconds.
        package var controlFrames = 100_000
        /// The streams that a client may break off on one HTTP/2 connection within 30 seconds.
        package var streamResets = 2000
        /// The connections held at once; more are closed at once.
        package var connections = 4096

        /// Makes the default limits.
        package init() {}
    }

    /// How long the server waits for a client.
    package struct Timeouts: Sendable, Hashable {
        /// From the start of a connection to the end of its first request head, the TLS handshake included.
        package var firstHead: Duration = .seconds(20)
        /// From one answer to the end of the next request head.
        package var idle: Duration = .seconds(120)
        /// Between two pieces of a request body.
        package var bodyStall: Duration = .seconds(60)
        /// How long a written piece may stay unacknowledged by a client that does not read.
        package var writeStall: Duration = .seconds(60)
        /// From the call of ``HTTPServer/shutdown()`` until connections still open are broken off.
        package var grace: Duration = .seconds(5)

        /// Makes the default timeouts.
        package init() {}
    }

    /// The address to listen on: an IP address or a name of this machine.
    package var host: String
    /// The port, 0 for any free one.
    package var port: Int
    /// TLS settings; nil serves plain HTTP/1.1.
    package var tls: TLSSettings?
    /// The bounds on one request.
    package var limits: Limits
    /// How long the server waits.
    package var timeouts: Timeouts

    /// Makes a configuration.
    package init(
        host: String = "127.0.0.1",
        port: Int = 0,
        tls: TLSSettings? = nil,
        limits: Limits = Limits(),
        timeouts: Timeouts = Timeouts()
    ) {
        self.host = host
        self.port = port
        self.tls = tls
        self.limits = limits
        self.timeouts = timeouts
    }
}

/// Where a server came to listen.
package struct BoundAddress: Sendable, Hashable, CustomStringConvertible {
    /// The IP address.
    package var host: String
    /// The port, never 0.
    package var port: Int

    /// Makes an address.
    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// `127.0.0.1:8443` or `[::1]:8443`.
    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
