internal import DataTree
internal import FieldOwnership
internal import KubeAPI
internal import KubeClient
internal import KubeRuntime
internal import Logging
internal import MeshAPI
internal import MeshBase
internal import Synchronization

/// Brings the CustomResourceDefinitions of Istio's kinds, so that routes and policies can be applied once there is an operator.
///
/// They are the whole cluster's, as the operator's own are, and no mesh waits for them: upstream's istiod runs before and after they come.
/// What somebody else applied under their names, such as istioctl or Helm, is left as it is (docs/decisions/0015-kinds-of-istio.md).
///
/// One of ours that goes, or serves other versions, is set right as soon as the cache of definitions shows it: by the third time within
/// ten minutes at most once a minute, as ``RewriteHistory`` has it.
final class IstioDefinitionKeeper: Reconciling {
    /// How often they are looked at even if the cache shows nothing: of schemas it knows nothing, nor of one that others made and took away.
    static let interval = Duration.seconds(600)

    /// The definitions, by name; made when they are first asked for.
    static let definitions: [String: KubeObject] = {
        let objects = IstioDefinitions.trees.map { KubeObject($0) }
        return Dictionary(objects.map { ($0.name, $0) }) { first, _ in first }
    }()

    /// Their names, in order.
    static var names: [String] { definitions.keys.sorted() }

    private struct Memory {
        /// The definitions that this operator applied, now or in an earlier life.
        var ours: Set<String> = []
        /// What was set right.
        var history = RewriteHistory()
    }

    private let client: ClusterClient
    private let environment: RuntimeEnvironment
    private let memory = Mutex(Memory())

    /// Makes a keeper that has looked at nothing.
    ///
    /// - Parameters:
    ///   - client: what writes go through.
    ///   - environment: the time, and where it is said what was done.
    init(client: ClusterClient, environment: RuntimeEnvironment) {
        self.client = client
        self.environment = environment
    }

    /// The work of an operator for all kinds.
    ///
    /// - Parameters:
    ///   - client: what writes go through.
    ///   - store: the cache of definitions; nil to look at them only from time to time.
    ///   - environment: time, chance, log and metrics.
    /// - Returns: a controller that has not begun.
    static func controller(
        _ client: ClusterClient,
        watching store: ObjectStore?,
        _ environment: RuntimeEnvironment
    ) -> Controller {
        var settings = Controller.Configuration(name: "istiokinds", workers: 1)
        settings.errands = [{ enqueue in names.forEach { enqueue(ObjectKey(name: $0)) } }]
        let keeper = IstioDefinitionKeeper(client: client, environment: environment)
        let controller = Controller(settings, reconciler: keeper, environment: environment)
        store?.subscribe { delivery in
            for change in delivery.changes where keeper.concerns(change) {
                controller.enqueue(ObjectKey(name: change.object.name))
            }
        }
        return controller
    }

    /// Whether a change takes something away that this operator brought; a definition that came is looked at by whoever waits for it.
    private func concerns(_ change: StoreChange) -> Bool {
        guard isOurs(change.object.name) else { return false }
        return switch change {
        case .added: false
        case .deleted: true
        case .updated(let old, let new): old.tree["spec"] != new.tree["spec"]
        }
    }

    private func isOurs(_ name: String) -> Bool { memory.withLock { $0.ours.contains(name) } }

    func reconcile(_ key: ObjectKey) async throws -> ReconcileOutcome {
        guard let wanted = Self.definitions[key.name] else { return .done }
        let now = environment.wall()
        let contest = RewriteHistory.Contest(id: ResourceID(wanted), place: .root, manager: "unknown")
        if case .wait(let until) = memory.withLock({ $0.history.verdict(contest, now: now) }) {
            return .requeue(after: max(.seconds(1), until - now))
        }
        let outcome = try await OwnDefinitions.bring(wanted, with: client, leavesOthers: true)
        memory.withLock { memory in
            if outcome == .applied, memory.ours.contains(key.name) { memory.history.record(contest, now: now) }
            memory.history.expire(now: now)
            if outcome == .leftToOthers { memory.ours.remove(key.name) } else { memory.ours.insert(key.name) }
        }
        if outcome == .applied {
            environment.logger.info("definition applied", metadata: ["name": "\(key.name)"])
        }
        return .requeue(after: Self.interval)
    }
}

extension OperatorCompanion {
    /// Brings the definitions of Istio's kinds, after the first turn of the meshes.
    package static let istioKinds = OperatorCompanion { given in
        let controller = IstioDefinitionKeeper.controller(
            given.writes,
            watching: given.definitions,
            given.environment
        )
        return Work(watchers: [], controllers: [controller])
    }
}
