internal import HTTPServing
internal import KubeClient
internal import KubeCurl
internal import MeshBase
internal import MeshTestKit
internal import Synchronization
internal import Testing

typealias Certificates = TestCertificates

let authority = ServerTrust.authorities(.inline(Array(Certificates.authority.utf8)))
let jane = ClientIdentity(
    certificate: Array(Certificates.jane.utf8),
    privateKey: Array(Certificates.janeKey.utf8)
)
let joe = ClientIdentity(certificate: Array(Certificates.joe.utf8), privateKey: Array(Certificates.joeKey.utf8))

/// Serves over TLS while `body` runs with a transport to it; afterwards no transfer is open.
func withTLS(
    _ configuration: CurlTransport.Configuration = CurlTransport.Configuration(),
    change: @escaping @Sendable (inout ClusterConnection) -> Void = { _ in },
    clock: any Clock<Duration> = ContinuousClock(),
    handler: @escaping HTTPServer.Handler,
    _ body: @escaping @Sendable (CurlTransport) async throws -> Void
) async throws {
    let tls = TLSSettings(
        certificateChain: Certificates.server,
        privateKey: Certificates.serverKey,
        clientRoots: Certificates.authority
    )
    let server = HTTPServer(
        configuration: HTTPServerConfiguration(host: "127.0.0.1", port: 0, tls: tls),
        handler: handler
    )
    let bound = Signal<Int>()
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await server.run { bound.send($0.port) } }
        let port = try #require(await bound.next())
        var connection = ClusterConnection(
            server: ServerAddress(host: "127.0.0.1", port: port),
            trust: authority,
            serverName: "localhost"
        )
        change(&connection)
        defer { group.cancelAll() }
        try await withTransport(connection, configuration, clock: clock, body)
    }
}

/// The name of the client whose certificate a request came with.
func client(_ request: ServerRequest) -> String {
    guard let leaf = request.peer.certificates.first else { return "nobody" }
    let known = [("jane", Certificates.jane), ("joe", Certificates.joe)]
    let text = Base64.encode(leaf)
    return known.first { $0.1.split(separator: "\n").dropFirst().dropLast().joined() == text }?.0 ?? "stranger"
}

@Suite struct TLSTests {
    @Test(arguments: [true, false])
    func versionOfHTTP(isTwo: Bool) async throws {
        try await withTLS(
            CurlTransport.Configuration(offersHTTP2: isTwo),
            handler: { .text("\($0.path) \($0.headers["host"] ?? "")") }
        ) { transport in
            let port = transport.connection.server.port
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<200 {
                    group.addTask {
                        let response = try await transport.send(HTTPRequest(.get, "/\(number)"))
                        #expect(try await response.body.text() == "/\(number) 127.0.0.1:\(port)")
                    }
                }
                try await group.waitForAll()
            }
            let statistics = transport.statistics
            #expect(statistics.http2Answers == (isTwo ? 200 : 0))
            if isTwo { #expect(statistics.connections == 1) }
        }
    }

    @Test("A client that keeps one connection busy is not sent away")
    func busyConnection() async throws {
        try await withTLS(CurlTransport.Configuration(offersHTTP2: true), handler: { .text($0.path) }) { transport in
            for number in 0..<500 {
                let response = try await transport.send(HTTPRequest(.get, "/\(number)"))
                #expect(try await response.body.text() == "/\(number)")
            }
            #expect(transport.statistics.connections == 1)
        }
    }

    @Test(arguments: [
        (authority, "localhost" as String?, nil as TransportError.Code?), (authority, "kubernetes.default", nil),
        (authority, nil, .tlsFailed), (authority, "elsewhere", .tlsFailed), (.system, "localhost", .tlsFailed),
        (.anybody, nil, nil),
        (.authorities(.inline(Array(Certificates.otherAuthority.utf8))), "localhost", .tlsFailed),
        (.authorities(.file("/nonexistent")), "localhost", .tlsFailed),
        (.authorities(.inline(Array("no certificate".utf8))), "localhost", .tlsFailed),
    ])
    func trust(trust: ServerTrust, name: String?, code: TransportError.Code?) async throws {
        try await withTLS(
            change: {
                $0.trust = trust
                $0.serverName = name
            },
            handler: { _ in .text("ok") }
        ) { transport in
            #expect(await failure { _ = try await transport.send(HTTPRequest(.get, "/")).body.text() } == code)
        }
    }

    @Test(arguments: [true, false])
    func everybodyIsWhoTheyAre(isTwo: Bool) async throws {
        try await withTLS(CurlTransport.Configuration(offersHTTP2: isTwo), handler: { .text(client($0)) }) {
            transport in
            for _ in 0..<3 {
                for (identity, name) in [(jane, "jane"), (nil, "nobody"), (joe, "joe")] {
                    let response = try await transport.send(HTTPRequest(.get, "/", identity: identity))
                    #expect(try await response.body.text() == name)
                }
            }
            #expect(transport.statistics.connections == 3)
        }
    }

