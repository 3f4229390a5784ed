package import MeshBase

/// One answer of a gate.
package struct GateReading: Sendable, Hashable {
    /// What came out.
    package enum Outcome: Sendable, Hashable {
        /// The rollout may go on.
        case passed
        /// It may not.
        case failed
        /// Nobody can tell: too few requests, a comparison without a baseline, a number that is none.
        case inconclusive
        /// The gate could not be asked.
        case unavailable
        /// The gate asks to go back at once.
        case rollBack
    }

    /// What came out.
    package var outcome: Outcome
    /// For people: the value and the limit, or what went wrong.
    package var message: String
    /// When it was taken.
    package var taken: Timestamp
    /// Whether it passed by an answer that may be none of the gate; ``message`` says why.
    package var isDoubtful = false

    /// Describes an answer.
    package init(_ outcome: Outcome, _ message: String, taken: Timestamp) {
        self.outcome = outcome
        self.message = message
        self.taken = taken
    }
}

/// What a gate has said within a step.
package struct GateState: Sendable, Hashable {
    /// Its name, unique in the rollout.
    package let name: String
    /// Whether its answers count; of others they are only shown.
    package var isDryRun: Bool
    /// Whether it may say no for as long as it takes: a person, or a calendar, stands behind it.
    package var mayWithhold = false
    /// How often it failed in this step.
    package private(set) var failures = 0
    /// How often in a row it could not be asked.
    package private(set) var errors = 0
    /// How often in a row it passed.
    package private(set) var passes = 0
    /// The last answer.
    package private(set) var last: GateReading?

    /// A gate that has said nothing yet.
    package init(name: String, isDryRun: Bool = false) {
        self.name = name
        self.isDryRun = isDryRun
    }

    /// Takes up what was kept of a gate elsewhere.
    package init(
        name: String,
        isDryRun: Bool = false,
        failures: Int,
        errors: Int,
        passes: Int? = nil,
        last: GateReading?
    ) {
        self.init(name: name, isDryRun: isDryRun)
        self.passes = max(0, passes ?? (last?.outcome == .passed ? 1 : 0))
        self.failures = max(0, failures)
        self.errors = max(0, errors)
        self.last = last
    }

    /// Counts an answer; one that is not newer than the last is ignored.
    package mutating func note(_ reading: GateReading) {
        if let last, reading.taken <= last.taken { return }
        last = reading
        passes = reading.outcome == .passed ? passes + 1 : 0
        switch reading.outcome {
        case .failed: (failures, errors) = (failures + 1, 0)
        case .unavailable: errors += 1
        case .passed, .inconclusive, .rollBack: errors = 0
        }
    }

    /// Forgets what was said: a new step begins.
    package mutating func reset() {
        (failures, errors, passes, last) = (0, 0, 0, nil)
    }
}
