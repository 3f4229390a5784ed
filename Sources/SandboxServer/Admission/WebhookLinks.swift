package import KubeClient
internal import Synchronization

/// One transport for each webhook server, made when it is first called and kept while it is among the last ones used.
package final class WebhookLinks: WebhookTransport {
    /// A transport to one server, and the work that drives it until its task is cancelled.
    package struct Link: Sendable {
        let transport: any HTTPTransport
        let run: @Sendable () async -> Void

        /// Makes a link.
        package init(_ transport: any HTTPTransport, run: @escaping @Sendable () async -> Void) {
            self.transport = transport
            self.run = run
        }
    }

    /// A link, what ends it, and when it was last asked for.
    private struct Kept {
        var link: Link
        var stop: AsyncStream<Never>.Continuation
        var used: UInt64
    }

    private struct State {
        var links: [ClusterConnection: Kept] = [:]
        var clock: UInt64 = 0
    }

    /// A link that is to be driven until `stopped` ends.
    private struct Start {
        var link: Link
        var stopped: AsyncStream<Never>
    }

    private let limit: Int
    private let make: @Sendable (ClusterConnection) -> Link
    private let state = Mutex(State())
    private let started: AsyncStream<Start>
    private let start: AsyncStream<Start>.Continuation

    /// Makes links with `make`; a transport works once ``run()`` runs.
    ///
    /// - Parameters:
    ///   - limit: how many servers are kept in mind; CA bundles that change make new ones. One more ends the link that was
    ///     not asked for the longest.
    ///   - make: makes a link.
    package init(limit: Int = 64, _ make: @escaping @Sendable (ClusterConnection) -> Link) {
        self.limit = max(1, limit)
        self.make = make
        (started, start) = AsyncStream.makeStream()
    }

    /// Drives the transports until the task is cancelled.
    package func run() async {
        await withDiscardingTaskGroup { group in
            for await start in started { group.addTask { await Self.drive(start) } }
            group.cancelAll()
        }
    }

    private static func drive(_ start: Start) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await start.link.run() }
            group.addTask { for await _ in start.stopped {} }
            await group.next()
            group.cancelAll()
        }
    }

    package func transport(to endpoint: WebhookEndpoint) throws(TransportError) -> any HTTPTransport {
        let server = ClusterConnection(
            server: ServerAddress(host: endpoint.host, port: endpoint.port),
            trust: endpoint.roots.isEmpty ? .system : .authorities(.inline(endpoint.roots)),
            serverName: endpoint.serverName,
            allowsCompression: false
        )
        let (link, fresh, evicted) = state.withLock { state -> (Link, Start?, Kept?) in
            state.clock += 1
            let now = state.clock
            if let known = state.links[server] {
                state.links[server]?.used = now
                return (known.link, nil, nil)
            }
            var evicted: Kept?
            if state.links.count >= limit, let oldest = state.links.min(by: { $0.value.used < $1.value.used })?.key {
                evicted = state.links.removeValue(forKey: oldest)
            }
            let (stopped, stop) = AsyncStream<Never>.makeStream()
            let link = make(server)
            state.links[server] = Kept(link: link, stop: stop, used: now)
            return (link, Start(link: link, stopped: stopped), evicted)
        }
        evicted?.stop.finish()
        if let fresh { start.yield(fresh) }
        return link.transport
    }
}
