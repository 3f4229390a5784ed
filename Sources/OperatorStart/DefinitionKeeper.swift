internal import DataTree
internal import FieldOwnership
internal import KubeAPI
internal import KubeClient
internal import KubeRuntime
internal import Logging
internal import MeshBase
internal import Synchronization

/// Brings CustomResourceDefinitions and keeps them: after the first turn of the meshes, when one goes, and from time to time.
///
/// One of ours that goes, or whose spec somebody changes, is looked at as soon as the cache of definitions shows it, and set right: from the
/// fourth time within ten minutes on at most once a minute, as ``RewriteHistory`` has it.
final class DefinitionKeeper: Reconciling {
    /// What is kept.
    struct Charge: Sendable {
        /// The controller's name.
        var name: String
        /// The names of the definitions, asked for when the work begins.
        var definitions: @Sendable () -> [String]
        /// Brings one of them.
        var bring: @Sendable (String) async throws(KubeError) -> OwnDefinitions.Outcome
    }

    /// How often they are looked at even if the cache shows nothing: it knows nothing of one that others made and took away, nor of metadata.
    static let interval = Duration.seconds(600)

    private struct Memory {
        /// The definitions that this operator applied, now or in an earlier life, and the generation in which they were as they should be.
        var ours: [String: Int64] = [:]
        /// What was set right.
        var history = RewriteHistory()
    }

    private let charge: Charge
    private let environment: RuntimeEnvironment
    private let memory = Mutex(Memory())

    /// Makes a keeper that has looked at nothing.
    ///
    /// - Parameters:
    ///   - charge: what is kept.
    ///   - environment: the time, and where it is said what was done.
    init(_ charge: Charge, environment: RuntimeEnvironment) {
        self.charge = charge
        self.environment = environment
    }

    /// The work of an operator for all definitions of a charge.
    ///
    /// - Parameters:
    ///   - charge: what is kept.
    ///   - store: the cache of definitions; nil to look at them only from time to time.
    ///   - environment: time, chance, log and metrics.
    /// - Returns: a controller that has not begun.
    static func controller(
        _ charge: Charge,
        watching store: ObjectStore?,
        _ environment: RuntimeEnvironment
    ) -> Controller {
        var settings = Controller.Configuration(name: charge.name, workers: 1)
        settings.errands = [{ enqueue in charge.definitions().forEach { enqueue(ObjectKey(name: $0)) } }]
        let keeper = DefinitionKeeper(charge, environment: environment)
        let controller = Controller(settings, reconciler: keeper, environment: environment)
        store?.subscribe { delivery in
            for change in delivery.changes where keeper.concerns(change) {
                controller.enqueue(ObjectKey(name: change.object.name))
            }
        }
        return controller
    }

    /// Whether a change takes something away that this operator brought; a definition that came is looked at by whoever waits for it.
    ///
    /// The cache keeps no schemas, but the API server counts every change of a spec in `metadata.generation`.
    private func concerns(_ change: StoreChange) -> Bool {
        guard let known = memory.withLock({ $0.ours[change.object.name] }) else { return false }
        return switch change {
        case .added: false
        case .deleted: true
        case .updated(let old, let new): old.uid != new.uid || new.generation.map { $0 > known } ?? true
        }
    }

    func reconcile(_ key: ObjectKey) async throws -> ReconcileOutcome {
        let now = environment.wall()
        let kind = GroupVersionKind.customResourceDefinition
        let id = ResourceID(group: kind.group, kind: kind.kind, key: key)
        let contest = RewriteHistory.Contest(id: id, place: .root, manager: "unknown")
        if case .wait(let until) = memory.withLock({ $0.history.verdict(contest, now: now) }) {
            return .requeue(after: max(.seconds(1), until - now))
        }
        let outcome = try await charge.bring(key.name)
        memory.withLock { memory in
            if outcome.isApplied, memory.ours[key.name] != nil { memory.history.record(contest, now: now) }
            memory.history.expire(now: now)
            switch outcome {
            case .applied(let generation), .equal(let generation): memory.ours[key.name] = generation ?? 0
            case .leftToOthers: memory.ours[key.name] = nil
            }
        }
        if outcome.isApplied {
            environment.logger.info("definition applied", metadata: ["name": "\(key.name)"])
        }
        return .requeue(after: Self.interval)
    }
}

extension OperatorCompanion {
    /// Keeps the definitions of the operator's own kinds, as it was given them.
    ///
    /// The start takes those for good that were brought from the same files (``OwnDefinitions/install(with:)``); here they are compared
    /// field by field.
    package static func keeping(_ definitions: OwnDefinitions) -> OperatorCompanion {
        OperatorCompanion { given in
            let charge = DefinitionKeeper.Charge(name: "definitions", definitions: { definitions.ownNames }) {
                (name) async throws(KubeError) in try await definitions.repair(name, with: given.writes)
            }
            let controller = DefinitionKeeper.controller(charge, watching: given.definitions, given.environment)
            return Work(watchers: [], controllers: [controller])
        }
    }

    /// Brings the definitions of Istio's kinds, so that routes and policies can be applied once there is an operator.
    ///
    /// They are the whole cluster's, as the operator's own are, and no mesh waits for them: upstream's istiod runs before and after they come.
    /// What somebody else applied under their names, such as istioctl or Helm, is left as it is (docs/decisions/0015-kinds-of-istio.md).
    package static let istioKinds = OperatorCompanion { given in
        let charge = DefinitionKeeper.Charge(name: "istiokinds", definitions: { IstioKindObjects.names }) {
            (name) async throws(KubeError) in
            guard let wanted = IstioKindObjects.byName[name] else { return .leftToOthers }
            return try await OwnDefinitions.bring(wanted, with: given.writes, leavesOthers: true)
        }
        let controller = DefinitionKeeper.controller(charge, watching: given.definitions, given.environment)
        return Work(watchers: [], controllers: [controller])
    }
}
