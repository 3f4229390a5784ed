internal import HTTPServing
internal import KubeClient
internal import KubeCurl
internal import MeshBase
internal import MeshTestKit
internal import Synchronization
internal import Testing

/// What becomes of requests on connections that die without a word, with real sockets in real time.
@Suite struct DeadConnectionTests {
    private static let asking = {
        var configuration = CurlTransport.Configuration()
        configuration.signOfLife = "/livez"
        // The server is in this process, beside tests that keep every processor busy.
        configuration.signLimit = .seconds(15)
        return configuration
    }()

    /// A proxy before a TLS server; the connections it has when it is cut carry nothing any more, later ones do.
    private final class Cable: Sendable {
        private let cut = Mutex(0)
        private let made = Mutex(0)

        var connections: Int { made.withLock(\.self) }

        func sever() { cut.withLock { $0 = connections } }

        func serve(_ connection: PeerConnection, to port: Int) {
            let number = made.withLock { made in
                made += 1
                return made
            }
            connection.tunnel(to: port) { self.cut.withLock { number <= $0 } }
        }
    }

    private func withCable(
        handler: @escaping HTTPServer.Handler,
        quietLimit: Duration = .seconds(10),
        report: @escaping @Sendable (TransportNote) -> Void = { _ in },
        _ body: @escaping @Sendable (CurlTransport, Cable) async throws -> Void
    ) async throws {
        try await withTLS(handler: handler) { direct in
            let (cable, port) = (Cable(), direct.connection.server.port)
            let peer = try Peer { cable.serve($0, to: port) }
            var connection = direct.connection
            connection.server.port = peer.port
            var configuration = Self.asking
            configuration.quietLimit = quietLimit
            let transport = CurlTransport(connection: connection, configuration: configuration, report: report)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await transport.run() }
                let outcome: Result<Void, any Error>
                do { outcome = .success(try await body(transport, cable)) } catch { outcome = .failure(error) }
                group.cancelAll()
                try await group.waitForAll()
                try outcome.get()
            }
            peer.close()
            #expect(transport.statistics.openTransfers == 0)
        }
    }

    private static let followed = HTTPRequest(.get, "/watch", timeouts: HTTPTimeouts(total: nil), reading: .followed)

    /// Answers at once, but `/watch`, which says one thing and then nothing.
    private static func handler(_ request: ServerRequest) async -> ServerResponse {
        guard request.path == "/watch" else { return .text(request.path) }
        return ServerResponse(
            status: 200,
            body: .stream { writer in
                try await writer.write(Array("first".utf8))
                while !Task.isCancelled { try await ContinuousClock().sleep(for: .milliseconds(50)) }
            }
        )
    }

    @Test("Requests and watches on a connection that carries nothing any more go on with another within seconds")
    func deadSharedConnection() async throws {
        let notes = Mutex<[TransportNote]>([])
        try await withCable(
            handler: Self.handler,
            report: { note in notes.withLock { $0.append(note) } }
        ) { transport, cable in
            let clock = ContinuousClock()
            let watch = try await transport.send(Self.followed)
            var events = watch.body.makeAsyncIterator()
            #expect(try await events.next() == Array("first".utf8))
            #expect(try await transport.send(HTTPRequest(.get, "/before")).body.text() == "/before")
            #expect(cable.connections == 1, "the watch and the other request share it")
            cable.sever()
            let took = try await clock.measure {
                async let write = failure { _ = try await transport.send(HTTPRequest(.put, "/w", body: [1])) }
                async let read = transport.send(HTTPRequest(.get, "/after")).body.text()
                let (text, code) = (try await read, await write)
                #expect(text == "/after")
                #expect(code == .connectionLost, "a write may have arrived: its caller decides")
            }
            #expect(took > .seconds(3))
            #expect(took < .seconds(60), "17 s, and what a busy machine adds")
            #expect(await failure { _ = try await events.next() } == .connectionLost)
            #expect(try await transport.send(Self.followed).status == 200)
            #expect(cable.connections == 2)
            let silent = notes.withLock { $0.filter { if case .silent = $0 { true } else { false } } }
            #expect(silent.count == 1)
        }
    }

    /// An answer that comes in one piece is over as soon as it is there; it counts as a sign of life all the same.
    @Test("A quiet connection that gives a sign of life whenever it is asked is kept, and asked again and again")
    func quietConnection() async throws {
        let notes = Mutex<[TransportNote]>([])
        let asked = Mutex(0)
        try await withCable(
            handler: { request in
                if request.path == "/livez" { asked.withLock { $0 += 1 } }
                return await Self.handler(request)
            },
            quietLimit: .milliseconds(200),
            report: { note in notes.withLock { $0.append(note) } }
        ) { transport, cable in
            let watch = try await transport.send(Self.followed)
            var events = watch.body.makeAsyncIterator()
            #expect(try await events.next() == Array("first".utf8))
            // Unheard, a sign would be waited for until its limit, 15 s, and the next one never asked for.
            let end = ContinuousClock.now + .seconds(12)
            while asked.withLock({ $0 < 4 }), ContinuousClock.now < end {
                try await ContinuousClock().sleep(for: .milliseconds(50))
            }
            #expect(asked.withLock(\.self) >= 4)
            #expect(cable.connections == 1)
            #expect(notes.withLock { $0.isEmpty })
        }
    }

    @Test("A server that takes its time with one answer keeps the connection, for it answers others")
    func slowAnswer() async throws {
        try await withCable(
            handler: { request in
                if request.path == "/slow" { try? await ContinuousClock().sleep(for: .seconds(6)) }
                return .text(request.path)
            }
        ) { transport, cable in
            let text = try await transport.send(HTTPRequest(.put, "/slow", body: [1])).body.text()
            #expect(text == "/slow")
            #expect(cable.connections == 1)
            #expect(transport.statistics.transfers >= 3, "it was asked meanwhile, twice at least")
        }
    }

    @Test("Those who wait for a connection that does not come wait together, not one after another")
    func silentListener() async throws {
        let peer = try Peer { connection in _ = connection.waitForEnd() }
        try await withTransport(to: peer, change: { $0.server.isSecure = true }) { transport in
            let timeouts = HTTPTimeouts(connect: .seconds(3), total: .seconds(60))
            let took = try await ContinuousClock().measure {
                try await withThrowingTaskGroup(of: TransportError.Code?.self) { group in
                    for number in 0..<10 {
                        group.addTask {
                            await failure {
                                _ = try await transport.send(HTTPRequest(.get, "/\(number)", timeouts: timeouts))
                            }
                        }
                    }
                    for try await code in group { #expect(code == .timedOut) }
                }
            }
            #expect(took >= .seconds(3))
            #expect(took < .seconds(12), "one after another would take 30 s")
        }
    }

    @Test("A connection that is taken and not served is tried again before its time is up")
    func secondAttempt() async throws {
        try await withTLS(handler: { .text($0.path) }) { direct in
            let port = direct.connection.server.port
            let connections = Mutex(0)
            let peer = try Peer { connection in
                let isFirst = connections.withLock { number in
                    number += 1
                    return number == 1
                }
                if isFirst { _ = connection.waitForEnd() } else { connection.tunnel(to: port) }
            }
            let (name, trust) = (direct.connection.serverName, direct.connection.trust)
            try await withTransport(
                to: peer,
                change: {
                    $0.server.isSecure = true
                    $0.serverName = name
                    $0.trust = trust
                }
            ) { transport in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for number in 0..<10 {
                        group.addTask {
                            let request = HTTPRequest(.put, "/\(number)", body: [1])
                            let text = try await transport.send(request).body.text()
                            #expect(text == "/\(number)")
                        }
                    }
                    try await group.waitForAll()
                }
                #expect(peer.accepted >= 2 && peer.accepted <= 6, "two, and what a busy machine tries again")
            }
        }
    }

    @Test("One request that runs out of time leaves the connection to the others")
    func timeoutOfOne() async throws {
        try await withCable(
            handler: { request in
                if request.path == "/never" { while !Task.isCancelled { await Task.yield() } }
                if request.path == "/later" { try? await ContinuousClock().sleep(for: .seconds(2)) }
                return .text(request.path)
            }
        ) { transport, cable in
            for _ in 0..<3 {
                async let later = transport.send(HTTPRequest(.put, "/later", body: [1])).body.text()
                let timeouts = HTTPTimeouts(total: .milliseconds(500))
                let code = await failure {
                    _ = try await transport.send(HTTPRequest(.get, "/never", timeouts: timeouts))
                }
                #expect(code == .timedOut)
                let text = try await later
                #expect(text == "/later")
            }
            #expect(cable.connections == 1)
        }
    }

    @Test("A read that a reset interrupts is sent once more, a write is not")
    func reset() async throws {
        for (method, requests) in [(HTTPMethod.get, 2), (.put, 1)] {
            let seen = Mutex(0)
            let peer = try Peer { connection in
                guard connection.request() != nil else { return }
                let count = seen.withLock { seen in
                    seen += 1
                    return seen
                }
                if count == 1 { connection.reset() } else { connection.answer("200 OK", [], "again") }
            }
            try await withTransport(to: peer) { transport in
                let answer = try? await transport.send(HTTPRequest(method, "/")).body.text()
                #expect(answer == (method == .get ? "again" : nil))
                #expect(seen.withLock(\.self) == requests)
            }
        }
    }
}
