package import KubeClient
internal import Synchronization

/// Carries requests to one API server with libcurl.
///
/// Two threads, started by ``run()``, drive all transfers. Requests whose answers are read whole or followed share connections:
/// HTTP/2 with many at a time where the server offers it, HTTP/1.1 with kept connections elsewhere. A request with a streamed
/// answer has an HTTP/1.1 connection to itself, on which the server is slowed down while nobody reads. Requests sent before
/// `run()` wait for it; those sent after it ended fail with code `closed`. A request that is cancelled on a shared connection
/// ends here at once, and for the server with the next request.
///
/// Only so many answers are awaited at a time: 100 that are read whole, 4 that are streamed. The others wait for their turn, in
/// order, for as long as their ``HTTPTimeouts/turn`` allows. A reader that stalls loses its turn to others
/// (``Configuration/stallLimit``), with code `readerTooSlow`.
///
/// A shared connection that falls silent under a request is asked for a sign of life
/// (``Configuration/signOfLife``) and given up without one, within some five seconds; all that waited on it fails with code
/// `connectionLost`. A read that loses its connection before its answer began is sent once more.
///
/// Proxies, authorities and names are those of the connection alone: libcurl's own reading of the environment is off. The
/// caller's certificate comes with each request (``HTTPRequest/identity``), see ``AuthenticatingTransport``.
package final class CurlTransport: HTTPTransport {
    /// What holds for all transfers.
    package struct Configuration: Sendable, Hashable {
        /// How many bytes of a streamed body wait for their reader before the server is slowed down.
        package var bodyCapacity: Int
        /// How many bytes of a body that is read whole may wait for their reader; more break the transfer.
        package var wholeLimit: Int
        /// How many bytes of a followed answer may wait for their reader; more break the transfer.
        package var followedLimit = 4 << 20
        /// How many idle connections are kept.
        package var keptConnections: Int
        /// Whether HTTP/2 is offered to servers.
        package var offersHTTP2: Bool
        /// Where connections may lead.
        package var reach = Reach.everywhere
        /// Which redirects are followed.
        package var redirects = Redirects.withinServer
        /// The path that tells whether a silent connection still lives, by an answer of any kind; nil not to ask.
        package var signOfLife: String?
        /// How long that answer may take.
        package var signLimit = Duration.seconds(3)
        /// How long a connection that carries nothing but streams may be silent before it is asked for a sign of life.
        package var quietLimit = Duration.seconds(10)
        /// When a request is told to be slow, or to be kept waiting for its turn.
        package var slowLimit = Duration.seconds(10)
        /// How long the reader of a streamed answer may keep the server waiting, in all, while a request has been kept waiting
        /// for its turn for ``slowLimit``; then the transfer breaks and leaves its turn.
        package var stallLimit = Duration.seconds(30)

        /// Makes a configuration.
        package init(
            bodyCapacity: Int = 256 * 1024,
            wholeLimit: Int = 256 << 20,
            keptConnections: Int = 32,
            offersHTTP2: Bool = true
        ) {
            self.bodyCapacity = bodyCapacity
            self.wholeLimit = wholeLimit
            self.keptConnections = keptConnections
            self.offersHTTP2 = offersHTTP2
        }
    }

    /// Where connections may lead.
    package enum Reach: Sendable, Hashable {
        /// Everywhere.
        case everywhere
        /// Not to link-local addresses, where clouds tell their secrets, whatever a name resolves to.
        case noLinkLocal
    }

    /// Which redirects are followed.
    package enum Redirects: Sendable, Hashable {
        /// Those of reads that stay at the server.
        case withinServer
        /// None: they are answers like others.
        case none
    }

    /// Where the requests go.
    package let connection: ClusterConnection
    /// Requests whose answers are read whole; they share connections.
    private let shared = Inbox()
    /// Requests with streamed answers, apart from the others even within libcurl, which confuses their connections.
    private let streamed = Inbox()
    private let configuration: Configuration
    private let surroundings: LoopSurroundings

    /// How many shared requests are under way at a time: what libcurl puts on an HTTP/2 connection from the start.
    private static let sharedLimit = 100

    /// How many streamed answers are read at a time, each on a connection of its own; the next goes on on one that has ended whole.
    private static let streamedLimit = 4

    /// Makes a transport; nothing runs yet.
    ///
    /// - Parameters:
    ///   - connection: where the requests go.
    ///   - configuration: what holds for all transfers.
    ///   - clock: measures what takes too long.
    ///   - report: told what is worth a line in a log; called on a thread of the transport, which waits meanwhile.
    package init(
        connection: ClusterConnection,
        configuration: Configuration = Configuration(),
        clock: any Clock<Duration> = ContinuousClock(),
        report: @escaping @Sendable (TransportNote) -> Void = { _ in }
    ) {
        self.connection = connection
        self.configuration = configuration
        self.surroundings = LoopSurroundings(clock, report: report)
    }

    /// Drives all transfers until the task is cancelled, then aborts those under way and returns.
    ///
    /// May be called once; a second call throws code `closed`.
    package func run() async throws(TransportError) {
        let problem = await withTaskGroup(of: TransportError?.self) { group in
            group.addTask { await self.drive(self.shared, limit: Self.sharedLimit) }
            group.addTask { await self.drive(self.streamed, limit: Self.streamedLimit) }
            let first = await group.next() ?? nil
            group.cancelAll()
            let second = await group.next() ?? nil
            return first ?? second
        }
        if let problem { throw problem }
    }

    /// Drives all transfers while `body` runs; then aborts those under way.
    ///
    /// May be called once.
    ///
    /// - Throws: what `body` throws; ``TransportError`` when the transport ends before.
    package func run(during body: @escaping @Sendable () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.run() }
            group.addTask { try await body() }
            try await group.next()
            group.cancelAll()
        }
    }

    private func drive(_ inbox: Inbox, limit: Int) async -> TransportError? {
        guard inbox.begin() else { return TransportError(.closed, "the transport runs already, or has stopped") }
        let (configuration, surroundings) = (configuration, surroundings)
        let outcome = await withTaskCancellationHandler {
            await DedicatedThread.run { CurlLoop.run(inbox, configuration, surroundings, limit: limit) }
        } onCancel: {
            inbox.stop()
        }
        inbox.end()
        return outcome ?? TransportError(.closed, "the system refused to start a thread")
    }

    /// Sends a request as the protocol wants.
    ///
    /// Redirects of reads are followed within the same server, unless the configuration says otherwise.
    package func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        var request = request
        var response = try await exchange(request)
        guard configuration.redirects == .withinServer else { return response }
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
            await response.body.discard()
            response = try await exchange(next)
        }
        return response
    }

    private func exchange(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        let plan = try TransferPlan(request, to: connection)
        let inbox = plan.sharesConnection ? shared : streamed
        do {
            return try await Exchange(plan, inbox: inbox).answer()
        } catch  where error.code == .connectionLost && (request.method == .get || request.method == .head) {
            // Nobody is told of a connection that died: what changes nothing is asked once more, on another.
            return try await Exchange(plan, inbox: inbox).answer()
        }
    }

    /// What the transport holds now and did so far.
    package var statistics: TransportStatistics { shared.statistics + streamed.statistics }
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

    static func + (left: TransportStatistics, right: TransportStatistics) -> TransportStatistics {
        TransportStatistics(
            openTransfers: left.openTransfers + right.openTransfers,
            transfers: left.transfers + right.transfers,
            connections: left.connections + right.connections,
            http2Answers: left.http2Answers + right.http2Answers
        )
    }
}
