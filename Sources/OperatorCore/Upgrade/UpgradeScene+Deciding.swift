internal import KubeAPI
internal import MeshAPI
package import RolloutEngine
internal import UpgradePlanning

extension UpgradeScene {
    /// What to do next.
    ///
    /// A promotion that has begun is carried through: what the gates say is asked no more.
    package func decide(_ observation: RolloutObservation) -> RolloutDecision {
        if stand.isPromoting, let slot = stand.target {
            return RolloutDecision(.finish, .completed, "making \(slot.name) the revision that tags lead to")
        }
        var decision = RolloutDecider(policy: policy, observation: observation, now: now).decide()
        let names = crowd?.moves.inMotion.prefix(3).map(\.id.description).joined(separator: ", ") ?? ""
        guard !names.isEmpty, observation.record?.verdict == nil else { return decision }
        switch decision.action {
        case .move: decision.message += "; waiting for \(names)"
        case .hold where decision.reason == .settling: decision.message += "; waiting for \(names)"
        case .condemn(var verdict) where verdict.cause == .progressDeadlineExceeded:
            verdict.message += "; not ready: \(names)"
            decision.action = .condemn(verdict)
            decision.message = verdict.message
        default: break
        }
        return decision
    }

    /// How things are to stand after a decision: the same where it writes nothing down.
    package func next(_ decision: RolloutDecision, _ plan: MeshPlan) -> UpgradeStand {
        if stand.isPromoting { return isPromoted(plan) ? stand.promoted() : stand }
        if decision.action == .restored { return stand.dismissing(rules: spec.upgrade, now: now) }
        return stand.after(decision, now: now)
    }

    /// Whether all that a promotion changes has changed.
    private func isPromoted(_ plan: MeshPlan) -> Bool {
        guard plan.steps.isEmpty, plan.stage == .settled, haveTagsArrived else { return false }
        return crowd?.movedNamespaces.isEmpty ?? true
    }

    /// The last moves of a promotion: namespaces get their own labels back once all tags lead to the new revision.
    package func settling(_ plan: MeshPlan) -> UpgradeTurn {
        guard plan.steps.isEmpty, haveTagsArrived, let crowd, let slot = stand.target else { return UpgradeTurn() }
        return crowd.settling(tags: composition.answering.merging([slot.name: slot.name]) { old, _ in old })
    }
}
