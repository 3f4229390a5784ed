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
    /// Since when the canary has nothing ready; nil while it has.
    var canaryDown: Timestamp?
    /// When a step had its share ready last.
    var lastSettled: Settled?
    /// How often routes at rest were put right.
    var restContest = ContestCount()
    /// Whether this process has told event gates where the rollout stands.
    var hasTold = false
    /// Events to tell with the next status.
    var notes: [RolloutNote] = []
    /// Whether a promotion was written down that no status has told of.
    var hasPromoted = false

    /// When a step, known by when it began, had its share ready last.
    struct Settled: Sendable, Hashable {
        var began: Timestamp
        var last: Timestamp
    }

    /// Takes in whether a step has its share ready, or had it at the last look.
    ///
    /// A step is late that goes without that for too long, not one that began long ago: a replica that restarts late in a long hold ends
    /// no rollout. A process that finds a late step gives it one more deadline, since nobody remembers what was.
    ///
    /// - Returns: when the step had its share ready last, or began.
    mutating func settled(_ began: Timestamp, _ isSettled: Bool, deadline: Duration, now: Timestamp) -> Timestamp {
        if isSettled {
            lastSettled = Settled(began: began, last: now)
        } else if lastSettled?.began != began {
            lastSettled = Settled(began: began, last: now >= began + deadline ? now : began)
        }
        return lastSettled?.last ?? began
    }
}

/// What is remembered of all MeshRollouts.
typealias RolloutMemories = ObjectMemories<RolloutMemory>
