internal import MeshAPI
internal import RolloutEngine

/// Keeps a rollout from going forward by itself while the side that serves has nothing ready.
///
/// Its share stays where it is: to send all users to a version that has not passed its steps is a decision, which a person may take.
struct StableWatch: Sendable {
    /// The type of the condition, and the reason of the Event.
    static let reason = "StableDown"

    private let world: RolloutWorld

    init(_ world: RolloutWorld) {
        self.world = world
    }

    /// What is wrong with the side that serves while traffic moves; nil while it is up, or gets nothing.
    var text: String? {
        guard let written = world.routeRecord, written.record.verdict == nil, !written.isPromoting,
            !world.isFinishing, world.share < 100, world.stable.readyNow == 0
        else { return nil }
        let stable = world.stable
        let share = "which gets \(100 - world.share)%"
        guard stable.object != nil || stable.wanted > 0 else {
            let kind = world.spec.workloadKind.rawValue
            let name = world.stableSpec.name.map { "\(kind) \($0)" } ?? "the \(kind) of version \(stable.version)"
            return "\(name), \(share), is not there (0/0 ready)"
        }
        let why = stable.trouble.map { ": \($0)" } ?? ""
        return "\(stable.title), \(share), has no ready replicas (\(stable.readyNow)/\(stable.wanted))\(why)"
    }

    /// A decision that goes to another step only where a person has asked for that; others say what is wrong as well.
    func held(_ decision: RolloutDecision, _ wishes: RolloutObservation.Wishes) -> RolloutDecision {
        guard let text, let record = world.routeRecord?.record else { return decision }
        var decision = decision
        switch decision.action {
        case .enter where decision.reason == .stepDone, .finish:
            if wishes.isPromotedFully || wishes.promotedStep == record.step { return decision }
            let message =
                "\(text); bring it up, or have a person move its requests on (meshctl rollout promote), which nothing does unasked"
            return RolloutDecision(.hold, .obstructed, message)
        case .hold: decision.message += "; \(text)"
        default: break
        }
        return decision
    }
}
