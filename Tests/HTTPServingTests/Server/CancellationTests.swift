internal import HTTPServing
internal import NIOCore
internal import NIOPosix
internal import Synchronization
internal import Testing

/// Servers that are cancelled while connections and streams wait to be served.
///
/// Until a server has said where it listens, it serves nobody: what connects meanwhile is accepted and waits.
@Suite(.timeLimit(.minutes(1))) struct CancellationTests {
    /// Runs a server that is cancelled right before it would serve those whom `connect` has brought.
    private static func cancel(
        _ configuration: HTTPServerConfiguration,
        after connect: @escaping @Sendable (BoundAddress) async throws -> Void
    ) async throws {
        let server = HTTPServer(configuration: configuration) { _ in .text("served") }
        let (ready, isReady) = AsyncStream<Bool>.makeStream()
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                try? await server.run { address in
                    let isConnected: Bool
                    do {
                        try await connect(address)
                        isConnected = true
                    } catch {
                        isConnected = false
                    }
                    isReady.yield(isConnected)
                    while !Task.isCancelled { await Task.yield() }
                }
            }
            var iterator = ready.makeAsyncIterator()
            #expect(await iterator.next() == true)
            group.cancelAll()
        }
    }

    @Test func closesConnectionsThatWereNeverServed() async throws {
        let clients = Clients()
        try await Self.cancel(HTTPServerConfiguration()) { address in
            for _ in 0..<8 { try await clients.connect(address) }
        }
        try await clients.waitForEnd()
    }

    @Test func closesStreamsThatWereNeverServed() async throws {
        let clients = Clients()
        try await Self.cancel(HTTP2Tests.configuration) { address in
            let (channel, streams) = try await HTTP2Tests.connect(address)
            clients.keep(channel)
            for _ in 0..<8 { try await HTTP2Tests.open(streams, "/") }
        }
        try await clients.waitForEnd()
    }

    @Test("Cancelled at any moment, under connections and streams that begin", arguments: 0..<20)
    func atAnyMoment(number: Int) async throws {
        for isTwo in [false, true] {
            let server = HTTPServer(configuration: isTwo ? HTTP2Tests.configuration : HTTPServerConfiguration()) { _ in
                await Task.yield()
                return .text("served")
            }
            let (bound, isBound) = AsyncStream<BoundAddress>.makeStream()
            let clients = Clients()
            await withTaskGroup(of: Void.self) { group in
                group.addTask { try? await server.run { isBound.yield($0) } }
                var iterator = bound.makeAsyncIterator()
                guard let address = await iterator.next() else { return }
                for _ in 0..<(isTwo ? 4 : 24) {
                    group.addTask {
                        guard isTwo else {
                            try? await clients.connect(address)
                            return
                        }
                        guard let (channel, streams) = try? await HTTP2Tests.connect(address) else { return }
                        clients.keep(channel)
                        for _ in 0..<20 { try? await HTTP2Tests.open(streams, "/") }
                    }
                }
                for _ in 0..<(number * number * 4) { await Task.yield() }
                group.cancelAll()
            }
            try await clients.waitForEnd()
        }
    }
}

/// Connections that are kept open until the other side closes them.
private final class Clients: Sendable {
    private let channels = Mutex<[any Channel]>([])

    func connect(_ address: BoundAddress) async throws {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: address.host, port: address.port).get()
        keep(channel)
        try await channel.writeAndFlush(channel.allocator.buffer(string: "GET / HTTP/1.1\r\nHost: x\r\n\r\n"))
    }

    func keep(_ channel: any Channel) { channels.withLock { $0.append(channel) } }

    /// Returns once the server has closed every connection.
    func waitForEnd() async throws {
        for channel in channels.withLock(\.self) { try await channel.closeFuture.get() }
    }
}
