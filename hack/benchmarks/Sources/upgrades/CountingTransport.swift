internal import KubeClient
internal import Synchronization

/// Passes requests on and counts them.
final class CountingTransport: HTTPTransport {
    /// Requests since the last look.
    struct Counts: Sendable {
        /// By method; a dry run counts as `DRY-RUN`.
        var calls: [String: Int] = [:]
        /// The paths of what was written for good.
        var written: [String] = []

        var all: Int { calls.values.reduce(0, +) }

        mutating func add(_ other: Counts) {
            calls.merge(other.calls, uniquingKeysWith: +)
            written += other.written
        }
    }

    private let inner: any HTTPTransport
    private let counts = Mutex(Counts())

    init(_ inner: any HTTPTransport) { self.inner = inner }

    /// What passed since the last call of this.
    func take() -> Counts {
        counts.withLock { counts in
            defer { counts = Counts() }
            return counts
        }
    }

    func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        let isWrite = [.post, .put, .patch, .delete].contains(request.method)
        let isDry = request.query.contains { $0.name == "dryRun" }
        counts.withLock { counts in
            counts.calls[isDry ? "DRY-RUN" : "\(request.method)".uppercased(), default: 0] += 1
            if isWrite, !isDry { counts.written.append(request.path) }
        }
        return try await inner.send(request)
    }
}
