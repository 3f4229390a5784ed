internal import KubeAPI
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
    /// When the canary was seen last to get more than its step allows, as others had written it.
    var exposed: Timestamp?
    /// How many reconciles in a row others kept from coming to an end.
    var unsettled = 0
    /// How many reconciles in a row failed for want of an answer, or with one that time may heal.
    var failures = 0
    /// How far the way back was when it got further last.
    var returned: Returned?
    /// The way back, by when its rollout began its last step, that the status was to tell of before anything goes back.
    var announced: Timestamp?
    /// Whether this process has told event gates where the rollout stands.
    var hasTold = false
    /// Events to tell with the next status.
    var notes: [RolloutNote] = []
    /// The VirtualServices that the last look read or missed, delegates and those of other namespaces included: what changes of them concerns it.
    var watched: Set<ObjectKey> = []
    /// Whether the last look missed a Service, whose changes no watch tells of.
    var missesService = false
    /// Whether a promotion was written down that no status has told of.
    var hasPromoted = false

    /// When a step, known by when it began, had its share ready last.
    struct Settled: Sendable, Hashable {
        var began: Timestamp
        var last: Timestamp
    }

    /// How far a way back has got.
    struct Returned: Sendable, Hashable {
        /// When it began.
        var condemned: Timestamp
        /// The share that is not back, in percent.
        var share: Int
        /// How many replicas of the side that serves are ready.
        var ready: Int
        /// When it got there.
        var last: Timestamp
    }

    /// Takes in how far the way back is: any smaller share, and any replica more, is progress.
    ///
    /// - Returns: when there was progress last, or when the way back began.
    mutating func returned(_ condemned: Timestamp, share: Int, ready: Int, now: Timestamp) -> Timestamp {
        guard let old = returned, old.condemned == condemned else {
            returned = Returned(condemned: condemned, share: share, ready: ready, last: condemned)
            return condemned
        }
        guard share < old.share || ready > old.ready else { return old.last }
        returned = Returned(condemned: condemned, share: min(share, old.share), ready: max(ready, old.ready), last: now)
        return now
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
