internal import HTTPServing
internal import NIOCore
internal import NIOPosix
internal import Synchronization

/// A client that sends and receives text as it is, to say things no HTTP library would say.
struct RawClient {
    private let channel: any Channel
    private var input: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private var received = ""

    private init(channel: any Channel, input: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator) {
        self.channel = channel
        self.input = input
    }

    /// Connects, runs `body`, and closes.
    static func with(_ address: BoundAddress, _ body: (inout RawClient) async throws -> Void) async throws {
        let connection = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: address.host, port: address.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        try await connection.executeThenClose { inbound, _ in
            var client = RawClient(channel: connection.channel, input: inbound.makeAsyncIterator())
            try await body(&client)
        }
    }

    func send(_ text: String) async throws {
        try await channel.writeAndFlush(channel.allocator.buffer(string: text))
    }

    func close() async throws {
        try await channel.close()
    }

    /// Reads until `mark` has come, and returns everything up to and including it; what follows is kept.
    mutating func read(through mark: String) async throws -> String {
        while true {
            if let range = received.range(of: mark) {
                let text = String(received[..<range.upperBound])
                received = String(received[range.upperBound...])
                return text
            }
            guard let piece = try await input.next(isolation: #isolation) else {
                throw Ended(text: received)
            }
            received += String(buffer: piece)
        }
    }

    /// Reads until the server closes, and returns everything.
    mutating func readToEnd() async throws -> String {
        while let piece = try await input.next(isolation: #isolation) { received += String(buffer: piece) }
        defer { received = "" }
        return received
    }

    struct Ended: Error { let text: String }
}

extension String {
    fileprivate func range(of mark: String) -> Range<String.Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(mark) { return start..<index(start, offsetBy: mark.count) }
            start = index(after: start)
        }
        return nil
    }
}

/// Runs a server around `body`, and stops it afterwards.
func withServer(
    _ configuration: HTTPServerConfiguration = HTTPServerConfiguration(),
    handler: @escaping HTTPServer.Handler,
    _ body: @escaping @Sendable (BoundAddress, HTTPServer) async throws -> Void
) async throws {
    let server = HTTPServer(configuration: configuration, handler: handler)
    let (addresses, found) = AsyncStream.makeStream(of: BoundAddress.self)
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
            try await server.run { address in found.yield(address) }
            found.finish()
        }
        for await address in addresses {
            try await body(address, server)
            break
        }
        group.cancelAll()
        try await group.waitForAll()
    }
}

/// A value that one task sets and another waits for.
final class Signal: Sendable {
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() {
        (stream, continuation) = AsyncStream.makeStream()
    }

    func fire() { continuation.yield() }

    func wait() async {
        for await _ in stream { return }
    }
}
