package import MeshAPI
package import MeshBase
package import RolloutEngine

/// Says in a status where a rollout stands: a function of what was said before, of what is observed, and of the decision.
package struct ProgressDraft: Sendable, Hashable {
    private let previous: RolloutProgress
    private let policy: RolloutPolicy
    private let observation: RolloutObservation
    private let decision: RolloutDecision
    private let now: Timestamp

    /// Makes a draft of the status after `decision`, taken at `now` on `observation`.
    package init(
        previous: RolloutProgress,
        policy: RolloutPolicy,
        observation: RolloutObservation,
        decision: RolloutDecision,
        now: Timestamp
    ) {
        self.previous = previous
        self.policy = policy
        self.observation = observation
        self.decision = decision
        self.now = now
    }

    /// The status.
    ///
    /// - `since` stays while the reason and the step stay, whatever numbers the message shows.
    /// - `settledSince` stays while every part has its share, and is empty as soon as one has not or another step is entered.
    package var progress: RolloutProgress {
        var result = RolloutProgress()
        result.step = step
        result.steps = policy.steps.count
        result.weight = weight
        let isInStep = policy.steps.indices.contains(step - 1)
        result.stepWeight = isInStep ? policy.steps[step - 1].weight : nil
        result.target = observation.record?.target ?? observation.target
        result.reason = decision.reason.rawValue
        result.waitingFor = RolloutText.fit(decision.message)
        let isSame = previous.reason == result.reason && previous.step == result.step
        result.since = (isSame ? previous.since : nil) ?? now.rfc3339
        result.until = decision.until.map(\.rfc3339)
        result.settledSince = settledSince?.rfc3339Micro
        result.gates = gates
        return result
    }

    private var step: Int {
        switch decision.action {
        case .enter(let step): step + 1
        case .begin: 0
        default: min(policy.steps.count, (observation.record?.step ?? -1) + 1)
        }
    }

    /// The share that has moved, rounded down, so that 100 means all; at least 1 once something has moved.
    private var weight: Int {
        let total = observation.parts.reduce(0.0) { $0 + Double($1.total) }
        let moved = observation.parts.reduce(0.0) { $0 + Double(min($1.moved, $1.total)) }
        guard total > 0 else { return 0 }
        guard moved < total else { return 100 }
        return moved > 0 ? max(1, Int(moved / total * 100)) : 0
    }

    private var settledSince: Timestamp? {
        if case .enter = decision.action { return nil }
        guard RolloutDecider(policy: policy, observation: observation, now: now).isSettled else { return nil }
        let known = previous.kept(by: observation.record, now: now).settledTime
        return observation.settledSince ?? known ?? now
    }

    private var gates: [RolloutProgress.Gate] {
        if case .enter = decision.action { return observation.gates.map { Self.gate(GateState(name: $0.name)) } }
        return observation.gates.map(Self.gate)
    }

    private static func gate(_ state: GateState) -> RolloutProgress.Gate {
        var gate = RolloutProgress.Gate()
        gate.name = state.name
        gate.failures = state.failures
        gate.errors = state.errors
        gate.passes = state.passes
        guard let last = state.last else { return gate }
        gate.outcome = last.outcome.word
        gate.message = RolloutText.fit(last.message)
        gate.isDoubtful = last.isDoubtful
        gate.taken = last.taken.rfc3339Micro
        return gate
    }
}

/// Texts from gates and people, made fit for a status or an Event.
package enum RolloutText {
    /// The text in one line of at most `limit` characters, without control characters.
    package static func fit(_ text: String, limit: Int = 1_000) -> String {
        var result = ""
        var count = 0
        for scalar in text.unicodeScalars {
            guard count < limit - 1 else { return result + "…" }
            let isControl = scalar.value < 32 || (127...159).contains(scalar.value)
            result.unicodeScalars.append(isControl ? " " : scalar)
            count += 1
        }
        return result
    }
}
