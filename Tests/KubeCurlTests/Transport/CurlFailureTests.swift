internal import KubeClient
internal import KubeCurl
internal import MeshTestKit
internal import Synchronization
internal import Testing

@Suite struct CurlFailureTests {
    @Test(arguments: [
        ("", TransportError.Code.connectionLost),
        ("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", .connectionLost),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", .connectionLost),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nab", .connectionLost),
        ("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nplain", .malformedAnswer),
        ("SSH-2.0-OpenSSH\r\n", .malformedAnswer),
    ])
    func brokenAnswers(sent: String, code: TransportError.Code) async throws {
        for isReset in [false, true] where !isReset || code == .connectionLost {
            let peer = try Peer { connection in
                guard connection.request() != nil else { return }
                connection.send(sent)
                if isReset { connection.reset() }
            }
            try await withTransport(to: peer) { transport in
                let found = await failure { _ = try await transport.send(HTTPRequest(.get, "/")).body.text() }
                #expect(found == code, "reset \(isReset)")
            }
        }
    }

    @Test func refusedConnection() async throws {
        let peer = try Peer { _ in }
        peer.close()
        try await withTransport(to: peer) { transport in
            #expect(await failure { _ = try await transport.send(HTTPRequest(.get, "/")) } == .connectionFailed)
        }
    }

    @Test func totalTimeout() async throws {
        let peer = try Peer { connection in _ = connection.waitForEnd() }
        try await withTransport(to: peer) { transport in
            let timeouts = HTTPTimeouts(total: .milliseconds(100))
            let code = await failure { _ = try await transport.send(HTTPRequest(.get, "/", timeouts: timeouts)) }
            #expect(code == .timedOut)
        }
    }

    /// The beginning of an answer whose rest does not come in time; a busy machine is given longer.
    private static func begin(
        _ transport: CurlTransport,
        _ timeouts: (Duration) -> HTTPTimeouts
    ) async throws -> HTTPResponse {
        for limit in [Duration.milliseconds(500), .seconds(2), .seconds(8)] {
            do {
                return try await transport.send(HTTPRequest(.get, "/", timeouts: timeouts(limit)))
            } catch {
                guard error.code == .timedOut else { throw error }
            }
        }
        return try await transport.send(HTTPRequest(.get, "/", timeouts: timeouts(.seconds(60))))
    }

    @Test func totalTimeoutWithinBody() async throws {
        let peer = try Peer { connection in
            _ = connection.request()
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
            _ = connection.waitForEnd()
        }
        try await withTransport(to: peer) { transport in
            let response = try await Self.begin(transport) { HTTPTimeouts(total: $0) }
            var pieces = response.body.makeAsyncIterator()
            let code = await failure {
                #expect(try await pieces.next() == Array("half".utf8))
                _ = try await response.body.text()
            }
            #expect(code == .timedOut)
        }
    }

    @Test func idleTimeout() async throws {
        let peer = try Peer { connection in
            _ = connection.request()
            connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n")
            _ = connection.waitForEnd()
        }
        try await withTransport(to: peer) { transport in
            let response = try await Self.begin(transport) { HTTPTimeouts(total: nil, idle: $0) }
            #expect(await failure { _ = try await response.body.text() } == .timedOut)
        }
    }

    @Test func cancellingTheCallerAbortsTheTransfer() async throws {
        let (arrived, left) = (Signal<Bool>(), Signal<Bool>())
        let peer = try Peer { connection in
            arrived.send(connection.request() != nil)
            left.send(connection.waitForEnd())
        }
        try await withTransport(to: peer) { transport in
            let code = await withTaskGroup(of: TransportError.Code?.self) { group in
                group.addTask { await failure { _ = try await transport.send(HTTPRequest(.get, "/")) } }
                _ = await arrived.next()
                group.cancelAll()
                return await group.next() ?? nil
            }
            #expect(code == .cancelled)
            #expect(await left.next() == true)
        }
    }

    @Test func cancelledBeforeItStarts() async throws {
        let peer = try Peer { connection in _ = connection.waitForEnd() }
        try await withTransport(to: peer) { transport in
            let code = await withTaskGroup(of: TransportError.Code?.self) { group in
                group.cancelAll()
                group.addTask { await failure { _ = try await transport.send(HTTPRequest(.get, "/")) } }
                return await group.next() ?? nil
            }
            #expect(code == .cancelled)
        }
    }

    @Test func droppingTheBodyAbortsTheTransfer() async throws {
        let left = Signal<Bool>()
        let peer = try Peer { connection in
            _ = connection.request()
            connection.send("HTTP/1.1 200 OK\r\n\r\n")
            while connection.send([UInt8](repeating: 1, count: 10_000)) {}
            left.send(true)
        }
        try await withTransport(to: peer) { transport in
            do {
                let response = try await transport.send(HTTPRequest(.get, "/", timeouts: HTTPTimeouts(total: nil)))
                var pieces = response.body.makeAsyncIterator()
                #expect(try await pieces.next() != nil)
            }
            #expect(await left.next() == true)
        }
    }

    @Test func slowReaderSlowsTheServer() async throws {
        let total = 64 << 20
        let stuckAt = Signal<Int>()
        let peer = try Peer { connection in
            _ = connection.request()
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(total)\r\n\r\n")
            let bytes = [UInt8](repeating: 1, count: total)
            let sent = connection.sendUntilStuck(bytes, milliseconds: 300)
            stuckAt.send(sent)
            connection.send(Array(bytes[sent...]))
        }
        try await withTransport(to: peer, CurlTransport.Configuration(bodyCapacity: 64 * 1024)) { transport in
            let response = try await transport.send(HTTPRequest(.get, "/", reading: .streamed))
            // What the kernel holds for both ends is some megabytes; the rest must wait at the server.
            let sent = try #require(await stuckAt.next())
            #expect(sent < total / 2)
            var received = 0
            for try await piece in response.body { received += piece.count }
            #expect(received == total)
        }
    }

    @Test func whatIsReadWholeHasALimit() async throws {
        let left = Signal<Bool>()
        let peer = try Peer { connection in
            _ = connection.request()
            connection.send("HTTP/1.1 200 OK\r\n\r\n")
            while connection.send([UInt8](repeating: 1, count: 10_000)) {}
            left.send(true)
        }
        try await withTransport(to: peer, CurlTransport.Configuration(wholeLimit: 1 << 20)) { transport in
            let response = try await transport.send(HTTPRequest(.get, "/"))
            #expect(await left.next() == true)
            #expect(await failure { _ = try await response.body.collect(limit: 64 << 20) } == .bodyTooLarge)
        }
    }

    @Test func stoppingEndsWhatIsUnderWay() async throws {
        let arrived = Signal<Bool>()
        let peer = try Peer { connection in
            arrived.send(connection.request() != nil)
            _ = connection.waitForEnd()
        }
        let server = ServerAddress(isSecure: false, host: "127.0.0.1", port: peer.port)
        let transport = CurlTransport(connection: ClusterConnection(server: server))
        let code = try await withThrowingTaskGroup(of: TransportError.Code?.self) { group in
            group.addTask { await failure { _ = try await transport.send(HTTPRequest(.get, "/")) } }
            try await withThrowingTaskGroup(of: Void.self) { inner in
                inner.addTask { try await transport.run() }
                _ = await arrived.next()
                inner.cancelAll()
                try await inner.waitForAll()
            }
            return try await group.next() ?? nil
        }
        #expect(code == .closed)
        #expect(await failure { _ = try await transport.send(HTTPRequest(.get, "/")) } == .closed)
        #expect(await failure { try await transport.run() } == .closed)
        #expect(transport.statistics.openTransfers == 0)
    }

    @Test func thousandsOfRequestsLeaveNothingOpen() async throws {
        let peer = try Peer { connection in
            while let request = connection.request() { connection.answer("200 OK", [], request.line) }
        }
        try await withTransport(to: peer) { transport in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for worker in 0..<40 {
                    group.addTask {
                        for number in 0..<50 {
                            let response = try await transport.send(HTTPRequest(.get, "/\(worker)/\(number)"))
                            #expect(try await response.body.text() == "GET /\(worker)/\(number) HTTP/1.1")
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(transport.statistics.transfers == 2_000)
        }
    }

    @Test(arguments: propertySeeds(3))
    func abandonedAtAnyPointNothingStaysOpen(seed: UInt64) async throws {
        let peer = try Peer { connection in
            while connection.request() != nil {
                connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
                for _ in 0..<20 { connection.send("400\r\n" + String(repeating: "x", count: 1_024) + "\r\n") }
                connection.send("0\r\n\r\n")
            }
        }
        try await withTransport(to: peer) { transport in
            await withTaskGroup(of: Void.self) { group in
                var random = SeededRandom(seed: seed)
                for _ in 0..<200 {
                    let (pieces, yields, cancels) = (random.int(below: 6), random.int(below: 40), random.oneIn(2))
                    group.addTask {
                        await withTaskGroup(of: Void.self) { inner in
                            inner.addTask {
                                guard let response = try? await transport.send(HTTPRequest(.get, "/")) else { return }
                                var iterator = response.body.makeAsyncIterator()
                                for _ in 0..<pieces { _ = try? await iterator.next() }
                            }
                            for _ in 0..<yields { await Task.yield() }
                            if cancels { inner.cancelAll() }
                        }
                    }
                }
            }
            // Every request after that still works.
            let last = try await transport.send(HTTPRequest(.get, "/")).body.text()
            #expect(last.utf8.count == 20 * 1_024)
        }
    }
}
