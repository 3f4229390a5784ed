internal import ControllerKit
internal import CrashKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import KubeRuntime
internal import ManifestRendering
internal import MeshAPI

@testable internal import OperatorCore
@testable internal import RolloutControl

/// One life of the operator without watches: its caches are filled by lists right before each reconcile.
struct DirectOperator {
    let life: ControllerLife
    let stores: MeshStores
    let reconciler: MeshOperatorReconciler
    /// Whether gates answer between reconciles; without, what is asked stays open.
    private let settlesGates: Bool
    /// Keeps Events until ``events()`` asks for them.
    private let recorder: EventRecorder
    private let driver: ResourceDriver<MeshOperatorReconciler>
    private let caches: ListedCaches

    var cluster: TestCluster { life.cluster }
    var transport: FaultyTransport { life.transport }
    var metrics: MetricsRegistry { life.metrics }

    init(
        _ cluster: TestCluster,
        renderer: @escaping MeshOperatorReconciler.Renderer = SampleMesh.render,
        catalogue: VersionCatalogue? = nil,
        server: (any HTTPTransport)? = nil,
        gates: (any GateAsking)? = nil,
        settlesGates: Bool = true,
        moveLimit: Int? = nil,
        definitions: [KubeObject] = [],
        rule: @escaping FaultyTransport.Rule = { _, _ in nil }
    ) throws {
        life = ControllerLife(calledFor: cluster, server: server, rule: rule)
        self.settlesGates = settlesGates
        stores = MeshStores()
        let client = life.client
        recorder = EventRecorder(
            client: cluster.admin,
            configuration: Self.recording,
            environment: life.environment
        )
        var parts = MeshOperatorReconciler.Parts(
            stores: stores,
            client: client,
            recorder: recorder,
            catalogue: try catalogue ?? SampleMesh.catalogue(),
            renderer: renderer
        )
        parts.gates = gates
        parts.definitions = definitions
        if let moveLimit { parts.moveLimit = moveLimit }
        reconciler = MeshOperatorReconciler(parts, environment: life.environment)
        driver = ResourceDriver(reconciler, store: stores.resources, client: client, environment: life.environment)
        caches = try ListedCaches(stores.all, of: cluster)
    }

    /// Makes the caches equal to the cluster, or some of them to what `server` shows of it.
    func synchronize(
        from server: (any HTTPTransport)? = nil,
        where isAsked: (APIResource) -> Bool = { _ in true }
    ) async throws {
        try await caches.fill(from: server, where: isAsked)
    }

    /// Without limits that time would have to lift.
    private static let recording: EventAggregator.Configuration = {
        var configuration = EventAggregator.Configuration(controller: "test", instance: "direct")
        configuration.writes = (10_000, 10_000)
        configuration.notesPerReason = 10_000
        return configuration
    }()

    /// Has the Events of this life written, and gives them as `Reason: note`; it records none after that.
    func events() async throws -> [String] {
        recorder.stop()
        await recorder.run()
        return try await cluster.admin.list(.events).objects.map { event in
            "\(event.tree["reason"]?.string ?? ""): \(event.tree["note"]?.string ?? "")"
        }
    }

    /// Lets an old list of MeshOperators arrive, as from a server that lags behind.
    func receiveLate(_ page: ObjectPage) { caches.receive(page, of: MeshNames.resource) }

    /// Empties a cache, as one that only sees our own objects would be.
    ///
    /// - Parameters:
    ///   - resource: the kind.
    ///   - isLater: whether all objects are gone by a later list, and not of the one that was there.
    func hide(_ resource: APIResource, isLater: Bool = false) {
        var version = stores.resources.version ?? ResourceVersion("1")
        if isLater, let number = Int(version.description) { version = ResourceVersion("\(number + 1)") }
        caches.receive(
            ObjectPage(objects: [], resourceVersion: version.description),
            of: resource,
            trust: .replaceAll
        )
    }

    /// Takes over what another life of the operator remembers, as if it were the same process in another cluster.
    ///
    /// Its caches and what it noted of its own writes are not taken over: the next ``synchronize(from:where:)`` shows all of it.
    func remember(_ other: DirectOperator) async throws {
        reconciler.desk.takeOver(other.reconciler.desk)
        guard let object = try await cluster.resource() else { return }
        let memory = other.reconciler.memories.of(object)
        reconciler.memories.update(object) { $0 = memory }
    }

    /// What it remembers, as lines of a picture.
    func lines() async throws -> [String] {
        var lines = ["desk: \(CanonicalText.of(reconciler.desk.docket, leavingOut: ["lastTicket"]))"]
        if let object = try await cluster.resource() {
            let memory = reconciler.memories.of(object)
            // Of what was found out before the start only a refusal decides; the rest is told in the status.
            lines.append(CanonicalText.of(memory, leavingOut: ["confirmedVersion", "findings"]))
            lines.append("refusals: \(memory.upgrade.findings?.refusals ?? [])")
        }
        return lines
    }

    /// Reconciles once, with caches as they are, and once more when gates have answered.
    @discardableResult
    func reconcile(_ key: ObjectKey = TestCluster.key) async throws -> ReconcileOutcome {
        let outcome = try await driver.reconcile(key)
        guard settlesGates, await reconciler.desk.settle().contains(key) else { return outcome }
        return try await driver.reconcile(key)
    }

    /// Reconciles and lets the world act until nothing changes any more; gives the number of rounds.
    ///
    /// Errors that time heals are tried again at once, at most `patience` times in a row.
    @discardableResult
    func settle(patience: Int = 3, _ key: ObjectKey = TestCluster.key) async throws -> Int {
        var patience = Patience(patience)
        for round in 1...80 {
            try await synchronize()
            let before = transport.writes.count
            let isDone = try await patience.attempt(transport) { try await reconcile(key) }
            let changed = try await cluster.step()
            cluster.pass(.seconds(1))
            if isDone, !changed, transport.writes.count == before { return round }
        }
        throw MeshOperatorError(
            .unsettled,
            "the test did not settle within 80 rounds: \(transport.writes.suffix(3))"
        )
    }
}
