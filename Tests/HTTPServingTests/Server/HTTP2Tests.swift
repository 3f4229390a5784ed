internal import HTTPServing
internal import NIOCore
internal import NIOHTTP1
internal import NIOHTTP2
internal import NIOPosix
internal import NIOSSL
internal import Synchronization
internal import Testing

@Suite(.timeLimit(.minutes(10))) struct HTTP2Tests {
    typealias Stream = NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>
    typealias Connection = NIOHTTP2Handler.AsyncStreamMultiplexer<Void>

    static var configuration: HTTPServerConfiguration {
        HTTPServerConfiguration(
            tls: TLSSettings(
                certificateChain: TestCertificates.leaf,
                privateKey: TestCertificates.leafKey,
                clientRoots: TestCertificates.authority
            )
        )
    }

    /// Connects with HTTP/2 over TLS, showing a client certificate if there is one.
    static func connect(
        _ address: BoundAddress,
        certificate: (chain: String, key: String)? = nil
    ) async throws -> (channel: any Channel, streams: Connection) {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(Array(TestCertificates.authority.utf8)))
        tls.applicationProtocols = ["h2"]
        if let certificate {
            tls.certificateChain = try NIOSSLCertificate.fromPEMBytes(Array(certificate.chain.utf8))
                .map { .certificate($0) }
            tls.privateKey = .privateKey(try NIOSSLPrivateKey(bytes: Array(certificate.key.utf8), format: .pem))
        }
        let context = try NIOSSLContext(configuration: tls)
        return try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: address.host, port: address.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(NIOSSLClientHandler(context: context, serverHostname: "localhost"))
                    let streams = try pipeline.configureAsyncHTTP2Pipeline(mode: .client) { stream in
                        stream.eventLoop.makeSucceededVoidFuture()
                    }
                    return (channel as any Channel, streams)
                }
            }
    }

    /// Begins a request on a stream of its own, the end of which never comes.
    static func open(_ streams: Connection, _ path: String) async throws {
        let stream = try await streams.openStream { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(
                    HTTP2FramePayloadToHTTP1ClientCodec(httpProtocol: .https)
                )
                return channel
            }
        }
        let head = HTTPRequestHead(version: .http2, method: .POST, uri: path, headers: ["host": "localhost"])
        try await stream.writeAndFlush(HTTPClientRequestPart.head(head))
    }

    /// Sends one request on a stream of its own and reads the answer: its status and body.
    static func get(_ streams: Connection, _ path: String, body: String? = nil) async throws -> (UInt, String) {
        let stream = try await streams.openStream { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(
                    HTTP2FramePayloadToHTTP1ClientCodec(httpProtocol: .https)
                )
                return try Stream(wrappingChannelSynchronously: channel)
            }
        }
        return try await stream.executeThenClose { inbound, outbound in
            let method: HTTPMethod = body == nil ? .GET : .POST
            var head = HTTPRequestHead(version: .http1_1, method: method, uri: path)
            head.headers.add(name: "host", value: "localhost")
            try await outbound.write(.head(head))
            if let body { try await outbound.write(.body(.byteBuffer(ByteBuffer(string: body)))) }
            try await outbound.write(.end(nil))
            var status: UInt = 0
            var text = ""
            for try await part in inbound {
                switch part {
                case .head(let head): status = head.status.code
                case .body(let buffer): text += String(buffer: buffer)
                case .end: return (status, text)
                }
            }
            // The stream closed before the answer was whole.
            throw ChannelError.eof
        }
    }

    @Test func streamsShareAConnection() async throws {
        let second = Signal()
        let handler: HTTPServer.Handler = { request in
            if request.path == "/first" { await second.wait() }  // Answered only after the second one was asked.
            if request.path == "/second" { second.fire() }
            let body = (try? await request.body.collect(upTo: 100)) ?? []
            return .text("\(request.path) \(request.headers["host"] ?? "") \(String(decoding: body, as: UTF8.self))")
        }
        try await withServer(Self.configuration, handler: handler) { address, _ in
            let connection = try await Self.connect(address)
            async let first = Self.get(connection.streams, "/first", body: "hello")
            let other = try await Self.get(connection.streams, "/second?x=y")
            #expect(other == (200, "/second localhost "))
            #expect(try await first == (200, "/first localhost hello"))
            try await connection.channel.close()
        }
    }

    @Test func aClientCertificateReachesTheHandler() async throws {
        let handler: HTTPServer.Handler = { request in
            .text("\(request.peer.certificates.count) \(request.peer.certificates.first?.count ?? 0)")
        }
        try await withServer(Self.configuration, handler: handler) { address, _ in
            let known = try await Self.connect(address, certificate: (TestCertificates.leaf, TestCertificates.leafKey))
            let der = try NIOSSLCertificate.fromPEMBytes(Array(TestCertificates.leaf.utf8)).first?.toDERBytes()
            #expect(try await Self.get(known.streams, "/") == (200, "1 \(der?.count ?? 0)"))
            try await known.channel.close()
            let unknown = try await Self.connect(address)
            #expect(try await Self.get(unknown.streams, "/") == (200, "0 0"))
            try await unknown.channel.close()
        }
    }

    @Test func aForeignCertificateIsRefused() async throws {
        let reached = Mutex(false)
        let handler: HTTPServer.Handler = { _ in
            reached.withLock { $0 = true }
            return .text("")
        }
        try await withServer(Self.configuration, handler: handler) { address, _ in
            let foreign = (TestCertificates.foreignLeaf, TestCertificates.foreignLeafKey)
            // In TLS 1.3 the client learns of the refusal after its own handshake: by an error, or as a stream that ends unanswered.
            var status: UInt = 0
            do {
                let connection = try await Self.connect(address, certificate: foreign)
                status = try await Self.get(connection.streams, "/").0
            } catch {}
            #expect(status == 0)
        }
        let wasReached = reached.withLock { $0 }
        #expect(!wasReached)
    }

    @Test func shutdownLetsAStreamFinish() async throws {
        let (started, proceed) = (Signal(), Signal())
        let handler: HTTPServer.Handler = { _ in
            started.fire()
            await proceed.wait()
            return .text("done")
        }
        try await withServer(Self.configuration, handler: handler) { address, server in
            let connection = try await Self.connect(address)
            async let answer = Self.get(connection.streams, "/")
            await started.wait()
            server.shutdown()
            proceed.fire()
            #expect(try await answer == (200, "done"))
            try await connection.channel.closeFuture.get()
        }
    }

    @Test func unusableCertificatesAreNamed() async {
        var configuration = Self.configuration
        configuration.tls?.privateKey = "nonsense"
        let server = HTTPServer(configuration: configuration) { _ in .text("") }
        let error = await #expect(throws: HTTPServingError.self) { try await server.run() }
        #expect(error?.code == .invalidTLS)
        #expect(error?.message.contains("private key") == true)
    }
}
