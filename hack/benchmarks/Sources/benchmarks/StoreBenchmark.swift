internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import KubeRuntime
internal import Logging
internal import MeshBase
internal import Synchronization

/// The controller runtime: memory per cached pod, the peak while lists are taken in, and reconciles per second.
///
/// The objects come through the real client, parser and watcher, from a transport that writes them out piece by piece.
enum StoreBenchmark {
    /// Identity, labels, owners and the injection status: what the operator needs to know who uses a mesh.
    private static let projection = TreeProjection(keeping: [
        ["apiVersion"], ["kind"], ["metadata", "name"], ["metadata", "namespace"], ["metadata", "uid"],
        ["metadata", "resourceVersion"], ["metadata", "labels"], ["metadata", "ownerReferences"],
        ["metadata", "annotations", "sidecar.istio.io/status"], ["status", "phase"],
    ])

    static func run(pods: Int) async throws -> [Measurement] {
        var logger = Logger(label: "benchmarks")
        logger.logLevel = .critical
        let environment = RuntimeEnvironment(
            clock: ContinuousClock(),
            wall: { Timestamp(seconds: 0) },
            random: .seeded(1),
            logger: logger
        )
        var rows = try await memory("projected", projection, pods: pods, environment)
        let full = TreeProjection(dropping: [["metadata", "managedFields"]])
        rows += try await memory("without managedFields", full, pods: pods, environment)
        rows.append(await reconciles(environment))
        return rows
    }

    private static func memory(
        _ name: String,
        _ projection: TreeProjection,
        pods: Int,
        _ environment: RuntimeEnvironment
    ) async throws -> [Measurement] {
        let pages = PodPages(count: pods)
        let client = ClusterClient(transport: pages).projecting(projection)
        let store = ObjectStore(.init(name: "pods", indexes: [.namespace, .owner]))
        let base = ProcessMemory.proportional
        ProcessMemory.forgetPeak()
        let before = ProcessMemory.processorSeconds
        let watcher = try Watcher(
            source: ClusterSource(client: client, resource: .pods),
            store: store,
            configuration: .init(machine: .init(prefersStreaming: false), listInterval: .seconds(2)),
            environment: environment
        )
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await watcher.run() }
            try await store.waitUntilSynced()
            let seconds = ProcessMemory.processorSeconds - before
            let (peak, steady) = (ProcessMemory.peak, ProcessMemory.resident)
            let size = ProcessMemory.proportional - base
            ProcessMemory.forgetPeak()
            let wanted = pages.count.read + 2 * pages.pagesPerList
            while pages.count.read < wanted { try await environment.time.sleep(for: .milliseconds(50)) }
            let again = ProcessMemory.peak
            group.cancelAll()
            return [
                Measurement(
                    name: "store, \(pods) pods \(name)",
                    figure: Double(size) / Double(pods),
                    unit: "bytes a pod",
                    atLeast: nil,
                    details: "\(store.count) pods in \(Int(Double(pods) / seconds)) pods per processor second"
                ),
                Measurement(
                    name: "store, peak of the first list, \(name)",
                    figure: Double(peak) / Double(steady),
                    unit: "x steady",
                    atLeast: nil,
                    atMost: 1.2,
                    details: "\(peak >> 20) MB against \(steady >> 20) MB"
                ),
                Measurement(
                    name: "store, peak of later lists, \(name)",
                    figure: Double(again) / Double(steady),
                    unit: "x steady",
                    atLeast: nil,
                    details: "\(again >> 20) MB against \(steady >> 20) MB"
                ),
            ]
        }
    }

    private static func reconciles(_ environment: RuntimeEnvironment) async -> Measurement {
        let controller = Controller(
            .init(name: "benchmark", workers: 1),
            reconciler: Nothing(),
            environment: environment
        )
        let keys = (0..<1_000).map { ObjectKey(namespace: "team", name: "key-\($0)") }
        let rounds = 300
        let before = ProcessMemory.processorSeconds
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await controller.run() }
            for _ in 0..<rounds {
                for key in keys { controller.enqueue(key) }
                while controller.queue.counts.ready > 0 { await Task.yield() }
            }
            controller.stop()
        }
        let seconds = ProcessMemory.processorSeconds - before
        return Measurement(
            name: "queue and controller, reconciles that do nothing",
            figure: Double(rounds * keys.count) / seconds / 1_000,
            unit: "thousand per processor second",
            atLeast: nil,
            details: "\(rounds * keys.count) keys added, taken, reconciled, finished"
        )
    }

    private struct Nothing: Reconciling {
        func reconcile(_ key: ObjectKey) async throws -> ReconcileOutcome { .done }
    }
}
