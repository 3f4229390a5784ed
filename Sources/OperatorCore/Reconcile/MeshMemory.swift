internal import KubeAPI
internal import KubeRuntime
internal import MeshBase
internal import Synchronization

/// What is remembered of one MeshOperator between reconciles.
///
/// Losing it costs at most a few writes that change nothing: everything that decides is read from the cluster.
struct MeshMemory: Sendable {
    /// The uid of the MeshOperator it is about.
    var uid: String?
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
    /// Whether something was changed on purpose since it was ready last.
    var isChanging = false
    /// When the status was written last.
    var statusWrittenAt: Duration?
    /// The version of the MeshOperator that the API server itself gave or confirmed, caches apart.
    var confirmedVersion: String?
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
final class MeshMemories: Sendable {
    private let all = Mutex<[ObjectKey: MeshMemory]>([:])

    /// What is remembered of `object`; nothing if it was about another one of its name.
    func of(_ object: KubeObject) -> MeshMemory {
        all.withLock { all in
            if let memory = all[object.key], memory.uid == object.uid { return memory }
            var memory = MeshMemory()
            memory.uid = object.uid
            return memory
        }
    }

    /// Changes what is remembered of `object`.
    func update(_ object: KubeObject, _ change: (inout MeshMemory) -> Void) {
        var memory = of(object)
        change(&memory)
        all.withLock { $0[object.key] = memory }
    }

    /// Forgets a MeshOperator.
    func forget(_ key: ObjectKey) {
        all.withLock { $0[key] = nil }
    }

    /// The MeshOperators whose rollout is under way.
    var moving: [ObjectKey] {
        all.withLock { all in all.filter(\.value.isMoving).map(\.key).sorted() }
    }

    /// The MeshOperators that use the name of an object.
    func users(of id: ResourceID) -> [ObjectKey] {
        all.withLock { all in all.filter { $0.value.wanted.contains(id) }.map(\.key).sorted() }
    }
}
