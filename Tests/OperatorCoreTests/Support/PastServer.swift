internal import KubeAPI
internal import KubeClient
internal import MeshBase
internal import SandboxStore
internal import Synchronization

/// A log that keeps what was written, so that servers can be made which have only heard of the beginning of it.
final class RecordingLog: WriteAheadLog {
    private let records: Mutex<[LogRecord]>

    init(_ records: [LogRecord] = []) { self.records = Mutex(records) }

    /// What was written up to a revision.
    func past(until revision: UInt64) -> RecordingLog {
        RecordingLog(records.withLock { $0.filter { $0.revision <= revision } })
    }

    func replay(_ body: (LogRecord) -> Void) throws -> UInt64 {
        for record in records.withLock(\.self) { body(record) }
        return 0
    }

    func append(_ more: [LogRecord]) throws { records.withLock { $0 += more } }
    func snapshot(at revision: UInt64, _ records: some Sequence<LogRecord>) throws {}
    var bytesSinceSnapshot: Int { 0 }
}

/// A transport whose reads may be answered by a server that lives in the past, while writes reach the one that counts.
final class SplitTransport: HTTPTransport {
    typealias Choice = @Sendable (HTTPRequest) -> (any HTTPTransport)?

    private let present: any HTTPTransport
    private let choice = Mutex<Choice>({ _ in nil })

    init(_ present: any HTTPTransport) { self.present = present }

    /// Lets `server` answer all reads for which `condition` holds, until told otherwise.
    func answerReads(from server: any HTTPTransport, where condition: @escaping @Sendable (HTTPRequest) -> Bool) {
        choice.withLock { $0 = { $0.method == .get && condition($0) ? server : nil } }
    }

    func answerFromThePresent() { choice.withLock { $0 = { _ in nil } } }

    func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        try await (choice.withLock(\.self)(request) ?? present).send(request)
    }
}

extension TestCluster {
    /// How much has been written so far.
    var revision: UInt64 { core.storage.revision }

    /// A server that has heard of nothing since `revision`.
    func past(_ revision: UInt64) throws -> InProcessTransport {
        let storage = try ObjectStorage(log: log.past(until: revision))
        return InProcessTransport(APIServerCore(configuration: Self.configuration(seed: 2), storage: storage))
    }
}
