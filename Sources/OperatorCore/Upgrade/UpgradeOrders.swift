internal import MeshAPI
internal import RolloutControl
internal import RolloutEngine

/// Orders of people that steer nothing any more, or nothing yet: they are taken off, so that they do not steer what comes next.
struct UpgradeOrders: Sendable, Hashable {
    /// The annotations to take off.
    private(set) var names: [String] = []
    /// What an Event says of it; nil where the orders were obeyed, or another Event tells.
    private(set) var note: RolloutNote?

    /// The reason of the Event that tells of an abort which came once a promotion had begun.
    static let abortTooLate = "AbortTooLate"

    /// Finds them among the annotations of the MeshOperator; `next` is how things are to stand after the decision.
    init(_ scene: UpgradeScene, _ decision: RolloutDecision, next: UpgradeStand, annotations: [String: String]) {
        let present = RolloutCommands.spent.filter { annotations[$0] != nil }
        guard !present.isEmpty else { return }
        let given = RolloutCommands.given(in: annotations)
        let (stand, commands) = (scene.stand, RolloutCommands(annotations: annotations))
        if stand.record != nil && next.record == nil || stand.isFailureOver {
            names = present
            guard stand.isPromoting, scene.wishes.abort != nil else { return }
            let name = stand.target?.name ?? "the new revision"
            let text = "\(name) is being made the revision that tags lead to; \(RolloutNames.Command.lateAbort)"
            note = RolloutNote(.warning, Self.abortTooLate, text)
            return
        }
        if decision.reason == .stepsChanged {
            names = commands.aboutSteps
            return
        }
        switch decision.action {
        case .rest where stand.record == nil:
            refuse(given, "no rollout is under way that could be steered")
        case .begin where stand.record == nil:
            let what = "the rollout to \(stand.wanted ?? "") has not begun yet, and this was there before"
            refuse(given.filter { $0 == RolloutNames.Command.abort }, "\(what); abort it again once it has")
        case .restored:
            // Those that came in time have been obeyed; the next attempt asks anew.
            names = present.filter { RolloutCommands.late.contains($0) }
        default:
            guard let record = stand.record, record.verdict == nil, !stand.isPromoting else { return }
            let others = commands.bound(toOthersThan: record.target, ahead: stand.course.hops)
            refuse(others, "the rollout under way is to \(record.target), not to what stands behind the @")
        }
    }

    private mutating func refuse(_ names: [String], _ why: String) {
        guard !names.isEmpty else { return }
        self.names = names
        note = RolloutNote.refused(names, why)
    }
}
