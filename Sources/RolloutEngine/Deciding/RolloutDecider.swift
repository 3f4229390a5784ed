package import MeshBase

/// Decides the next move of a rollout: a function of its rules, of what is observed, and of the time.
///
/// It is asked again and again, after every event and every write, and each answer is one small action. The checks stand in
/// ``checks`` in the order in which they are asked; the first that has something to say decides.
package struct RolloutDecider: Sendable {
    /// The rules.
    package let policy: RolloutPolicy
    /// What is observed.
    package let observation: RolloutObservation
    /// The time.
    package let now: Timestamp

    /// Makes a decider.
    package init(policy: RolloutPolicy, observation: RolloutObservation, now: Timestamp) {
        self.policy = policy
        self.observation = observation
        self.now = now
    }

    /// The next move.
    package func decide() -> RolloutDecision {
        guard let record = observation.record else { return start() }
        for check in Self.checks {
            if let decision = check(self)(record) { return decision }
        }
        return next(record)
    }

    /// What ends or stops a rollout that is past its last step and is being made final: another target, a person; nil to go on.
    ///
    /// Gates and shares have nothing to say any more, since all has moved.
    package func interruption() -> RolloutDecision? {
        guard let record = observation.record, record.verdict == nil else { return nil }
        return target(record) ?? abort(record) ?? pause(record)
    }

    /// Whether every part has exactly its share of the step written down, up and healthy.
    package var isSettled: Bool {
        guard let record = observation.record, record.verdict == nil, step(record) != nil else { return false }
        let weight = weight(record)
        guard observation.disturbance == nil else { return false }
        return observation.parts.allSatisfy { part in
            part.moved == part.need(at: weight) && part.settled >= part.moved
        }
    }

    /// One question; nil when it has nothing to say.
    typealias Check = @Sendable (RolloutDecider) -> (RolloutRecord) -> RolloutDecision?

    /// The questions asked of a rollout under way, in order.
    static let checks: [Check] = [
        { $0.verdict }, { $0.target }, { $0.abort }, { $0.gateLimits }, { $0.targetFailure }, { $0.harm }, { $0.pause },
        { $0.changedSteps }, { $0.disturbance }, { $0.preparation }, { $0.excess }, { $0.share }, { $0.settling },
        { $0.hold }, { $0.approval }, { $0.gates },
    ]

    /// The step written down; nil while the new side is being prepared.
    func step(_ record: RolloutRecord) -> RolloutStep? {
        let place = policy.place(of: record)
        return place < 0 ? nil : policy.steps[place]
    }

    /// The share of the step written down, or what an edit of the steps has left before the first one.
    func weight(_ record: RolloutRecord) -> Int { step(record)?.weight ?? policy.weight(of: record) }

    /// When the present step has gone on too long without progress.
    func deadline(_ record: RolloutRecord) -> Timestamp {
        max(record.began, observation.progressed ?? record.began) + policy.progressDeadline
    }

    /// `Step 2 of 4 (25%)`.
    func place(_ record: RolloutRecord) -> String {
        guard let step = step(record) else { return "the start" }
        return "step \(policy.place(of: record) + 1) of \(policy.steps.count) (\(step.weight)%)"
    }

    // MARK: Ends of a chain

    /// What to do where nothing is written down.
    private func start() -> RolloutDecision {
        guard observation.target != nil else {
            return RolloutDecision(.rest, .nothingToDo, "nothing to roll out")
        }
        if let decision = takenUp() { return decision }
        if observation.wishes.isPaused { return RolloutDecision(.hold, .paused, "paused before the start") }
        if let trouble = observation.disturbance {
            return RolloutDecision(.hold, trouble.reason, trouble.message, until: trouble.until)
        }
        if let refusal { return refusal }
        return RolloutDecision(.begin, .starting, "preparing \(observation.target ?? "")")
    }

    /// A rollout that is found under way without a record; nil where nothing has moved.
    private func takenUp() -> RolloutDecision? {
        let place = StepInference(policy, gates: observation.gates).place(of: observation.parts)
        guard place.step >= 0 else { return nil }
        let name = "step \(place.step + 1) of \(policy.steps.count)"
        guard place.isCut else {
            return RolloutDecision(
                .enter(step: place.step),
                .moving,
                "found under way without a record; taken up at \(name)"
            )
        }
        let weight = policy.steps[place.step].weight
        let message =
            "more has moved than \(name) (\(weight)%) allows, and no record tells that its hold is over, it was approved and its gates passed; it is taken up there"
        return RolloutDecision(.enter(step: place.step), .movedByHand, message)
    }

    /// A check that keeps a rollout from starting, or from being tried again.
    var refusal: RolloutDecision? {
        guard let first = observation.refusals.first else { return nil }
        let rest = observation.refusals.count - 1
        return RolloutDecision(.block, .refused, rest > 0 ? "\(first) (and \(rest) more)" : first)
    }

    /// What follows a step that is done.
    private func next(_ record: RolloutRecord) -> RolloutDecision {
        let following = record.step + 1
        guard following < policy.steps.count else {
            return RolloutDecision(.finish, .completed, "all steps are done")
        }
        let before = record.step < 0 ? "what is rolled out is up" : "\(place(record)) is done"
        return RolloutDecision(
            .enter(step: following),
            .stepDone,
            "\(before); going to \(policy.steps[following].weight)%"
        )
    }
}
