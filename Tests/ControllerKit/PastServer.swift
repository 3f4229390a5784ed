package import KubeClient
internal import MeshBase
package import SandboxStore
internal import Synchronization

/// A log that keeps what was written, so that servers can be made which have only heard of the beginning of it.
package final class RecordingLog: WriteAheadLog {
    private let records: Mutex<[LogRecord]>

    /// Makes a log with records in it.
    package init(_ records: [LogRecord] = []) { self.records = Mutex(records) }

    /// What was written up to a revision.
    package func past(until revision: UInt64) -> RecordingLog {
        RecordingLog(records.withLock { $0.filter { $0.revision <= revision } })
    }

    package func replay(_ body: (LogRecord) -> Void) throws -> UInt64 {
        for record in records.withLock(\.self) { body(record) }
        return 0
    }

    package func append(_ more: [LogRecord]) throws { records.withLock { $0 += more } }
    package func snapshot(at revision: UInt64, _ records: some Sequence<LogRecord>) throws {}
    package var bytesSinceSnapshot: Int { 0 }
}

/// A transport whose reads may be answered by a server that lives in the past, while writes reach the one that counts.
package final class SplitTransport: HTTPTransport {
    private typealias Choice = @Sendable (HTTPRequest) -> (any HTTPTransport)?

    private let present: any HTTPTransport
    private let choice = Mutex<Choice>({ _ in nil })

    /// Makes a transport to the server that counts.
    package init(_ present: any HTTPTransport) { self.present = present }

    /// Lets `server` answer all reads for which `condition` holds, until told otherwise.
    package func answerReads(from server: any HTTPTransport, where condition: @escaping @Sendable (HTTPRequest) -> Bool)
    {
        choice.withLock { $0 = { $0.method == .get && condition($0) ? server : nil } }
    }

    /// Lets the server that counts answer all reads again.
    package func answerFromThePresent() { choice.withLock { $0 = { _ in nil } } }

    package func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        try await (choice.withLock(\.self)(request) ?? present).send(request)
    }
}

extension TestCluster {
    /// A server that has heard of nothing since `revision`.
    package func past(_ revision: UInt64) throws -> InProcessTransport {
        let storage = try ObjectStorage(log: log.past(until: revision))
        let configuration = APIServerConfiguration(now: { Self.start }, random: .seeded(2))
        return InProcessTransport(APIServerCore(configuration: configuration, storage: storage))
    }
}
