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
        // Every store lives to the end, so that none is built from memory that another has given back.
        let stores = ["projected", "without managedFields"].map { _ in
            ObjectStore(.init(name: "pods", indexes: [.namespace, .owner]))
        }
        var rows = try await memory("projected", projection, stores[0], pods: pods, environment)
        let full = TreeProjection(dropping: [["metadata", "managedFields"]])
        rows += try await memory("without managedFields", full, stores[1], pods: pods, environment)
        rows.append(try churn(events: 500_000))
        withExtendedLifetime(stores) {}
        rows.append(await reconciles(environment))
        return rows
    }

    private static func memory(
        _ name: String,
        _ projection: TreeProjection,
        _ store: ObjectStore,
        pods: Int,
        _ environment: RuntimeEnvironment
    ) async throws -> [Measurement] {
        let pages = PodPages(count: pods)
        let client = ClusterClient(transport: pages).projecting(projection)
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

    /// What is left in memory once everything that came has gone.
    private static func churn(events: Int) throws -> Measurement {
        let store = ObjectStore(.init(name: "churn", indexes: [.namespace, .label("round")]))
        let writer = try store.claimWriter()
        var version = 0
        func live(_ count: Int) {
            for event in 0..<count {
                version += 1
                let key = ObjectKey(namespace: "team-\(event % 7)", name: "object-\(event % 9_973)")
                var object = KubeObject(kind: .configMap, key: key, labels: ["round": "\(event % 1_009)"])
                object.resourceVersion = String(version)
                object.tree["data"] = ["text": .string("what it holds, \(event)")]
                if event % 5 == 4 { writer.remove(object) } else { writer.apply(object) }
            }
            for object in store.objects() {
                version += 1
                var last = object
                last.resourceVersion = String(version)
                writer.remove(last)
            }
        }
        live(events / 5)
        let before = ProcessMemory.resident
        let started = ProcessMemory.processorSeconds
        live(events)
        let seconds = ProcessMemory.processorSeconds - started
        let after = ProcessMemory.resident
        return Measurement(
            name: "store, memory after \(events) events and deleting all",
            figure: Double(after) / Double(before),
            unit: "x before",
            atLeast: nil,
            atMost: 1.05,
            details: "\(Int(Double(events) / seconds)) events per processor second, \(store.count) objects left"
        )
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