    @Test(arguments: [
        ClientIdentity(certificate: [1, 2, 3], privateKey: jane.privateKey),
        ClientIdentity(certificate: jane.certificate, privateKey: joe.privateKey),
    ])
    func uselessIdentity(identity: ClientIdentity) async throws {
        try await withTLS(handler: { _ in .text("ok") }) { transport in
            let code = await failure { _ = try await transport.send(HTTPRequest(.get, "/", identity: identity)) }
            #expect(code == .tlsFailed)
        }
    }

    @Test func emptyIdentity() async throws {
        try await withTLS(handler: { _ in .text("ok") }) { transport in
            let identity = ClientIdentity(certificate: [], privateKey: [])
            let code = await failure { _ = try await transport.send(HTTPRequest(.get, "/", identity: identity)) }
            #expect(code == .invalidRequest)
        }
    }

    @Test func largeBodiesBothWays() async throws {
        try await withTLS(
            handler: { request in
                let body = (try? await request.body.collect(upTo: 16 << 20)) ?? []
                return ServerResponse(status: 200, body: .bytes(body + body))
            }
        ) { transport in
            let bytes = (0..<(3 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        let timeouts = HTTPTimeouts(total: .seconds(600))
                        let request = HTTPRequest(.put, "/", body: bytes, timeouts: timeouts)
                        let response = try await transport.send(request)
                        #expect(try await response.body.collect(limit: 16 << 20) == bytes + bytes)
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test func cancelledRequestsKeepTheConnection() async throws {
        let (arrived, ended) = (Signal<Bool>(), Signal<Bool>())
        try await withTLS(
            handler: { request in
                guard request.path == "/never" else { return .text("ok") }
                arrived.send(true)
                while !Task.isCancelled { await Task.yield() }
                ended.send(true)
                return .text("late")
            }
        ) { transport in
            for _ in 0..<10 {
                await withTaskGroup(of: Void.self) { group in
                    group.addTask { _ = try? await transport.send(HTTPRequest(.get, "/never")) }
                    #expect(await arrived.next() == true)
                    group.cancelAll()
                }
                let small = try await transport.send(HTTPRequest(.get, "/"))
                #expect(try await small.body.text() == "ok")
                // libcurl tells the server with the next request.
                #expect(await ended.next() == true)
            }
            #expect(transport.statistics.connections == 1)
        }
    }

    @Test func slowReadersLetOthersGoOn() async throws {
        let written = Mutex(0)
        let total = 64 << 20
        let ended = Signal<Bool>()
        try await withTLS(
            CurlTransport.Configuration(bodyCapacity: 64 * 1024),
            handler: { request in
                guard request.path == "/large" else { return .text("ok") }
                return ServerResponse(
                    status: 200,
                    body: .stream { writer in
                        defer { ended.send(true) }
                        let piece = [UInt8](repeating: 1, count: 1 << 20)
                        for _ in 0..<(total >> 20) {
                            try await writer.write(piece)
                            written.withLock { $0 += piece.count }
                        }
                    }
                )
            }
        ) { transport in
            let streamed = HTTPRequest(.get, "/large", timeouts: HTTPTimeouts(total: nil), reading: .streamed)
            let response = try await transport.send(streamed)
            do {
                // One that is left half way.
                let other = try await transport.send(streamed)
                var pieces = other.body.makeAsyncIterator()
                #expect(try await pieces.next() != nil)
            }
            #expect(await ended.next() == true)
            for _ in 0..<200 {
                let small = try await transport.send(HTTPRequest(.get, "/"))
                #expect(try await small.body.text() == "ok")
            }
            // What the kernel and both ends hold is some megabytes; the rest waits at the server.
            #expect(written.withLock { $0 } < total)
            var received = 0
            for try await piece in response.body { received += piece.count }
            #expect(received == total)
            #expect(transport.statistics.http2Answers == 200)
        }
    }

    @Test func abandonedStreamsDoNotHurtOthers() async throws {
        try await withTLS(
            handler: { request in
                ServerResponse(
                    status: 200,
                    body: .bytes([UInt8](repeating: 1, count: request.path == "/big" ? 300_000 : 10))
                )
            }
        ) { transport in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<300 {
                    group.addTask {
                        if number.isMultiple(of: 3) {
                            let response = try await transport.send(HTTPRequest(.get, "/big"))
                            var pieces = response.body.makeAsyncIterator()
                            _ = try await pieces.next()
                        } else {
                            let path = number.isMultiple(of: 2) ? "/big" : "/small"
                            let body = try await transport.send(HTTPRequest(.get, path)).body.collect(limit: 1 << 20)
                            #expect(body.count == (path == "/big" ? 300_000 : 10))
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(transport.statistics.connections == 1)
        }
    }
}
