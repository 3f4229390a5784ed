internal import KubeClient
internal import KubeCurl
internal import SandboxServer
internal import Synchronization

/// Calls admission webhooks with libcurl, over one transport for each server.
final class CurlWebhooks: WebhookTransport {
    private struct Server: Hashable {
        let host: String
        let port: Int
        let name: String
        let roots: [UInt8]
    }

    /// More servers than this are not kept in mind; CA bundles that change make new ones.
    private static let limit = 256

    private let transports = Mutex<[Server: CurlTransport]>([:])
    private let started: AsyncStream<CurlTransport>
    private let start: AsyncStream<CurlTransport>.Continuation

    init() {
        (started, start) = AsyncStream.makeStream()
    }

    /// Drives the transports until the task is cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            for await transport in started {
                group.addTask { try? await transport.run() }
            }
            group.cancelAll()
        }
    }

    func transport(to endpoint: WebhookEndpoint) throws(TransportError) -> any HTTPTransport {
        let server = Server(
            host: endpoint.host,
            port: endpoint.port,
            name: endpoint.serverName,
            roots: endpoint.roots
        )
        let (transport, isNew) = transports.withLock { transports -> (CurlTransport?, Bool) in
            if let known = transports[server] { return (known, false) }
            guard transports.count < Self.limit else { return (nil, false) }
            let fresh = CurlTransport(connection: Self.connection(server))
            transports[server] = fresh
            return (fresh, true)
        }
        guard let transport else {
            throw TransportError(.connectionFailed, "more than \(Self.limit) webhook servers were called; restart")
        }
        if isNew { start.yield(transport) }
        return transport
    }

    private static func connection(_ server: Server) -> ClusterConnection {
        ClusterConnection(
            server: ServerAddress(host: server.host, port: server.port),
            trust: server.roots.isEmpty ? .system : .authorities(.inline(server.roots)),
            serverName: server.name,
            allowsCompression: false
        )
    }
}
