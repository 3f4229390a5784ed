internal import KubeAPI
internal import MeshBase
internal import RolloutControl
internal import Synchronization

/// What is remembered of one MeshRollout between reconciles.
///
/// Losing it costs time: waits begin anew, and a message is told twice.
struct RolloutMemory: Sendable {
    /// The uid of the MeshRollout it is about.
    var uid: String?
    /// When routes were given back last.
    var routesRestored: Timestamp?
    /// When traffic was moved back to the promoted side last.
    var lastReturn: Timestamp?
    /// When a side was scaled last.
    var lastScaling: Timestamp?
    /// To how many replicas.
    var lastReplicas: Int?
    /// How often routes at rest were put right.
    var restContest = ContestCount()
    /// Events to tell with the next status.
    var notes: [RolloutNote] = []
    /// Whether a promotion was written down that no status has told of.
    var hasPromoted = false
}

/// What is remembered of all MeshRollouts.
final class RolloutMemories: Sendable {
    private let all = Mutex<[ObjectKey: RolloutMemory]>([:])

    /// What is remembered of `object`; nothing if it was about another one of its name.
    func of(_ object: KubeObject) -> RolloutMemory {
        all.withLock { all in
            if let memory = all[object.key], memory.uid == object.uid { return memory }
            var memory = RolloutMemory()
            memory.uid = object.uid
            return memory
        }
    }

    /// Changes what is remembered of `object`.
    func update(_ object: KubeObject, _ change: (inout RolloutMemory) -> Void) {
        var memory = of(object)
        change(&memory)
        all.withLock { $0[object.key] = memory }
    }

    /// Forgets a MeshRollout.
    func forget(_ key: ObjectKey) { all.withLock { $0[key] = nil } }
}
