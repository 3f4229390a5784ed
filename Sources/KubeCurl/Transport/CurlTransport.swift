package import KubeClient
internal import Synchronization

/// Carries requests to one API server with libcurl.
///
/// One thread, started by ``run()``, drives all transfers: HTTP/2 with many requests on one connection where the server
/// offers it, HTTP/1.1 with kept connections elsewhere. Requests sent before `run()` wait for it; those sent after it ended
/// fail with code `closed`. Bodies are handed on as they arrive, and the server is slowed down when nobody reads them.
///
/// Proxies, authorities and names are those of the connection alone: libcurl's own reading of the environment is off. The
/// caller's certificate comes with each request (``HTTPRequest/identity``), see ``AuthenticatingTransport``.
package final class CurlTransport: HTTPTransport {
    /// What holds for all transfers.
    package struct Configuration: Sendable, Hashable {
        /// How many bytes of one body wait for their reader before the server is slowed down.
        package var bodyCapacity: Int
        /// How many idle connections are kept.
        package var keptConnections: Int
        /// Whether HTTP/2 is offered to servers.
        package var offersHTTP2: Bool

        /// Makes a configuration.
        package init(bodyCapacity: Int = 256 * 1024, keptConnections: Int = 16, offersHTTP2: Bool = true) {
            self.bodyCapacity = bodyCapacity
            self.keptConnections = keptConnections
            self.offersHTTP2 = offersHTTP2
        }
    }

    private let connection: ClusterConnection
    private let inbox: Inbox
    private let configuration: Configuration

    /// Makes a transport; nothing runs yet.
    package init(connection: ClusterConnection, configuration: Configuration = Configuration()) {
        self.connection = connection
        self.configuration = configuration
        self.inbox = Inbox()
    }

    /// Drives all transfers until the task is cancelled, then aborts those under way and returns.
    ///
    /// May be called once; a second call throws code `closed`.
    package func run() async throws(TransportError) {
        guard inbox.begin() else { throw TransportError(.closed, "the transport runs already, or has stopped") }
        let (inbox, configuration) = (inbox, configuration)
        let outcome = await withTaskCancellationHandler {
            await DedicatedThread.run { CurlLoop.run(inbox, configuration) }
        } onCancel: {
            inbox.stop()
        }
        inbox.end()
        if let problem = outcome ?? nil { throw problem }
        if outcome == nil { throw TransportError(.closed, "the system refused to start a thread") }
    }

    /// Sends a request as the protocol wants.
    ///
    /// Redirects of reads are followed within the same server.
    package func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        var request = request
        var response = try await exchange(request)
        for _ in 0..<Redirect.limit {
            let location = response.headers["Location"]
            guard
                let next = Redirect.next(
                    after: request,
                    status: response.status,
                    location: location,
                    at: connection.server
                )
            else { break }
            request = next
            response = try await exchange(next)
        }
        return response
    }

    private func exchange(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        let plan = try TransferPlan(request, to: connection)
        let exchange = Exchange(plan, inbox: inbox)
        return try await exchange.answer()
    }

    /// What the transport holds now and did so far.
    package var statistics: TransportStatistics { inbox.statistics }
}

/// What a transport holds and did.
package struct TransportStatistics: Sendable, Hashable {
    /// Transfers under way, each with a handle of libcurl.
    package var openTransfers = 0
    /// Transfers begun.
    package var transfers = 0
    /// Connections made.
    package var connections = 0
    /// Answers that came over HTTP/2.
    package var http2Answers = 0
}
