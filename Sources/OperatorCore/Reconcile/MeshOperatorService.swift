internal import KubeAPI
package import KubeClient
package import KubeRuntime
internal import Logging
package import ManifestRendering
internal import MeshAPI
internal import MeshBase
package import OperatorStart
package import RolloutControl
internal import UpgradePlanning

/// The operator as one thing to run: caches, controller, leader election and events.
package struct MeshOperatorService: Sendable {
    /// What the operator needs to run.
    package struct Configuration: Sendable {
        /// Carries requests to the API server.
        package var transport: any HTTPTransport
        /// The versions there are.
        package var catalogue: VersionCatalogue
        /// What is known of the cluster; nil to find out.
        fileprivate var facts: ClusterFacts?
        /// CustomResourceDefinitions to apply at the start, and to apply with every mesh.
        package var definitions: OwnDefinitions?
        /// How to elect a leader; nil to lead always.
        package var election: LeaderElectionMachine.Configuration?
        /// Who reports events, for example `mesh-operator-0`.
        package var instance = "mesh-operator"
        /// How caches are kept.
        package var watching = Watcher.Configuration()
        /// How many MeshOperators are reconciled at a time.
        package var workers = 2
        /// Makes what asks the gates of upgrades; nil where nobody can.
        package var gates: (@Sendable (ClusterClient, RuntimeEnvironment) -> any GateAsking)?
        /// How long ``MeshOperatorService/run()`` waits for an API server that does not answer yet.
        package var patience = Duration.zero
        /// What else runs in this process, under the same leadership.
        package var companions: [OperatorCompanion] = []

        /// Lets the operator lead only while it holds the lease `mesh-operator` of a namespace, which is made where it is missing.
        ///
        /// MeshOperators are the whole cluster's, so all its operators have to find one lease: nil is the namespace of `install.yaml`.
        package mutating func elect(in namespace: String?) {
            election = LeaderElectionMachine.Configuration(
                lease: ObjectKey(namespace: namespace ?? "meshoperator-system", name: "mesh-operator"),
                identity: "\(instance)_\(String(RandomSource.system.unit().bitPattern, radix: 16))"
            )
        }

        /// Names what is needed, with the versions built into the program.
        ///
        /// - Parameters:
        ///   - transport: carries requests to the API server.
        ///   - environment: the process's variables; `POD_NAME` or else `HOSTNAME` becomes the ``instance``.
        /// - Throws: `RenderError` when the program was built of broken data.
        package init(transport: any HTTPTransport, environment: [String: String]) throws {
            self.init(transport: transport, catalogue: try VersionCatalogue.builtIn())
            instance = environment["POD_NAME"] ?? environment["HOSTNAME"] ?? instance
        }

        /// Names what is needed.
        package init(transport: any HTTPTransport, catalogue: VersionCatalogue) {
            self.transport = transport
            self.catalogue = catalogue
        }
    }

    private let host: ControllerHost
    private let patience: Duration
    /// Opens when the start is to end before it is complete.
    private let ending = Latch()
    private let reconciler: MeshOperatorReconciler
    /// The caches.
    package let stores: MeshStores
    /// The controller.
    package let controller: Controller
    /// Whether this process leads, nil where there is no election.
    package let elector: LeaderElector?

    /// Puts the parts together; nothing runs yet.
    ///
    /// - Parameters:
    ///   - configuration: what the operator needs.
    ///   - renderer: turns specs into objects; nil for the mesh's own renderer.
    ///   - environment: time, chance, log and metrics.
    /// - Throws: `StoreError` when a cache is already being written.
    package init(
        _ configuration: Configuration,
        renderer: MeshOperatorReconciler.Renderer? = nil,
        environment: RuntimeEnvironment
    ) throws {
        let transport = environment.reachability.observing(configuration.transport)
        let plain = ClusterClient(transport: transport, now: environment.wall)
        let elector = configuration.election.map {
            LeaderElector(client: plain, configuration: $0, environment: environment)
        }
        let writes: any HTTPTransport = elector.map { FencedTransport(transport, fence: $0.fence) } ?? transport
        // Short waits are waited out here, outside of the fence. Elections and watches have clocks of their own.
        let client = ClusterClient(transport: Self.patient(writes, environment), now: environment.wall)
        let recorder = EventRecorder(
            client: client,
            configuration: .init(controller: "meshoperator.io/mesh-operator", instance: configuration.instance),
            environment: environment
        )
        let stores = MeshStores()
        var parts = MeshOperatorReconciler.Parts(
            stores: stores,
            client: client,
            recorder: recorder,
            catalogue: configuration.catalogue,
            renderer: renderer ?? Self.renderer(configuration.catalogue)
        )
        parts.facts = configuration.facts
        parts.gates = configuration.gates?(client, environment)
        parts.definitions = configuration.definitions?.ofMeshes ?? []
        let reconciler = MeshOperatorReconciler(parts, environment: environment)
        let driver = ResourceDriver(reconciler, store: stores.resources, client: client, environment: environment)
        var settings = Controller.Configuration(name: "meshoperator", workers: configuration.workers)
        settings.errands = [{ [desk = reconciler.desk] enqueue in await desk.run(enqueue) }]
        controller = Controller(
            settings,
            reconciler: MeasuredReconciler(driver, metrics: reconciler.metrics, environment),
            environment: environment
        )
        Self.connect(controller, stores, reconciler)
        driver.watchStatus(with: controller)
        Self.tell(environment.arrivals, of: stores)
        let surroundings = OperatorCompanion.Surroundings(
            reads: plain,
            writes: client,
            recorder: recorder,
            definitions: stores.definitionStore,
            watching: configuration.watching,
            environment: environment
        )
        let keepers = [configuration.definitions].compactMap(\.self).map { OperatorCompanion.keeping($0) }
        let companions = try (configuration.companions + keepers).map { try $0.make(surroundings) }
        let watchers = try stores.watchers(
            client: plain,
            configuration: configuration.watching,
            // The mesh's own renderer has no definitions but those given; what another renders is not known.
            keepsSchemas: renderer != nil || !parts.definitions.isEmpty,
            environment: environment
        )
        var hosted = ControllerHost.Parts(
            watchers: watchers,
            controllers: [controller],
            elector: elector,
            recorder: recorder
        )
        hosted.goesOnPastObstacles = true
        // Meshes carry the applications, so they come first.
        hosted.followers = .init(
            watchers: companions.flatMap(\.watchers),
            controllers: companions.flatMap(\.controllers)
        )
        hosted.preparation = Self.preparation(configuration, reconciler, ending, of: watchers)
        hosted.warmUp = { await RenderingAhead(mesh: reconciler).run() }
        host = ControllerHost(hosted, environment: environment)
        (self.stores, self.elector, patience) = (stores, elector, configuration.patience)
        self.reconciler = reconciler
    }

    /// Puts the parts together and runs `body` with them, while the cluster is asked for its version: a connection takes as long to make
    /// as the parts do.
    ///
    /// - Parameters:
    ///   - configuration: what the operator needs.
    ///   - definitions: reads the CustomResourceDefinitions to apply, which may take a while; nil for none.
    ///   - environment: time, chance, log and metrics.
    ///   - body: runs the service, in whatever surroundings.
    /// - Throws: what `definitions` and `body` throw; `StoreError` when a cache is already being written.
    package static func with(
        _ configuration: Configuration,
        definitions: (@Sendable () throws -> OwnDefinitions)?,
        environment: RuntimeEnvironment,
        _ body: (MeshOperatorService) async throws -> Void
    ) async throws {
        var configuration = configuration
        let transport = patient(environment.reachability.observing(configuration.transport), environment)
        let client = ClusterClient(transport: transport, now: environment.wall)
        let facts = ClusterFacts(client: client, time: environment.time)
        // What it fails with, the service fails with as well.
        async let _ = facts.kubernetesVersion()
        configuration.facts = facts
        configuration.definitions = try definitions?()
        try await body(MeshOperatorService(configuration, environment: environment))
    }

    /// Applies the operator's own definitions, which the caches of what they define wait for.
    private static func preparation(
        _ configuration: Configuration,
        _ reconciler: MeshOperatorReconciler,
        _ ending: Latch,
        of watchers: [Watcher]
    ) -> ControllerHost.Preparation? {
        guard let definitions = configuration.definitions else { return nil }
        let own = Set(definitions.ownNames)
        let late = watchers.filter { own.contains($0.resource?.qualifiedName ?? "") }.map(\.store)
        let (patience, environment) = (configuration.patience, reconciler.environment)
        return ControllerHost.Preparation(before: late) {
            try await reconciler.prepare(patience: patience) { ending.isOpen }
            guard !ending.isOpen else { throw CancellationError() }
            try await StartPatience(limit: patience).ask(in: environment) {
                ending.isOpen
            } _: { () async throws(KubeError) in
                try await Self.apply(definitions, reconciler.parts.client, environment)
            }
        }
    }

    private static func apply(
        _ definitions: OwnDefinitions?,
        _ client: ClusterClient,
        _ environment: RuntimeEnvironment
    ) async throws(KubeError) {
        for name in try await definitions?.install(with: client) ?? [] {
            environment.logger.info("definition applied", metadata: ["name": "\(name)"])
        }
    }

    /// Works until ``stop()``, cancellation, or loss of leadership; the leader applies the operator's own definitions first.
    ///
    /// Call it once.
    ///
    /// - Throws: `KubeError` when there is no API server that knows us, or when the definitions cannot be applied; what `ControllerHost.run()` throws.
    package func run() async throws {
        do {
            try await withThrowingTaskGroup(of: Bool.self) { group in
                group.addTask {
                    try await self.host.run()
                    return true
                }
                group.addTask {
                    try await self.prepare()
                    return false
                }
                for try await isOver in group where isOver { return group.cancelAll() }
            }
        } catch is CancellationError where ending.isOpen {
            // Nothing had begun yet.
        }
    }

    /// Waits for the API server; asked to end, it breaks the wait off.
    private func prepare() async throws {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await self.reconciler.prepare(patience: self.patience) { [ending] in ending.isOpen }
                return true
            }
            group.addTask {
                await self.ending.wait()
                return false
            }
            let isReady = try await group.next() ?? true
            group.cancelAll()
            if !isReady { throw CancellationError() }
        }
    }

    /// Makes ``run()`` return once what is in flight has finished.
    package func stop() {
        ending.open()
        host.stop()
    }

    /// Returns once the first requests are on their way, or when the task is cancelled: what else has to be started can wait for that.
    package func hasBegun() async { await host.begun.wait() }

    /// Adds the checks of the operator.
    package func register(in health: HealthRegistry) { host.register(in: health) }

    /// The mesh's own renderer.
    package static func renderer(_ catalogue: VersionCatalogue) -> MeshOperatorReconciler.Renderer {
        let renderer = ManifestRenderer(catalogue: catalogue)
        return { spec, options in MeshBlueprint(try renderer.render(spec, options: options)) }
    }

    /// A transport that waits out what a worker may wait for before it gives its place to another MeshOperator.
    private static func patient(_ inner: any HTTPTransport, _ environment: RuntimeEnvironment) -> PatientTransport {
        PatientTransport(
            inner,
            clock: environment.clock,
            now: environment.wall,
            patience: .init(attempts: 3, longestWait: .seconds(2))
        )
    }

    /// How long changes of pods and namespaces wait, so that a busy cluster does not keep the operator busy.
    private static let usageDelay = Duration.seconds(20)

    /// How long changes wait while something moves.
    private static let movingDelay = Duration.seconds(1)

    /// Has those who wait for a kind hear of its definition.
    private static func tell(_ arrivals: KindArrivals, of stores: MeshStores) {
        stores.definitionStore?.subscribe { delivery in
            for change in delivery.changes where !change.object.isDeleting { arrivals.arrived(change.object.name) }
        }
    }

    /// From how many changes on they are taken for a list, which is not searched for pods that do not come up.
    private static let listSize = 200

    private static func connect(_ controller: Controller, _ stores: MeshStores, _ reconciler: MeshOperatorReconciler) {
        controller.watch(
            stores.resources,
            where: .specChanged.or(.annotationsChanged).or(.finalizersChanged)
        )
        // Whoever waits for one to inject other pods, or none, hears of its every change.
        stores.resources.subscribe { [memories = reconciler.memories] delivery in
            for change in delivery.changes {
                for key in memories.waiting(for: change.object.name) { controller.enqueue(key, after: .zero) }
            }
        }
        let owner = ChangeMapping.label(name: MeshNames.Label.owner)
        let mapping = ChangeMapping { [memories = reconciler.memories, resources = stores.resources] object in
            let users = memories.users(of: ResourceID(object))
            let owners = owner.keys(.added(object))
            guard object.kind == .mutatingWebhookConfiguration else { return owners + users }
            // One that is no MeshOperator's may inject the pods of any mesh.
            let all = owners.isEmpty && InjectionEntry.isInjector(object) ? resources.objects().map(\.key) : []
            return owners + users + all + owners.flatMap { memories.waiting(for: $0.name) }
        }
        for store in stores.ownedStores { controller.watch(store, mapping: mapping) }
        // While something moves, what it waits for is looked at as soon as it changes, many changes at a time.
        for store in stores.ownerStores + [stores.pods, stores.namespaceStore].compactMap(\.self) {
            store.subscribe { [memories = reconciler.memories] delivery in
                let moving = memories.moving
                let concerns = delivery.changes.contains { $0.object.label(MeshNames.Label.owner) == nil }
                guard !moving.isEmpty, concerns else { return }
                for key in moving { controller.enqueue(key, after: movingDelay) }
            }
        }
        for (_, store) in stores.all {
            store.subscribeToObstacles { [resources = stores.resources] in
                for resource in resources.objects() { controller.enqueue(resource.key) }
            }
        }
        for store in [stores.pods, stores.namespaceStore].compactMap(\.self) {
            store.subscribe { [resources = stores.resources] delivery in
                let isTrouble =
                    delivery.changes.count < listSize && delivery.changes.contains(where: Self.concernsTrouble)
                guard isTrouble || delivery.changes.contains(where: Self.concernsUsage) else { return }
                for resource in resources.objects() {
                    let isSoon = isTrouble || resource.isDeleting
                    controller.enqueue(resource.key, after: isSoon ? movingDelay : usageDelay)
                }
            }
        }
    }

    /// Whether what keeps a pod of the mesh itself from coming up has changed.
    private static func concernsTrouble(_ change: StoreChange) -> Bool {
        guard PodTrouble.concerns(change.object) else { return false }
        let text = change.object.annotation(PodTrouble.annotation)
        if case .updated(let old, _) = change { return old.annotation(PodTrouble.annotation) != text }
        return text != nil
    }

    /// Whether a change of a pod or namespace may change who uses a mesh.
    private static func concernsUsage(_ change: StoreChange) -> Bool {
        if case .updated(let old, let new) = change {
            // What keeps a pod from coming up says nothing of who uses a mesh.
            func marks(_ object: KubeObject) -> [String: String] {
                object.annotations.filter { $0.key != PodTrouble.annotation }
            }
            return old.labels != new.labels || marks(old) != marks(new) || old.isDeleting != new.isDeleting
        }
        return SidecarPod.revision(of: change.object) != nil || change.object.kind == .namespace
    }
}

/// Counts and times reconciles, and has those tried again for which a permission is missing.
struct MeasuredReconciler: Reconciling {
    private let reconciler: any Reconciling
    private let metrics: OperatorMetrics
    private let time: MonotonicTime
    private let logger: Logger

    /// How long a missing permission is waited for: nothing tells when it is given back.
    private static let patience = Duration.seconds(60)

    init(_ reconciler: any Reconciling, metrics: OperatorMetrics, _ environment: RuntimeEnvironment) {
        self.reconciler = reconciler
        self.metrics = metrics
        self.time = environment.time
        self.logger = environment.logger
    }

    func reconcile(_ key: ObjectKey) async throws -> ReconcileOutcome {
        let started = time.now
        do {
            let outcome = try await reconciler.reconcile(key)
            metrics.reconciled(result: "success", took: time.now - started)
            return outcome
        } catch let error as KubeError where error.code == .forbidden {
            metrics.reconciled(result: "error", took: time.now - started)
            logger.warning("permission missing", metadata: ["key": "\(key)", "error": "\(error.message)"])
            return .requeue(after: Self.patience)
        } catch {
            metrics.reconciled(result: "error", took: time.now - started)
            throw error
        }
    }
}
