internal import KubeClient
internal import KubeCurl
internal import Testing

/// Requests with streamed answers, of which a transport has four under way at a time, and those that wait for them.
@Suite struct TurnTests {
    private static let limit = 4

    private static func streamed(_ path: String, total: Duration?, turn: Duration? = .seconds(60)) -> HTTPRequest {
        var timeouts = HTTPTimeouts(total: total)
        timeouts.turn = turn
        return HTTPRequest(.get, path, timeouts: timeouts, reading: .streamed)
    }

    /// A server that answers `/quick` at once and to everything else nothing; tells when it got a request of the latter.
    private static func peer(_ arrived: Signal<Bool>) throws -> Peer {
        try Peer { connection in
            while let request = connection.request() {
                guard request.line.contains("/quick") else {
                    arrived.send(true)
                    _ = connection.waitForEnd()
                    return
                }
                connection.answer("200 OK", [], "quick")
            }
        }
    }

    @Test("Time that others took does not count: what waits behind hanging requests has all of its own")
    func ownTime() async throws {
        let arrived = Signal<Bool>()
        try await withTransport(to: Self.peer(arrived)) { transport in
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<Self.limit {
                    group.addTask {
                        let request = Self.streamed("/hangs", total: .seconds(2))
                        #expect(await failure { _ = try await transport.send(request) } == .timedOut)
                    }
                }
                for _ in 0..<Self.limit { _ = await arrived.next() }
                for _ in 0..<20 {
                    group.addTask {
                        let request = Self.streamed("/quick", total: .milliseconds(1_500))
                        #expect(await failure { _ = try await transport.send(request).body.text() } == nil)
                    }
                }
            }
        }
    }

    @Test("What does not get its turn in time says that it was not sent")
    func noTurn() async throws {
        let arrived = Signal<Bool>()
        try await withTransport(to: Self.peer(arrived)) { transport in
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<Self.limit {
                    group.addTask { _ = try? await transport.send(Self.streamed("/hangs", total: nil)) }
                }
                for _ in 0..<Self.limit { _ = await arrived.next() }
                let request = Self.streamed("/quick", total: .seconds(60), turn: .milliseconds(200))
                let error = await #expect(throws: TransportError.self) { try await transport.send(request) }
                #expect(error?.code == .queueFull)
                #expect(error?.message.contains("it was not sent, for 4 requests before it were not over") == true)
                group.cancelAll()
            }
        }
    }

    @Test("Readers that stall do not keep others waiting for ever; what arrived for them can be read")
    func stalledReaders() async throws {
        let piece = [UInt8](repeating: 1, count: 64 * 1024)
        let peer = try Peer { connection in
            while let request = connection.request() {
                guard !request.line.contains("/quick") else {
                    connection.answer("200 OK", [], "quick")
                    continue
                }
                connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(1 << 40)\r\n\r\n")
                while connection.send(piece) {}
                return
            }
        }
        var configuration = CurlTransport.Configuration(bodyCapacity: piece.count)
        (configuration.slowLimit, configuration.stallLimit) = (.milliseconds(100), .milliseconds(200))
        try await withTransport(to: peer, configuration) { transport in
            var stalled: [HTTPResponse] = []
            for _ in 0..<Self.limit {
                stalled.append(try await transport.send(Self.streamed("/endless", total: nil)))
            }
            let quick = try await transport.send(Self.streamed("/quick", total: .seconds(60))).body.text()
            #expect(quick == "quick")
            var codes: [TransportError.Code?] = []
            for response in stalled.prefix(1) {
                var received = 0
                codes.append(await failure { for try await piece in response.body { received += piece.count } })
                #expect(received >= piece.count)
            }
            #expect(codes == [.readerTooSlow])
            #expect(transport.statistics.openTransfers == Self.limit - 1, "the others go on")
        }
    }
}
