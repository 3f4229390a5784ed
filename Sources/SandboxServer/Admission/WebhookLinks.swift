package import KubeClient
internal import Synchronization

/// One transport for each webhook server, made when it is first called and kept.
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

    /// More servers than this are not kept in mind; CA bundles that change make new ones.
    private static let limit = 256

    private let make: @Sendable (ClusterConnection) -> Link
    private let links = Mutex<[ClusterConnection: Link]>([:])
    private let started: AsyncStream<Link>
    private let start: AsyncStream<Link>.Continuation

    /// Makes links with `make`; a transport works once ``run()`` runs.
    package init(_ make: @escaping @Sendable (ClusterConnection) -> Link) {
        self.make = make
        (started, start) = AsyncStream.makeStream()
    }

    /// Drives the transports until the task is cancelled.
    package func run() async {
        await withDiscardingTaskGroup { group in
            for await link in started { group.addTask { await link.run() } }
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
        let (link, isNew) = links.withLock { links -> (Link?, Bool) in
            if let known = links[server] { return (known, false) }
            guard links.count < Self.limit else { return (nil, false) }
            let fresh = make(server)
            links[server] = fresh
            return (fresh, true)
        }
        guard let link else {
            throw TransportError(.connectionFailed, "more than \(Self.limit) webhook servers were called; restart")
        }
        if isNew { start.yield(link) }
        return link.transport
    }
}
