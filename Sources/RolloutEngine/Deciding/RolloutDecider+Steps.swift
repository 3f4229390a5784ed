internal import MeshBase

/// Checks along the way through a step.
extension RolloutDecider {
    /// A pause keeps everything where it is.
    func pause(_ record: RolloutRecord) -> RolloutDecision? {
        guard observation.wishes.isPaused else { return nil }
        return RolloutDecision(.hold, .paused, "paused at \(place(record))")
    }

    /// In other steps than those that are written down the place is taken anew, and what is asked at it is asked anew.
    func changedSteps(_ record: RolloutRecord) -> RolloutDecision? {
        guard !policy.isCurrent(record), let plan = record.plan else { return nil }
        let before = record.step < 0 ? "the start (\(plan.weight)%)" : "step \(record.step + 1) (\(plan.weight)%)"
        let message =
            "the steps have changed at \(before); it goes on at \(place(record)), approvals and promotions of steps are to "
            + "be given anew"
        return RolloutDecision(.enter(step: policy.place(of: record)), .stepsChanged, message)
    }

    /// What others did keeps everything where it is, for no longer than a step may take.
    func disturbance(_ record: RolloutRecord) -> RolloutDecision? {
        guard let trouble = observation.disturbance else { return nil }
        let end = trouble.since + policy.progressDeadline
        if now >= end {
            return condemn(.progressDeadlineExceeded, "\(trouble.message); \(place(record)) has waited too long")
        }
        let again = trouble.until.map { min($0, end) } ?? end
        return RolloutDecision(.hold, trouble.reason, "\(place(record)): \(trouble.message)", until: again)
    }

    /// Nothing moves before what is rolled out is up, nor while it is not.
    func preparation(_ record: RolloutRecord) -> RolloutDecision? {
        guard case .waiting(let awaited) = observation.targetState else { return nil }
        let end = deadline(record)
        if now >= end {
            return condemn(.progressDeadlineExceeded, "still waiting for \(awaited) at \(place(record)), too long")
        }
        return RolloutDecision(.hold, .preparing, "waiting for \(awaited)", until: end)
    }

    /// More has moved than the step allows: it goes back to the step's share.
    func excess(_ record: RolloutRecord) -> RolloutDecision? {
        let weight = weight(record)
        guard let part = observation.parts.first(where: { $0.moved > $0.need(at: weight) }) else { return nil }
        let message =
            "\(part.name): \(part.moved) of \(part.total) have moved, \(place(record)) allows "
            + "\(part.need(at: weight)); somebody else moved them, they go back"
        return RolloutDecision(.move, .movedByHand, message)
    }

    /// The share of the step is moved, unless something stands in the way.
    func share(_ record: RolloutRecord) -> RolloutDecision? {
        let weight = weight(record)
        guard let part = observation.parts.first(where: { $0.moved < $0.need(at: weight) }) else { return nil }
        let end = deadline(record)
        let count = "\(part.name): \(part.moved) of \(part.need(at: weight)) moved"
        if let obstacle = observation.obstacle {
            if now >= end, obstacle.until == nil, !obstacle.isPeoples {
                let why = "\(count) at \(place(record)), no progress: \(obstacle.message)"
                return condemn(.progressDeadlineExceeded, why)
            }
            let again = obstacle.until ?? (obstacle.isPeoples ? nil : end)
            return RolloutDecision(.hold, .obstructed, "\(count): \(obstacle.message)", until: again)
        }
        if now >= end {
            return condemn(.progressDeadlineExceeded, "\(count) at \(place(record)), no progress in time")
        }
        return RolloutDecision(.move, .moving, count, until: end)
    }

    /// What has moved has to be up.
    func settling(_ record: RolloutRecord) -> RolloutDecision? {
        let weight = weight(record)
        guard let part = observation.parts.first(where: { $0.settled < $0.need(at: weight) }) else { return nil }
        let end = deadline(record)
        let count = "\(part.name): \(part.settled) of \(part.need(at: weight)) ready"
        if now >= end {
            return condemn(.progressDeadlineExceeded, "\(count) at \(place(record)), no progress in time")
        }
        return RolloutDecision(.hold, .settling, count, until: end)
    }

    /// The step stays for its time, counted from when its share was reached.
    func hold(_ record: RolloutRecord) -> RolloutDecision? {
        guard let step = step(record), case .duration(let time) = step.hold, time > .zero else { return nil }
        guard !observation.wishes.isPromotedFully, observation.wishes.promotedStep != record.step else { return nil }
        let end = (observation.settledSince ?? now) + time
        guard now < end else { return nil }
        return RolloutDecision(.hold, .holding, "\(place(record)) holds until \(end.rfc3339)", until: end)
    }

    /// A step that asks for a person waits for one; passing over its hold is no approval, only a full promotion is.
    ///
    /// Where an edit has left no step as small as what has moved, a person says whether the first one may be entered.
    func approval(_ record: RolloutRecord) -> RolloutDecision? {
        guard !observation.wishes.isPromotedFully, !observation.wishes.approvedSteps.contains(record.step) else {
            return nil
        }
        guard let step = step(record) else {
            guard record.isDisplaced, let first = policy.steps.first else { return nil }
            let weight = weight(record)
            let smaller = weight > 0 ? "a step of at most \(weight)%" : "a step without a share"
            let message =
                "the steps have changed: the first one asks for \(first.weight)%, and \(weight)% have moved; it stays there until "
                + "approved, or until \(smaller) stands before"
            return RolloutDecision(.hold, .awaitingApproval, message)
        }
        guard step.hold == .untilApproved || step.needsApproval else { return nil }
        return RolloutDecision(.hold, .awaitingApproval, "\(place(record)) waits for approval")
    }

    /// Every gate must have passed since the share was reached, often enough in a row, its last answer included.
    func gates(_ record: RolloutRecord) -> RolloutDecision? {
        guard step(record) != nil, !observation.wishes.isPromotedFully else { return nil }
        for gate in effectiveGates(record) {
            guard let last = gate.last, let since = observation.settledSince, last.taken >= since else {
                return RolloutDecision(.hold, .awaitingGate, "\(place(record)) waits for gate \(gate.name)")
            }
            if last.outcome == .passed {
                guard gate.passes < policy.successes else { continue }
                let count = "\(gate.passes) of \(policy.successes) times in a row"
                return RolloutDecision(.hold, .awaitingGate, "\(place(record)): gate \(gate.name) passed \(count)")
            }
            return undecided(gate, last, record)
        }
        return nil
    }

    /// A gate that has not passed holds the step: one that gives no verdict for no longer than a step may go without progress, one that
    /// confirms for as long as it does not.
    private func undecided(_ gate: GateState, _ last: GateReading, _ record: RolloutRecord) -> RolloutDecision {
        let message = "\(place(record)): gate \(gate.name): \(last.message)"
        guard last.outcome == .inconclusive, !gate.mayWithhold, let since = observation.gatesSince else {
            return RolloutDecision(.hold, .awaitingGate, message)
        }
        let end = since + policy.progressDeadline
        guard now < end else {
            let why = "gate \(gate.name) gave no verdict in time at \(place(record)): \(last.message)"
            return condemn(.progressDeadlineExceeded, why)
        }
        let bounded = "\(message); it has until \(end.rfc3339) (progressDeadline)"
        return RolloutDecision(.hold, .awaitingGate, bounded, until: end)
    }
}
