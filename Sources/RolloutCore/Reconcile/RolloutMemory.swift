internal import KubeRuntime
internal import MeshBase
internal import RolloutControl

/// What is remembered of one MeshRollout between reconciles.
///
/// Losing it costs time: waits begin anew, and a message is told twice.
struct RolloutMemory: Sendable {
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
    /// Whether this process has told event gates where the rollout stands.
    var hasTold = false
    /// Events to tell with the next status.
    var notes: [RolloutNote] = []
    /// Whether a promotion was written down that no status has told of.
    var hasPromoted = false
}

/// What is remembered of all MeshRollouts.
typealias RolloutMemories = ObjectMemories<RolloutMemory>
