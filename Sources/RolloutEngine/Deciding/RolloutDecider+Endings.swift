internal import MeshBase

/// Checks that end a rollout before its time.
extension RolloutDecider {
    /// A rollout that was ended goes back, or waits for a person.
    func verdict(_ record: RolloutRecord) -> RolloutDecision? {
        guard let verdict = record.verdict else { return nil }
        let away = observation.parts.filter { $0.moved > 0 }
        if policy.rollback == .manual, !verdict.cause.goesBackByItself {
            if let why = observation.wishes.abort {
                guard !away.isEmpty else { return RolloutDecision(.restored, .rolledBack, verdict.message) }
                // Written down, so that the time of the way back counts from now and not from when it began to wait for a person.
                return condemn(.aborted, "\(why); before that: \(verdict.message)")
            }
            guard observation.wishes.isRetried, record.target == observation.target else {
                return RolloutDecision(.block, .failed, "\(verdict.message); abort or retry decides")
            }
            if let refusal { return refusal }
            return RolloutDecision(.enter(step: policy.place(of: record)), .moving, "tried again at \(place(record))")
        }
        if let last = away.last { return goingBack(record, "\(verdict.message); next to go back: \(last.name)") }
        if observation.wishes.isRetried, record.target == observation.target {
            if let refusal { return refusal }
            return RolloutDecision(.begin, .starting, "tried again from the start")
        }
        return RolloutDecision(.restored, .rolledBack, verdict.message)
    }

    /// Everything goes back for as long as it takes: what cannot keeps nothing else, and is told of, at the deadline as a failure.
    private func goingBack(_ record: RolloutRecord, _ message: String) -> RolloutDecision {
        let obstacle = observation.obstacle
        let told = obstacle.map { "\(message); \($0.message)" } ?? message
        if obstacle?.isPeoples == true { return RolloutDecision(.restore, .rollingBack, told) }
        if observation.wishes.isPaused { return RolloutDecision(.restore, .rollingBack, message) }
        let end = deadline(record)
        guard now < end else {
            let why = "nothing has gone back since \(end.advanced(by: .zero - policy.progressDeadline).rfc3339)"
            return RolloutDecision(.restore, .rollbackStalled, "\(told); \(why) (progressDeadline); it is tried on")
        }
        guard obstacle != nil else { return RolloutDecision(.restore, .rollingBack, message) }
        return RolloutDecision(.restore, .rollbackObstructed, told, until: end)
    }

    /// Another target than the one written down, or none at all, ends the rollout.
    func target(_ record: RolloutRecord) -> RolloutDecision? {
        guard record.target != observation.target else { return nil }
        let wanted = observation.target.map { "\($0) is wanted now" } ?? "it is no longer wanted"
        return condemn(.superseded, "the rollout of \(record.target) ends: \(wanted)")
    }

    /// A person, or a gate on a person's behalf, asks to go back, or others go back; heard even while paused.
    func abort(_ record: RolloutRecord) -> RolloutDecision? {
        if let why = observation.wishes.abort { return condemn(.aborted, why) }
        if let why = observation.groupFailure { return condemn(.groupFailed, why) }
        for gate in effectiveGates(record) {
            guard let last = gate.last, last.outcome == .rollBack else { continue }
            return condemn(.gateAsksToGoBack, "gate \(gate.name) asks to go back: \(last.message)")
        }
        return nil
    }

    /// Gates that failed, or could not be asked, too often; asked at any time of a step.
    func gateLimits(_ record: RolloutRecord) -> RolloutDecision? {
        guard !observation.wishes.isPromotedFully else { return nil }
        for gate in effectiveGates(record) {
            if gate.failures > policy.failureLimit {
                let last = gate.last?.message ?? ""
                let why = "gate \(gate.name) failed \(gate.failures) times at \(place(record)): \(last)"
                return condemn(.gateFailed, why)
            }
            if gate.errors > policy.errorLimit {
                let last = gate.last?.message ?? ""
                let why =
                    "gate \(gate.name) could not be asked \(gate.errors) times in a row at \(place(record)): \(last)"
                return condemn(.gateUnavailable, why)
            }
        }
        return nil
    }

    /// What is rolled out cannot come up.
    func targetFailure(_ record: RolloutRecord) -> RolloutDecision? {
        guard case .failed(let why) = observation.targetState else { return nil }
        return condemn(.targetFailed, why)
    }

    /// What others did makes requests fail: everything goes back, heard even while paused.
    func harm(_ record: RolloutRecord) -> RolloutDecision? {
        guard let trouble = observation.disturbance, trouble.isHarmful else { return nil }
        return condemn(.routeDeleted, trouble.message)
    }

    /// Writes down why everything goes back.
    func condemn(_ cause: RolloutRecord.Verdict.Cause, _ message: String) -> RolloutDecision {
        let isManual = policy.rollback == .manual && !cause.goesBackByItself
        return RolloutDecision(.condemn(.init(cause, message)), isManual ? .failed : .rollingBack, message)
    }

    /// The gates that count at the step written down.
    func effectiveGates(_ record: RolloutRecord) -> [GateState] {
        let names = step(record)?.gates
        return observation.gates.filter { !$0.isDryRun && names?.contains($0.name) ?? true }
    }
}
