internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import KubeRuntime
internal import Logging
internal import ManifestRendering
internal import MeshAPI
internal import MeshBase
internal import MeshTestKit
internal import RolloutControl
internal import SandboxStore

@testable internal import OperatorCore

/// One life of the operator without watches: its caches are filled by lists right before each reconcile.
struct DirectOperator {
    let cluster: TestCluster
    let transport: FaultyTransport
    let stores: MeshStores
    let reconciler: MeshOperatorReconciler
    let metrics: MetricsRegistry
    /// Keeps Events until ``events()`` asks for them.
    private let recorder: EventRecorder
    private let driver: ResourceDriver<MeshOperatorReconciler>
    fileprivate let writers: [(resource: APIResource, writer: StoreWriter)]

    init(
        _ cluster: TestCluster,
        renderer: @escaping MeshOperatorReconciler.Renderer = SampleMesh.render,
        catalogue: VersionCatalogue? = nil,
        server: (any HTTPTransport)? = nil,
        gates: (any GateAsking)? = nil,
        rule: @escaping FaultyTransport.Rule = { _, _ in nil }
    ) throws {
        self.cluster = cluster
        transport = FaultyTransport(server ?? InProcessTransport(cluster.core))
        transport.setRule(rule)
        metrics = MetricsRegistry()
        let environment = RuntimeEnvironment(
            clock: VirtualClock(),
            wall: { cluster.now },
            random: .seeded(7),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            metrics: metrics
        )
        stores = MeshStores()
        let client = ClusterClient(transport: transport)
        recorder = EventRecorder(
            client: cluster.admin,
            configuration: Self.recording,
            environment: environment
        )
        var parts = MeshOperatorReconciler.Parts(
            stores: stores,
            client: client,
            recorder: recorder,
            catalogue: try catalogue ?? SampleMesh.catalogue(),
            renderer: renderer
        )
        parts.gates = gates
        reconciler = MeshOperatorReconciler(parts, environment: environment)
        driver = ResourceDriver(reconciler, store: stores.resources, client: client, environment: environment)
        writers = try stores.all.map { ($0.resource, try $0.store.claimWriter()) }
    }

    /// Makes the caches equal to the cluster, or some of them to what `server` shows of it.
    func synchronize(
        from server: (any HTTPTransport)? = nil,
        where isAsked: (APIResource) -> Bool = { _ in true }
    ) async throws {
        for (resource, writer) in writers {
            let source = server.map { ClusterClient(transport: $0) }
            let page = try await Self.page(resource, isAsked(resource) ? source ?? cluster.admin : cluster.admin)
            writer.beginReplacement()
            writer.stage(page.objects)
            writer.commitReplacement(at: ResourceVersion(page.resourceVersion), trust: .replaceAll)
        }
    }

    /// All objects of a kind; none where the cluster does not serve it.
    private static func page(_ resource: APIResource, _ client: ClusterClient) async throws -> ObjectPage {
        do {
            return try await client.list(resource)
        } catch {
            guard error.code == .notFound else { throw error }
            return ObjectPage(objects: [], resourceVersion: "1")
        }
    }

    /// Without limits that time would have to lift.
    private static let recording: EventAggregator.Configuration = {
        var configuration = EventAggregator.Configuration(controller: "test", instance: "direct")
        configuration.writes = (10_000, 10_000)
        configuration.notesPerObject = 10_000
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
    func receiveLate(_ page: ObjectPage) {
        guard let writer = writers.first(where: { $0.resource == MeshNames.resource })?.writer else { return }
        writer.beginReplacement()
        writer.stage(page.objects)
        writer.commitReplacement(at: ResourceVersion(page.resourceVersion))
    }

    /// Reconciles once, with caches as they are.
    @discardableResult
    func reconcile() async throws -> ReconcileOutcome {
        try await driver.reconcile(TestCluster.key)
    }

    /// Reconciles and lets the world act until nothing changes any more; gives the number of rounds.
    ///
    /// Errors that time heals are tried again at once, at most `patience` times in a row.
    @discardableResult
    func settle(patience: Int = 3) async throws -> Int {
        var failures = 0
        for round in 1...80 {
            try await synchronize()
            let before = transport.writes.count
            var failed = false
            do {
                try await reconcile()
                failures = 0
            } catch {
                if transport.isDead { throw error }
                failures += 1
                failed = true
                guard failures <= patience else { throw error }
            }
            let changed = try await cluster.step()
            cluster.pass(.seconds(1))
            if !failed, !changed, transport.writes.count == before { return round }
        }
        throw MeshOperatorError(
            .unsettled,
            "the test did not settle within 80 rounds: \(transport.writes.suffix(3))"
        )
    }
}

extension DirectOperator {
    /// Empties a cache, as one that only sees our own objects would be.
    func hide(_ resource: APIResource) {
        guard let writer = writers.first(where: { $0.resource == resource })?.writer else { return }
        let version = stores.resources.version ?? ResourceVersion("1")
        writer.beginReplacement()
        writer.commitReplacement(at: version, trust: .replaceAll)
    }
}
