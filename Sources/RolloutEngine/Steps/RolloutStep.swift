/// One step of a rollout: a share to reach, and what has to hold before the next one.
package struct RolloutStep: Sendable, Hashable {
    /// How long a step stays once its share is reached.
    package enum Hold: Sendable, Hashable {
        /// Not at all.
        case none
        /// For a time, counted from when the share was reached.
        case duration(Duration)
        /// Until a person approves the step.
        case untilApproved
    }

    /// The share on the new side, in percent from 0 to 100; values outside are moved inside.
    package let weight: Int
    /// How long to stay.
    package var hold: Hold
    /// Whether a person has to approve the step as well, once its hold is over.
    package var needsApproval = false
    /// The gates that must pass before the next step; nil for all of the rollout.
    package var gates: Set<String>?
    /// What the step does besides its share, in a form that is equal when nothing changed; empty for nothing.
    package var effect = ""

    /// Describes a step.
    package init(weight: Int, hold: Hold = .none, gates: Set<String>? = nil) {
        self.weight = min(100, max(0, weight))
        self.hold = hold
        self.gates = gates
    }

    /// Whether the step stays once its share is reached, for a time or for a person.
    var holds: Bool {
        switch hold {
        case .none: false
        case .duration(let time): time > .zero
        case .untilApproved: true
        }
    }
}

/// The rules of a rollout.
package struct RolloutPolicy: Sendable, Hashable {
    /// What happens when a rollout fails.
    package enum Rollback: Sendable, Hashable {
        /// All that has moved goes back.
        case automatic
        /// All stays where it is until a person decides.
        case manual
    }

    /// The steps; weights do not fall from step to step.
    package var steps: [RolloutStep]
    /// How many failed readings of a gate are allowed within a step; one more ends the rollout.
    package var failureLimit: Int
    /// How many times in a row a gate may be impossible to ask; one more ends the rollout.
    package var errorLimit: Int
    /// How many times in a row a gate must pass before a step is done.
    package var successes = 1
    /// How long a step may go without progress towards its share.
    package var progressDeadline: Duration
    /// What happens on failure.
    package var rollback: Rollback

    /// Sets the rules; negative limits count as 0.
    package init(
        steps: [RolloutStep],
        failureLimit: Int = 3,
        errorLimit: Int = 10,
        progressDeadline: Duration = .seconds(600),
        rollback: Rollback = .automatic
    ) {
        self.steps = steps
        self.failureLimit = max(0, failureLimit)
        self.errorLimit = max(0, errorLimit)
        self.progressDeadline = progressDeadline
        self.rollback = rollback
    }
}
