internal import DataTree
internal import HTTPServing
internal import KubeAPI
internal import KubeClient
internal import KubeCurl
internal import MeshBase
internal import RolloutControl
internal import Synchronization
internal import Testing

/// A server on loopback while `body` runs.
func withServer(
    tls: TLSSettings? = nil,
    _ handler: @escaping HTTPServer.Handler,
    _ body: @escaping @Sendable (Int) async throws -> Void
) async throws {
    let server = HTTPServer(configuration: HTTPServerConfiguration(tls: tls), handler: handler)
    let (ports, port) = AsyncStream.makeStream(of: Int.self)
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await server.run { port.yield($0.port) } }
        var iterator = ports.makeAsyncIterator()
        let bound = try #require(await iterator.next())
        let outcome: Result<Void, any Error>
        do { outcome = .success(try await body(bound)) } catch { outcome = .failure(error) }
        group.cancelAll()
        try await group.waitForAll()
        try outcome.get()
    }
}

/// Secrets and Jobs in memory.
final class FakeCluster: SecretReading, JobRunning {
    private struct State {
        var secrets: [ObjectKey: KubeObject] = [:]
        var jobs: [ObjectKey: KubeObject] = [:]
        var created = 0
        var failure: KubeError?
    }

    private let state = Mutex(State())

    /// How many Jobs were created.
    var created: Int { state.withLock { $0.created } }

    func put(secret key: ObjectKey, _ data: [String: String]) {
        var tree: Tree = ["apiVersion": "v1", "kind": "Secret", "metadata": ["name": .string(key.name)], "data": [:]]
        tree.set(key.namespace.map { .string($0) }, at: ["metadata", "namespace"])
        for (name, value) in data { tree.set(.string(Base64.encode(value.utf8)), at: ["data", name]) }
        let object = KubeObject(tree)
        state.withLock { $0.secrets[key] = object }
    }

    /// From now on every call fails like this; nil ends it.
    func fail(_ error: KubeError?) { state.withLock { $0.failure = error } }

    func change(jobs change: (inout Tree) -> Void) {
        state.withLock { state in
            for key in state.jobs.keys {
                if var job = state.jobs[key] {
                    change(&job.tree)
                    state.jobs[key] = job
                }
            }
        }
    }

    func removeJobs() { state.withLock { $0.jobs = [:] } }

    func secret(_ key: ObjectKey) async throws(KubeError) -> KubeObject {
        let (found, failure) = state.withLock { ($0.secrets[key], $0.failure) }
        if let failure { throw failure }
        guard let found else { throw KubeError(.notFound, "no such Secret") }
        return found
    }

    func find(_ key: ObjectKey) async throws(KubeError) -> KubeObject? {
        let (found, failure) = state.withLock { ($0.jobs[key], $0.failure) }
        if let failure { throw failure }
        return found
    }

    func create(_ job: KubeObject) async throws(KubeError) -> KubeObject {
        let isTaken = state.withLock { state in
            guard state.jobs[job.key] == nil else { return true }
            state.jobs[job.key] = job
            state.created += 1
            return false
        }
        if isTaken { throw KubeError(.alreadyExists, "taken") }
        return job
    }

    func made(in namespace: String) async throws(KubeError) -> [KubeObject] {
        let (jobs, failure) = state.withLock { ($0.jobs, $0.failure) }
        if let failure { throw failure }
        return jobs.values.filter { $0.namespace == namespace }.sorted { $0.key < $1.key }
    }

    func end(_ job: KubeObject) async throws(KubeError) {
        let failure = state.withLock { state in
            if state.failure == nil { state.jobs[job.key] = nil }
            return state.failure
        }
        if let failure { throw failure }
    }

    /// The names of the Jobs that are there.
    var jobNames: [String] { state.withLock { $0.jobs.keys.map(\.name).sorted() } }

    /// Puts a Job there.
    func put(job: KubeObject) { state.withLock { $0.jobs[job.key] = job } }
}

/// An asker over real sockets.
func asker(_ cluster: FakeCluster = FakeCluster(), now: @escaping WallClock = { SampleAnalysis.start }) -> HTTPGateAsker
{
    HTTPGateAsker(
        .init(transports: CurlTransports(), secrets: cluster, jobs: cluster, clock: ContinuousClock(), now: now)
    )
}

extension ServerResponse {
    /// A JSON answer.
    static func json(_ text: String, status: Int = 200) -> ServerResponse {
        ServerResponse(status: status, headers: ["content-type": "application/json"], body: .bytes(Array(text.utf8)))
    }

    /// What Prometheus answers with one number.
    static func number(_ text: String, at seconds: Int64 = SampleAnalysis.start.seconds) -> ServerResponse {
        let result = #"[{"metric":{},"value":[\#(seconds),"\#(text)"]}]"#
        return .json(#"{"status":"success","data":{"resultType":"vector","result":\#(result)}}"#)
    }
}

/// Waits until the task is cancelled.
func hang() async {
    for await _ in AsyncStream<Void>.makeStream().stream {}
}
