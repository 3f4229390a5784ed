internal import HTTPServing
internal import KubeClient
internal import KubeCurl
internal import MeshBase
internal import MeshTestKit
internal import Synchronization
internal import Testing

/// Watches as the transport sees them: answers without end that share the connection of all other requests.
@Suite struct FollowedAnswerTests {
    private static func followed(_ path: String) -> HTTPRequest {
        HTTPRequest(.get, path, timeouts: HTTPTimeouts(total: nil), reading: .followed)
    }

    @Test("60 watches and other requests share one connection, and no event is lost or out of order")
    func manyWatches() async throws {
        let (watches, events) = (60, 200)
        try await withTLS(
            handler: { request in
                guard request.path.hasPrefix("/watch") else { return .text(request.path) }
                return ServerResponse(
                    status: 200,
                    body: .stream { writer in
                        for number in 0..<events {
                            let size = number % 7 == 0 ? 20_000 : 40
                            try await writer.write(Array("\(number) \(String(repeating: "x", count: size))\n".utf8))
                            if number % 3 == 0 { await Task.yield() }
                        }
                    }
                )
            }
        ) { transport in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<watches {
                    group.addTask {
                        let response = try await transport.send(Self.followed("/watch/\(number)"))
                        let text = try await response.body.text()
                        let seen = text.split(separator: "\n").map { $0.prefix { $0 != " " } }
                        #expect(seen == (0..<events).map { Substring("\($0)") })
                    }
                    group.addTask {
                        for round in 0..<10 {
                            let path = "/small/\(number)/\(round)"
                            let text = try await transport.send(HTTPRequest(.get, path)).body.text()
                            #expect(text == path)
                        }
                    }
                }
                try await group.waitForAll()
            }
            // 100 streams fit on one; on a busy machine a handshake of more than two seconds is begun again.
            #expect(transport.statistics.connections <= 30, "far fewer than 120 requests")
            #expect(transport.statistics.http2Answers == watches * 11)
        }
    }

    @Test(
        "A watch that nobody reads is broken off at its limit; meanwhile others go on, and what came before can be read"
    )
    func slowReader() async throws {
        let limit = 1 << 20
        let written = Mutex(0)
        var configuration = CurlTransport.Configuration()
        configuration.followedLimit = limit
        try await withTLS(
            configuration,
            handler: { request in
                guard request.path == "/watch" else { return .text(request.path) }
                return ServerResponse(
                    status: 200,
                    body: .stream { writer in
                        for _ in 0..<512 {
                            try await writer.write([UInt8](repeating: 1, count: 64 * 1024))
                            written.withLock { $0 += 64 * 1024 }
                        }
                    }
                )
            }
        ) { transport in
            let watch = try await transport.send(Self.followed("/watch"))
            for number in 0..<100 {
                #expect(try await transport.send(HTTPRequest(.get, "/\(number)")).body.text() == "/\(number)")
            }
            var received = 0
            let code = await failure { for try await piece in watch.body { received += piece.count } }
            #expect(code == .readerTooSlow)
            #expect(received > limit)
            #expect(received < limit + 128 * 1024, "and not much more is ever held")
            #expect(transport.statistics.connections == 1)
            let again = try await transport.send(HTTPRequest(.get, "/again")).body.text()
            #expect(again == "/again")
        }
    }

    @Test(
        "A watch lets answers go first that somebody waits for: until none has been awaited for 25 ms, and for 50 ms at most"
    )
    func makesRoom() async throws {
        let (clock, release, held) = (VirtualClock(), Signal<Bool>(), Signal<Bool>())
        let paths = Mutex<[String]>([])
        try await withTLS(
            clock: clock,
            handler: { request in
                paths.withLock { $0.append(request.path) }
                guard request.path == "/held" else { return .text(request.path) }
                held.send(true)
                _ = await release.next()
                return .text(request.path)
            }
        ) { transport in
            func send(_ request: HTTPRequest) async throws -> String { try await transport.send(request).body.text() }
            for isReleased in [true, false] {
                async let answer = send(HTTPRequest(.get, "/held"))
                _ = await held.next()
                async let watch = send(Self.followed("/watch"))
                // Each round trip is a turn of the loop; on the clock nothing passes meanwhile.
                for _ in 0..<20 { _ = try await send(HTTPRequest(.get, "/quick")) }
                #expect(paths.withLock(\.self).filter { $0 == "/watch" }.isEmpty)
                if isReleased {
                    release.send(true)
                    #expect(try await answer == "/held")
                    for _ in 0..<5 { _ = try await send(HTTPRequest(.get, "/quick")) }
                    #expect(paths.withLock(\.self).filter { $0 == "/watch" }.isEmpty, "more may follow")
                    await clock.advance(by: .milliseconds(25))
                    #expect(try await watch == "/watch")
                } else {
                    await clock.advance(by: .milliseconds(50))
                    #expect(try await watch == "/watch")
                    release.send(true)
                    #expect(try await answer == "/held")
                }
                paths.withLock { $0 = [] }
            }
        }
    }

    @Test("A watch that is given up ends for the server, and leaves the connection to the others")
    func givenUp() async throws {
        let ended = Signal<Bool>()
        try await withTLS(
            handler: { request in
                guard request.path == "/watch" else { return .text(request.path) }
                return ServerResponse(
                    status: 200,
                    body: .stream { writer in
                        defer { ended.send(true) }
                        try await writer.write([1])
                        while !Task.isCancelled { try await ContinuousClock().sleep(for: .milliseconds(20)) }
                    }
                )
            }
        ) { transport in
            for _ in 0..<5 {
                do {
                    let watch = try await transport.send(Self.followed("/watch"))
                    var events = watch.body.makeAsyncIterator()
                    #expect(try await events.next() == [1])
                }
                #expect(try await transport.send(HTTPRequest(.get, "/x")).body.text() == "/x")
                #expect(await ended.next() == true)
            }
            #expect(transport.statistics.connections == 1)
        }
    }
}
