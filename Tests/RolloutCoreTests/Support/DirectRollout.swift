internal import ControllerKit
internal import CrashKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import KubeRuntime
internal import MeshAPI

@testable internal import RolloutControl
@testable internal import RolloutCore

/// One life of the operator without watches: its caches are filled by lists right before each reconcile.
struct DirectRollout {
    let life: ControllerLife
    let stores: MeshRolloutStores
    /// The gates, where the test did not bring its own.
    let asker: ScriptedAsker
    let recorder: EventRecorder
    let reconciler: MeshRolloutReconciler
    private let driver: ResourceDriver<MeshRolloutReconciler>
    private let caches: ListedCaches

    var cluster: TestCluster { life.cluster }
    var transport: FaultyTransport { life.transport }
    var metrics: MetricsRegistry { life.metrics }

    init(
        _ cluster: TestCluster,
        asker: ScriptedAsker? = nil,
        server: (any HTTPTransport)? = nil,
        gates: (any GateAsking)? = nil,
        rule: @escaping FaultyTransport.Rule = { _, _ in nil }
    ) throws {
        life = ControllerLife(calledFor: cluster, server: server, rule: rule)
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
            asker: gates ?? self.asker
        )
        reconciler = MeshRolloutReconciler(parts, environment: life.environment)
        driver = ResourceDriver(reconciler, store: stores.rollouts, client: client, environment: life.environment)
        // Workloads only tell that it is time to look again, and here it is at every second.
        caches = try ListedCaches(Array(stores.all.prefix(3)), of: cluster)
    }

    /// Takes over what another life of the operator remembers, as if it were the same process in another cluster.
    ///
    /// Its caches and what it noted of its own writes are not taken over: the next ``reconcile()`` reads all of it.
    func remember(_ other: DirectRollout) async throws {
        reconciler.desk.takeOver(other.reconciler.desk)
        for object in try await cluster.admin.list(RolloutNames.resource).objects {
            let memory = other.reconciler.tools.memories.of(object)
            reconciler.tools.memories.update(object) { $0 = memory }
        }
    }

    /// What it remembers, as lines of a picture.
    func lines() async throws -> [String] {
        var lines = ["desk: \(CanonicalText.of(reconciler.desk.docket, leavingOut: ["lastTicket"]))"]
        for object in try await cluster.admin.list(RolloutNames.resource).objects {
            lines.append(CanonicalText.of(reconciler.tools.memories.of(object)))
        }
        return lines
    }

    /// Reconciles every MeshRollout once, has its gates answer, and reconciles those again that got an answer.
    func reconcile() async throws {
        try await caches.fill()
        for object in stores.rollouts.objects() {
            _ = try await driver.reconcile(object.key)
            for key in await reconciler.desk.settle() { _ = try await driver.reconcile(key) }
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
