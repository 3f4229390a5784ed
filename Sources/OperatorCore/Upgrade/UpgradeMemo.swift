internal import KubeAPI
internal import MeshAPI
internal import MeshBase
internal import RolloutControl
internal import RolloutEngine

/// What is remembered of a rollout between looks.
///
/// Losing it costs time, and skips nothing: what a status still tells is taken up, and the rest starts anew.
struct UpgradeMemo: Sendable {
    /// The rollout it is about.
    private(set) var record: RolloutRecord?
    /// Where the rollout stood last; nil before the first look of this process.
    private(set) var progress: RolloutProgress?
    /// When there was progress last, or when the step wanted nothing last.
    private(set) var progressed: Timestamp?
    /// When people, or the want of anybody who looks, kept the rollout from going on last; nil for never.
    private(set) var released: Timestamp?
    /// The record of the way back that the status was to tell of before anything goes back.
    var announced: RolloutRecord?
    /// What was found out before the start.
    var findings: UpgradeFindings?
    /// When namespaces that somebody else had labelled got another label last.
    private var relabelled: [ResourceID: Timestamp] = [:]
    /// When the label of what has moved was put back last.
    private var setRight: [ResourceID: Timestamp] = [:]
    private var counts: [Int] = []
    private var awaited = RolloutObservation.TargetState.ready
    private var looked: Timestamp?

    /// A longer time without a look is one in which nothing could get on: writes were held, or nobody was there.
    private static let absence = Duration.seconds(60)

    /// Adds what is remembered to what is observed; gives the gates of the step.
    mutating func complete(
        _ observation: inout RolloutObservation,
        _ scene: UpgradeScene,
        status: RolloutProgress
    ) -> GateBook {
        let now = scene.now
        let told = progress ?? status
        if isSameWayBack(observation.record) {
            record = observation.record
        } else if record != observation.record {
            record = observation.record
            progressed = now
            counts = []
        }
        var kept = told.kept(by: observation.record, now: now)
        let isSettled = RolloutDecider(policy: scene.policy, observation: observation, now: now).isSettled
        note(observation, isSettled: isSettled, told: told.reason, now)
        observation.progressed = progressed
        kept.settledSince = isSettled ? (kept.settledTime ?? now).rfc3339Micro : nil
        observation.settledSince = kept.settledTime
        observation.gatesSince = kept.gatesAwaited(
            by: observation.record,
            scene.spec.upgrade.analysis,
            now: now
        )
        progress = kept
        let step = observation.record?.step ?? -1
        let isLast = step >= scene.policy.steps.count - 1
        return GateBook(scene.spec.upgrade.analysis, progress: kept, isLastStep: isLast)
    }

    /// Leaves out new labels of what somebody labels again and again, one a minute each; and restarts in such namespaces before the
    /// label has stayed for a minute, since pods would come up with the other revision again.
    mutating func paced(_ writes: [UpgradeWrite], now: Timestamp) -> [UpgradeWrite] {
        relabelled = relabelled.filter { now - $0.value < UpgradeCrowd.patience }
        setRight = setRight.filter { now - $0.value < UpgradeCrowd.patience }
        let young = Set(relabelled.keys.map(\.key.name))
        let due = writes.filter { write in
            switch write.verb {
            case "release": relabelled[write.id] == nil
            case "relabel": setRight[write.id] == nil
            case "restart": !young.contains(write.id.key.namespace ?? "")
            default: true
            }
        }
        for write in due where write.verb == "release" { relabelled[write.id] = now }
        for write in due where write.verb == "relabel" { setRight[write.id] = now }
        return due
    }

    /// Whether everything goes back as it did before, be it for another reason by now: that is no progress.
    private func isSameWayBack(_ other: RolloutRecord?) -> Bool {
        guard var known = record, let other, known.verdict != nil, other.verdict != nil else { return false }
        known.verdict = other.verdict
        return known == other
    }

    /// Keeps where the rollout stands after a decision.
    mutating func conclude(_ draft: ProgressDraft) { progress = draft.progress }

    /// Any change of the counts is progress; a loss that is made good again is too, but not for ever, since a step's share is.
    ///
    /// A step that has its share ready wants nothing: its deadline runs from when it loses that, however long it has held.
    private mutating func note(
        _ observation: RolloutObservation,
        isSettled: Bool,
        told reason: String,
        _ now: Timestamp
    ) {
        let present = observation.parts.flatMap { [$0.moved, $0.settled] }
        defer { (counts, awaited, looked) = (present, observation.targetState, now) }
        // What waits for people, for a window or for the operator itself is not what the deadline is about.
        let obstacle = observation.obstacle
        let isHeld = observation.wishes.isPaused || obstacle?.until != nil || obstacle?.isPeoples == true
        let isAbsent = looked.map { now - $0 > Self.absence }
        // A pause that ended while nobody looked is known from the status.
        let held: [RolloutDecision.Reason] = [.paused, .refused]
        let wasPaused = held.contains { $0.rawValue == reason }
        if observation.wishes.isPaused || isAbsent ?? wasPaused { released = now }
        if isHeld || isAbsent ?? true || isSettled && observation.targetState == .ready { progressed = now }
        guard present.count == counts.count else {
            progressed = progressed ?? now
            return
        }
        let isGoingBack = observation.record?.verdict != nil
        let isFurther = zip(present, counts).contains { isGoingBack ? $0 < $1 : $0 > $1 }
        let hasComeUp = observation.targetState == .ready && awaited != .ready
        if isFurther || hasComeUp || progressed == nil { progressed = now }
    }
}
