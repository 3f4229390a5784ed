internal import DataTree
internal import KubeAPI
internal import MeshAPI
internal import MeshBase
internal import RolloutControl
internal import RolloutEngine

/// What one reconcile knows and has come to.
struct RolloutRun: Sendable {
    /// The MeshRollout as it was when the reconcile began.
    let object: KubeObject
    /// What is wanted.
    let spec: MeshRolloutSpec
    /// What people ask for.
    let commands: RolloutCommands
    /// The status, as far as it has come.
    var progress: RolloutProgress
    /// When a pause ended last; a step is not late for the time of a pause.
    let resumed: Timestamp?
    /// Whether the MeshRollout itself was written, so that its status has to wait for the next reconcile.
    var hasWrittenOwn = false
    /// How often somebody else was first with a write.
    var collisions = 0
    /// When to look again at the latest.
    var again: Timestamp?
    /// How long it rests at least once the status tells what has come of it so far.
    var leastRest = Duration.seconds(1)
    /// Who keeps changing what, as a sentence; nil for nobody.
    var fight: String?
    /// Whether the canary gets nothing for now, since it has nothing ready.
    var isWithdrawn = false
    /// Why it stood where it did, by the status.
    private let told: RolloutDecision.Reason?
    /// The step and the target of a rollout that the status says goes forward; nil for none.
    let wasAt: (step: Int, target: String)?
    /// Whether the status says that everything goes back.
    var wasGoingBack: Bool { told?.isGoingBack == true }
    /// Whether traffic was being moved when the status was written last.
    let wasUnderWay: Bool
    /// Whether routes and subsets were there when the status was written last.
    let hadRoutes: Bool

    init(object: KubeObject, spec: MeshRolloutSpec, now: Timestamp) {
        self.object = object
        self.spec = spec
        commands = RolloutCommands(annotations: object.annotations)
        let status = MeshRolloutStatus(lenient: object.tree["status"] ?? .null)
        progress = status.progress
        told = RolloutDecision.Reason(rawValue: status.progress.reason)
        let isInStep = status.progress.step > 0
        let isForward = [.preparing, .progressing, .promoting, .paused].contains(status.phase) && told != .routeDeleted
        wasAt = isForward && isInStep ? status.progress.target.map { (status.progress.step, $0) } : nil
        // A failure that waits for a person leaves everything where it is.
        let isStuck = status.phase == .failed && (told == .rollbackStalled || told == .failed)
        switch status.phase {
        case .preparing?, .progressing?, .promoting?, .rollingBack?: wasUnderWay = true
        case .paused?: wasUnderWay = isInStep
        case .pending?, .failed?, .idle?, .completed?, .rolledBack?, nil: wasUnderWay = isStuck
        }
        switch status.phase {
        case .idle?, .completed?, .rolledBack?: hadRoutes = true
        default: hadRoutes = wasUnderWay
        }
        let pause = status.condition(.paused)
        let ended = pause.flatMap { Timestamp(rfc3339: $0.lastTransitionTime) }.flatMap { $0 <= now ? $0 : nil }
        resumed = pause?.state == .yes ? now : ended
    }

    /// How long a share may be off without beginning its hold anew once it is put back.
    static let interruptionLimit = Duration.seconds(60)

    /// Takes the time during which a share was off away from what its hold has lasted; after a longer one the hold begins anew.
    ///
    /// A crash before the status is written gives that time back, which is less than ``interruptionLimit``.
    ///
    /// - Parameters:
    ///   - start: when somebody changed it, to the second; nil where nobody knows.
    ///   - end: when it was put back.
    mutating func interrupt(from start: Timestamp?, to end: Timestamp) {
        guard let settled = progress.settledTime, let start, start <= end, end - start <= Self.interruptionLimit else {
            progress.settledSince = nil
            return
        }
        let off = max(.seconds(1), end - max(start, settled))
        progress.settledSince = min(end, settled + off).rfc3339Micro
    }

    /// Says what the way back waits for; beside why it gets no further, where the decision says that.
    mutating func wait(for what: String) {
        let isPlain = progress.reason == RolloutDecision.Reason.rollingBack.rawValue
        progress.waitingFor = RolloutText.fit(isPlain ? what : "\(what); \(progress.waitingFor)")
    }

    /// Looks again at `time`, or earlier.
    mutating func lookAgain(at time: Timestamp?) {
        guard let time else { return }
        again = again.map { min($0, time) } ?? time
    }
}

/// How one look at the world ended.
enum RolloutPass: Sendable {
    /// Something was written: look again.
    case wrote
    /// Nothing is left to write.
    case rests(RolloutOutcome)
}

/// What a reconcile came to, for the status.
struct RolloutOutcome: Sendable {
    /// The world as it was at the end.
    var world: RolloutWorld
    /// The decision.
    var decision: RolloutDecision
    /// Where the rollout stands, in one word.
    var phase: RolloutPhase
}
