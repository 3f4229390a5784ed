internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import KubeRuntime
internal import MeshAPI
internal import RolloutControl

@testable internal import RolloutCore

/// One life of the operator without watches: its caches are filled by lists right before each reconcile.
struct DirectRollout {
    let life: ControllerLife
    let stores: MeshRolloutStores
    let asker: ScriptedAsker
    let recorder: EventRecorder
    private let desk: GateDesk
    private let driver: ResourceDriver<MeshRolloutReconciler>
    private let caches: ListedCaches

    var cluster: TestCluster { life.cluster }
    var transport: FaultyTransport { life.transport }
    var metrics: MetricsRegistry { life.metrics }

    init(
        _ cluster: TestCluster,
        asker: ScriptedAsker? = nil,
        rule: @escaping FaultyTransport.Rule = { _, _ in nil }
    ) throws {
        life = ControllerLife(calledFor: cluster, rule: rule)
        self.asker = asker ?? ScriptedAsker { cluster.now }
        stores = MeshRolloutStores()
        let client = life.client
        var configuration = EventAggregator.Configuration(
            controller: "meshoperator.io/mesh-operator",
            instance: "test",
            notesPerReason: 1_000
        )
        configuration.writes = (perSecond: 1_000, burst: 1_000)
        // Events go to the cluster by a way of their own, so that counts of writes are those of the rollout.
        recorder = EventRecorder(client: cluster.admin, configuration: configuration, environment: life.environment)
        let parts = MeshRolloutReconciler.Parts(
            stores: stores,
            client: client,
            recorder: recorder,
            asker: self.asker
        )
        let reconciler = MeshRolloutReconciler(parts, environment: life.environment)
        desk = reconciler.desk
        driver = ResourceDriver(reconciler, store: stores.rollouts, client: client, environment: life.environment)
        // Workloads only tell that it is time to look again, and here it is at every second.
        caches = try ListedCaches(Array(stores.all.prefix(3)), of: cluster)
    }

    /// Reconciles every MeshRollout once, has its gates answer, and reconciles those again that got an answer.
    func reconcile() async throws {
        try await caches.fill()
        for object in stores.rollouts.objects() {
            _ = try await driver.reconcile(object.key)
            for key in await desk.settle() { _ = try await driver.reconcile(key) }
        }
    }

    /// Lets time pass second by second, the world acting in between, for at most `seconds` or until `isOver`.
    ///
    /// Errors that time heals are tried again, at most `patience` times in a row.
    func run(
        _ seconds: Int = 1,
        patience: Int = 5,
        until isOver: (TestCluster) async throws -> Bool = { _ in false }
    ) async throws {
        var patience = Patience(patience)
        for _ in 0..<seconds {
            _ = try await patience.attempt(transport) { try await reconcile() }
            _ = try await cluster.step()
            cluster.pass(.seconds(1))
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
