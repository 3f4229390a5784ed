internal import KubeAPI
internal import MeshAPI
internal import MeshBase
package import RolloutEngine
internal import UpgradePlanning

extension UpgradeScene {
    /// What to do next.
    ///
    /// A promotion that has begun is carried through: what the gates say is asked no more. Tags on their way arrive; from then on a pause
    /// keeps all else where it is. It is not aborted: what goes back afterwards is another rollout.
    package func decide(_ observation: RolloutObservation) -> RolloutDecision {
        if stand.isPromoting, let slot = stand.target {
            var message = "making \(slot.name) the revision that tags lead to"
            if wishes.abort != nil {
                message += "; \(RolloutNames.Command.lateAbort)"
            }
            if let awaited = tagNames.lazy.compactMap(tags.awaited).first { message += "; waiting for \(awaited)" }
            if isPromotionPaused {
                return RolloutDecision(.hold, .paused, "paused while \(message); tags have moved, the rest waits")
            }
            guard haveTagsArrived, let pending = crowd?.pendingFollowers, let first = pending.first,
                let end = patienceEnd
            else { return RolloutDecision(.finish, .completed, message) }
            let verb = pending.count == 1 ? "workload that follows a tag is" : "workloads that follow a tag are"
            let names = "\(pending.count) \(verb) restarted, \(first.id) next or under way"
            return RolloutDecision(.finish, .completed, "\(message); \(names)", until: now < end ? end : nil)
        }
        var decision = RolloutDecider(policy: policy, observation: observation, now: now).decide()
        if decision.reason == .paused, let refusal = stand.course.refusal {
            // A wish that makes no sense holds it, which no `resume` ends.
            decision.reason = .refused
            decision.message = "\(decision.message); spec.version is not followed: \(refusal.description)"
                .replacing("paused at", with: "held at", maxReplacements: 1)
        }
        if decision.action == .restore, let awaited = crowd?.back(now: now).awaited, !awaited.isEmpty {
            decision.message += "; waiting for \(Self.few(awaited))"
        }
        guard let crowd, !crowd.moves.inMotion.isEmpty, observation.record?.verdict == nil else { return decision }
        let new = crowd.sides.new
        let awaited = Self.few(crowd.moves.inMotion) { $0.trouble(with: new) }
        switch decision.action {
        case .move: decision.message += "; waiting for \(awaited)"
        case .hold where decision.reason == .settling: decision.message += "; waiting for \(awaited)"
        case .condemn(var verdict) where verdict.cause == .progressDeadlineExceeded:
            // Afterwards nobody can look any more: what is condemned is taken down.
            verdict.message += "; not ready: \(Self.few(crowd.moves.inMotion) { $0.cause(with: new) })"
            decision.action = .condemn(verdict)
            decision.message = verdict.message
        default: break
        }
        return decision
    }

    /// Up to three by name, and how many more there are.
    private static func few(_ ids: [ResourceID]) -> String {
        let shown = ids.prefix(3).map(\.description).joined(separator: ", ")
        return ids.count > 3 ? "\(shown) and \(ids.count - 3) more" : shown
    }

    /// Up to three by name, each with why it is not up where that is known, and how many more there are.
    private static func few(_ workloads: [MeshWorkload], why: (MeshWorkload) -> String?) -> String {
        let shown = workloads.prefix(3).map { workload in
            "\(workload.id)\(why(workload).map { " (\($0))" } ?? "")"
        }
        let names = shown.joined(separator: ", ")
        return workloads.count > 3 ? "\(names) and \(workloads.count - 3) more" : names
    }

    /// How things are to stand after a decision: the same where it writes nothing down.
    package func next(_ decision: RolloutDecision, _ plan: MeshPlan) -> UpgradeStand {
        if stand.isPromoting { return !isPromotionPaused && isPromoted(plan) ? stand.promoted() : stand }
        if decision.action == .restored { return stand.dismissing(rules: spec.upgrade, now: now) }
        return stand.after(decision, policy, now: now)
    }

    /// Whether people keep a promotion from going on, which they can once tags have arrived: half moved they would lead nowhere.
    private var isPromotionPaused: Bool { wishes.isPaused && stand.course.refusal == nil && haveTagsArrived }

    /// Whether all that a promotion changes has changed.
    private func isPromoted(_ plan: MeshPlan) -> Bool {
        guard plan.steps.isEmpty, plan.stage == .settled, haveTagsArrived else { return false }
        guard let crowd else { return true }
        guard crowd.movedNamespaces.isEmpty, crowd.movedOwners.isEmpty, LabelsByHand(crowd).leaving.isEmpty else {
            return false
        }
        return crowd.pendingFollowers.isEmpty && crowd.markedOwners.isEmpty || patienceEnd.map { now >= $0 } ?? true
    }

    /// Until when a promotion waits for workloads that follow a tag: those that are not restarted by then hold the old revision.
    ///
    /// The time of a pause does not count.
    private var patienceEnd: Timestamp? {
        let promoted = stand.target.flatMap { stand.marks[$0.name]?.promoted }
        return promoted.map { max($0, released ?? $0) + policy.progressDeadline }
    }

    /// The last moves of a promotion: namespaces get their own labels back once all tags lead to the new revision, and workloads that
    /// follow a tag by their own label are restarted.
    package func settling(_ plan: MeshPlan) -> UpgradeTurn {
        guard plan.steps.isEmpty, haveTagsArrived, !isPromotionPaused, let crowd, let slot = stand.target else {
            return UpgradeTurn()
        }
        var turn = crowd.settling(tags: composition.answering.merging([slot.name: slot.name]) { old, _ in old })
        let following = crowd.following(now: now)
        turn.writes += following.writes
        turn.awaited = following.awaited
        return turn
    }
}
