internal import KubeRuntime
internal import MeshBase

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
    /// How often routes at rest were put right.
    var restContest = ContestCount()
    /// Whether this process has told event gates where the rollout stands.
    var hasTold = false
    /// Events to tell with the next status.
    var notes: [(reason: String, note: String)] = []
}

/// What is remembered of all MeshRollouts.
typealias RolloutMemories = ObjectMemories<RolloutMemory>
