package import MeshBase

/// What is written down about a rollout on the objects it changes, before they change.
///
/// It lives beside what it speaks of (an annotation of the new revision, of the route) and never in a status, so that a status
/// wiped by hand loses nothing. A step is written here before anything moves to it.
package struct RolloutRecord: Sendable, Hashable {
    /// The end of a rollout before its time.
    package struct Verdict: Sendable, Hashable {
        /// Why it ended.
        package enum Cause: String, Sendable, Hashable, CaseIterable {
            /// A gate failed too often.
            case gateFailed = "GateFailed"
            /// A gate could not be asked, too often in a row.
            case gateUnavailable = "GateUnavailable"
            /// A step did not get on in time.
            case progressDeadlineExceeded = "ProgressDeadlineExceeded"
            /// What is rolled out cannot come up.
            case targetFailed = "TargetFailed"
            /// Somebody deleted what requests need, so that they failed; heals by going back, also where a person decides else.
            case routeDeleted = "RouteDeleted"
            /// A person asked for it.
            case aborted = "Aborted"
            /// An HTTP gate asked for it.
            case gateAsksToGoBack = "GateAsksToGoBack"
            /// Another rollout that steps together with it failed.
            case groupFailed = "GroupFailed"
            /// Something else is to be rolled out now.
            case superseded = "Superseded"

            /// Whether everything goes back for it also where a person decides on failures: it was somebody's order, others go back, or waiting
            /// would only do harm.
            package var goesBackByItself: Bool {
                switch self {
                case .aborted, .gateAsksToGoBack, .groupFailed, .superseded, .routeDeleted: true
                case .gateFailed, .gateUnavailable, .progressDeadlineExceeded, .targetFailed: false
                }
            }
        }

        /// Why it ended.
        package var cause: Cause
        /// For people: which gate, which value, which limit.
        package var message: String

        /// Describes an end.
        package init(_ cause: Cause, _ message: String) {
            self.cause = cause
            self.message = message
        }
    }

    /// The steps that a record was written for, as far as it has to know them.
    package struct Plan: Sendable, Hashable {
        /// A text that is equal for equal steps.
        package var digest: String
        /// The share of the step that is written down, in percent.
        package var weight: Int
        /// Whether a step of other steps had been entered when an edit left none to stand at: before the first one a person is asked.
        package var isEdited: Bool

        /// Describes steps.
        package init(digest: String, weight: Int, isEdited: Bool = false) {
            self.digest = digest
            self.weight = weight
            self.isEdited = isEdited
        }
    }

    /// What is rolled out, in a form that is equal when nothing changed: a version, a digest of a template.
    package var target: String
    /// The step being reached or held, counted from 0; -1 while the new side is only being prepared.
    package var step: Int
    /// When that step began.
    package var began: Timestamp
    /// When the rollout began, of which that step is one.
    package var started: Timestamp
    /// Why everything goes back; nil while it goes forward.
    package var verdict: Verdict?
    /// The steps that ``step`` counts; nil for those that are wanted now.
    package var plan: Plan?

    /// Whether an edit of the steps has left the rollout before the first one, although it had entered one.
    package var isDisplaced: Bool {
        guard step < 0, let plan else { return false }
        return plan.isEdited || plan.weight > 0
    }

    /// Whether a step was entered, so that something may have moved.
    package var mayHaveMoved: Bool { step >= 0 || isDisplaced }

    /// Makes a record; without `started` the rollout began with the step.
    package init(
        target: String,
        step: Int = -1,
        began: Timestamp,
        started: Timestamp? = nil,
        verdict: Verdict? = nil,
        plan: Plan? = nil
    ) {
        self.target = target
        self.step = step
        self.began = began
        self.started = started ?? began
        self.verdict = verdict
        self.plan = plan
    }
}
