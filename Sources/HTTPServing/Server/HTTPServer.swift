internal import NIOCore
internal import NIOHTTP1
internal import NIOHTTP2
internal import NIOPosix
internal import NIOSSL
internal import Synchronization

/// A server for HTTP/1.1 and, over TLS with ALPN, HTTP/2.
///
/// Making one does nothing; ``run(onListening:)`` binds, serves, and returns once the server has stopped. The handler is
/// called once for each request, in a child task that is cancelled when the client goes away.
package final class HTTPServer: Sendable {
    /// Answers one request.
    ///
    /// It may take as long as it needs; cancellation means that nobody waits for the answer.
    package typealias Handler = @Sendable (ServerRequest) async -> ServerResponse

    typealias Exchanges = NIOAsyncChannel<HTTPServerRequestPart, HTTPServerResponsePart>
    typealias Streams = NIOHTTP2Handler.AsyncStreamMultiplexer<Exchanges>
    typealias Negotiated = NIONegotiatedHTTPVersion<Exchanges, (any Channel, Streams)>
    typealias Accepted = EventLoopFuture<Negotiated>

    let configuration: HTTPServerConfiguration
    let handler: Handler
    let connections: ConnectionRegistry
    private let listening = Mutex(Listening.notYet)

    private enum Listening {
        case notYet
        case on(any Channel)
        case stopped
    }

    /// Makes a server that calls `handler` for every request.
    package init(configuration: HTTPServerConfiguration, handler: @escaping Handler) {
        self.configuration = configuration
        self.handler = handler
        self.connections = ConnectionRegistry(limit: configuration.limits.connections)
    }

    /// Asks the server to stop: no new connections, exchanges under way may finish within the grace period.
    ///
    /// Returns at once; ``run(onListening:)`` returns when all is closed. May be called from any thread, and repeatedly.
    package func shutdown() {
        let listener: (any Channel)? = listening.withLock { state in
            defer { state = .stopped }
            if case .on(let channel) = state { return channel }
            return nil
        }
        guard let listener else { return }
        listener.close(promise: nil)
        connections.quiesce()
        let connections = connections
        listener.eventLoop.scheduleTask(in: TimeAmount(configuration.timeouts.grace)) { connections.closeAll() }
    }

    /// Serves until ``shutdown()`` is called or the task is cancelled; cancelling breaks off every connection at once.
    ///
    /// Call it once.
    ///
    /// - Parameter onListening: Called with the bound address as soon as connections are accepted.
    /// - Throws: ``HTTPServingError`` when the TLS settings are unusable or the address cannot be bound.
    package func run(
        onListening: @Sendable (BoundAddress) async -> Void = { _ in }
    ) async throws(HTTPServingError) {
        let tls: NIOSSLContext? = if let settings = configuration.tls { try settings.makeContext() } else { nil }
        let listener = try await bind(tls)
        let isStopped = listening.withLock { state in
            if case .stopped = state { return true }
            state = .on(listener.channel)
            return false
        }
        if isStopped {
            listener.channel.close(promise: nil)
        } else {
            await onListening(Self.address(of: listener.channel))
        }
        await accept(listener)
        // Those that were accepted and not served yet.
        connections.stop()
    }

    private func bind(_ tls: NIOSSLContext?) async throws(HTTPServingError) -> NIOAsyncChannel<Accepted, Never> {
        do {
            return try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .serverChannelOption(.backlog, value: 256)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
                .bind(host: configuration.host, port: configuration.port) { [self] channel in
                    channel.eventLoop.makeCompletedFuture { try configure(channel, tls: tls) }
                }
        } catch {
            let address = BoundAddress(host: configuration.host, port: configuration.port)
            throw HTTPServingError(.cannotBind, "cannot listen on \(address); choose another address", cause: error)
        }
    }

    private static func address(of channel: any Channel) -> BoundAddress {
        BoundAddress(host: channel.localAddress?.ipAddress ?? "", port: channel.localAddress?.port ?? 0)
    }

    private func accept(_ listener: NIOAsyncChannel<Accepted, Never>) async {
        await withDiscardingTaskGroup { group in
            _ = try? await listener.executeThenClose { inbound in
                for try await connection in inbound {
                    group.addTask { await self.serve(connection) }
                }
            }
        }
    }
}
