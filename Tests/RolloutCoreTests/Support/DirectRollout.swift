internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import KubeRuntime
internal import Logging
internal import MeshAPI
internal import MeshBase
internal import MeshTestKit
internal import RolloutControl
internal import SandboxStore

@testable internal import RolloutCore

/// One life of the operator without watches: its caches are filled by lists right before each reconcile.
struct DirectRollout {
    let cluster: TestCluster
    let transport: FaultyTransport
    let stores: MeshRolloutStores
    let asker: ScriptedAsker
    let metrics: MetricsRegistry
    let recorder: EventRecorder
    private let driver: ResourceDriver<MeshRolloutReconciler>
    private let writers: [(resource: APIResource, writer: StoreWriter)]

    init(
        _ cluster: TestCluster,
        asker: ScriptedAsker? = nil,
        rule: @escaping FaultyTransport.Rule = { _, _ in nil }
    ) throws {
        self.cluster = cluster
        self.asker = asker ?? ScriptedAsker { cluster.now }
        transport = FaultyTransport(InProcessTransport(cluster.core))
        transport.setRule(rule)
        metrics = MetricsRegistry()
        let environment = RuntimeEnvironment(
            clock: VirtualClock(),
            wall: { cluster.now },
            random: .seeded(7),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            metrics: metrics
        )
        stores = MeshRolloutStores()
        let client = ClusterClient(transport: transport)
        var configuration = EventAggregator.Configuration(
            controller: "meshoperator.io/mesh-operator",
            instance: "test",
            notesPerObject: 1_000
        )
        configuration.writes = (perSecond: 1_000, burst: 1_000)
        // Events go to the cluster by a way of their own, so that counts of writes are those of the rollout.
        recorder = EventRecorder(client: cluster.admin, configuration: configuration, environment: environment)
        let parts = MeshRolloutReconciler.Parts(
            stores: stores,
            client: client,
            recorder: recorder,
            asker: self.asker
        )
        let reconciler = MeshRolloutReconciler(parts, environment: environment)
        driver = ResourceDriver(reconciler, store: stores.rollouts, client: client, environment: environment)
        // Workloads only tell that it is time to look again, and here it is at every second.
        writers = try stores.all.prefix(3).map { ($0.resource, try $0.store.claimWriter()) }
    }

    /// Makes the caches equal to the cluster.
    func synchronize() async throws {
        for (resource, writer) in writers {
            let page = try await cluster.admin.list(resource)
            writer.beginReplacement()
            writer.stage(page.objects)
            writer.commitReplacement(at: ResourceVersion(page.resourceVersion), trust: .replaceAll)
        }
    }

    /// Reconciles every MeshRollout once.
    func reconcile() async throws {
        try await synchronize()
        for object in stores.rollouts.objects() { _ = try await driver.reconcile(object.key) }
    }

    /// Lets time pass second by second, the world acting in between, for at most `seconds` or until `isOver`.
    ///
    /// Errors that time heals are tried again, at most `patience` times in a row.
    func run(
        _ seconds: Int = 1,
        patience: Int = 5,
        until isOver: (TestCluster) async throws -> Bool = { _ in false }
    ) async throws {
        var failures = 0
        for _ in 0..<seconds {
            do {
                try await reconcile()
                failures = 0
            } catch {
                if transport.isDead { throw error }
                failures += 1
                guard failures <= patience else { throw error }
            }
            _ = try await cluster.step()
            cluster.pass(1)
            if try await isOver(cluster) { return }
        }
    }

    /// The Events that were recorded, each as often as it was; none are recorded any more from then on.
    func events() async throws -> [RecordedEvent] {
        recorder.stop()
        await recorder.run()
        return try await cluster.admin.list(.events).objects.flatMap { event in
            let count = Int(event.tree.value(at: "series", "count")?.integer ?? 1)
            let recorded = RecordedEvent(
                reason: event.tree["reason"]?.string ?? "",
                type: event.tree["type"]?.string ?? "",
                note: event.tree["note"]?.string ?? ""
            )
            return Array(repeating: recorded, count: count)
        }
    }

    /// Runs until a MeshRollout is in a phase.
    func run(to phase: RolloutPhase, within seconds: Int = 3_000, _ name: String = "reviews") async throws {
        try await run(seconds) { try await $0.status(name).phase == phase }
        let status = try await cluster.status(name)
        guard status.phase == phase else {
            throw MeshRolloutError(.unsettled, "not \(phase) within \(seconds) s: \(status.tree.jsonText())")
        }
    }
}

/// An Event as people see it.
struct RecordedEvent: Sendable, Hashable {
    var reason: String
    var type: String
    var note: String
}
