internal import FieldOwnership
internal import KubeAPI
internal import KubeRuntime
internal import MeshBase

/// What is remembered of one MeshOperator between reconciles.
///
/// Losing it costs at most a few writes that change nothing: everything that decides is read from the cluster.
struct MeshMemory: Sendable {
    /// What was set right after others changed it.
    var history = RewriteHistory()
    /// What the API server made of our values.
    var accepted: [ResourceID: AcceptedValues] = [:]
    /// What the API server refused for good.
    var refusals = RefusalMemory()
    /// The names it uses.
    var wanted: Set<ResourceID> = []
    /// Its objects that were there before.
    var known: Set<ResourceID> = []
    /// The components of the objects that were rendered last.
    var parts: [ResourceID: String] = [:]
    /// Whether something was changed on purpose since it was ready last.
    var isChanging = false
    /// When the status was written last.
    var statusWrittenAt: Duration?
    /// The version of the MeshOperator that the API server itself gave or confirmed, caches apart.
    var confirmedVersion: String?
    /// The versions of others' objects under our names that were read past the caches.
    var taken: [ResourceID: String] = [:]
    /// The MeshOperators that inject pods which this one would inject, and so keep it from being worked on.
    var injectors: Set<String> = []
    /// How many reconciles in a row failed.
    var failures = 0
    /// What is remembered of the rollout under way.
    var upgrade = UpgradeMemo()
    /// Whether a rollout is under way, or revisions wait for their retirement.
    var isMoving = false

    /// Takes in what was written at `now`.
    mutating func note(_ report: ExecutionReport, now: Timestamp) {
        for step in report.done {
            switch step {
            case .apply(let write):
                let mark = ContestMark(write.object)
                for contest in write.rewritten {
                    history.record(contest, now: now)
                    if mark.isOpen(contest.manager, now: now), !history.isContested(contest, now: now) {
                        history.recordFight(contest, now: now)
                    }
                }
                known.insert(step.id)
                if write.cause == .change || write.cause == .adopt { isChanging = true }
            case .delete:
                history.forget(step.id)
                known.remove(step.id)
            }
        }
        for (id, values) in report.accepted { accepted[id] = values.isEmpty ? nil : values }
    }
}

/// What is remembered of all MeshOperators.
typealias MeshMemories = ObjectMemories<MeshMemory>

extension ObjectMemories<MeshMemory> {
    /// The MeshOperators whose rollout is under way.
    var moving: [ObjectKey] { keys(where: \.isMoving) }

    /// The names that other MeshOperators than `object` render; nil as long as one of them was not rendered by this process.
    func names(besides object: KubeObject, in store: ObjectStore) -> Set<ResourceID>? {
        var names: Set<ResourceID> = []
        for other in store.objects() where other.uid != object.uid {
            let parts = of(other).parts
            guard !parts.isEmpty else { return nil }
            names.formUnion(parts.keys)
        }
        return names
    }

    /// The MeshOperators that another one keeps from being worked on, since it injects the same pods.
    func waiting(for injector: String) -> [ObjectKey] { keys { $0.injectors.contains(injector) } }

    /// The MeshOperators that use the name of an object.
    func users(of id: ResourceID) -> [ObjectKey] { keys { $0.wanted.contains(id) } }
}
