package import MeshBase

/// What to do next, and why.
package struct RolloutDecision: Sendable, Hashable {
    /// What to do.
    package enum Action: Sendable, Hashable {
        /// Nothing is to be rolled out, or it has been.
        case rest
        /// Write the first record, and prepare the new side.
        case begin
        /// Bring every part to its share of the step that is written down.
        case move
        /// Wait.
        case hold
        /// Write down this step; the move follows.
        case enter(step: Int)
        /// Write down why everything goes back.
        case condemn(RolloutRecord.Verdict)
        /// Bring every part back, the last first.
        case restore
        /// Everything is back; remove the record when the target changes.
        case restored
        /// All has moved and holds: make the new side the stable one.
        case finish
        /// Nothing moves until somebody changes something.
        case block
    }

    /// Why, as one word for conditions and metrics.
    package enum Reason: String, Sendable, Hashable, CaseIterable {
        /// There is nothing to roll out.
        case nothingToDo = "NothingToDo"
        /// A check before the start failed.
        case refused = "PreflightFailed"
        /// The rollout starts.
        case starting = "Starting"
        /// The new side is coming up.
        case preparing = "Preparing"
        /// A share is being moved.
        case moving = "Moving"
        /// What was moved is coming up.
        case settling = "Settling"
        /// More has moved than the step allows; somebody moved it by hand.
        case movedByHand = "MovedByHand"
        /// Something keeps more from moving now.
        case obstructed = "Obstructed"
        /// Somebody deleted an object that traffic is routed by.
        case routeDeleted = "RouteDeleted"
        /// The step stays for its time.
        case holding = "Holding"
        /// A person has to approve.
        case awaitingApproval = "AwaitingApproval"
        /// A gate has not passed yet.
        case awaitingGate = "AwaitingGate"
        /// The step is done, and others that step together with this rollout are not.
        case awaitingGroup = "AwaitingGroup"
        /// The step is done.
        case stepDone = "StepDone"
        /// Other steps are wanted than those that were written down; the place in them is taken anew.
        case stepsChanged = "StepsChanged"
        /// Somebody asked for a pause.
        case paused = "Paused"
        /// Everything goes back.
        case rollingBack = "RollingBack"
        /// Everything goes back, and something that was sent back does not come up.
        case rollbackObstructed = "RollbackObstructed"
        /// Nothing has gone back for too long; it is tried on.
        case rollbackStalled = "RollbackStalled"
        /// Everything is back.
        case rolledBack = "RolledBack"
        /// A person has to decide about a failure.
        case failed = "Failed"
        /// All has moved and holds.
        case completed = "Completed"

        /// Whether everything goes back, well or not.
        package var isGoingBack: Bool { [.rollingBack, .rollbackObstructed, .rollbackStalled].contains(self) }
    }

    /// What to do.
    package var action: Action
    /// Why, as one word.
    package var reason: Reason
    /// Why, for people.
    package var message: String
    /// When to decide again at the latest; nil to wait for an event.
    package var until: Timestamp?

    /// Describes a decision.
    package init(_ action: Action, _ reason: Reason, _ message: String, until: Timestamp? = nil) {
        self.action = action
        self.reason = reason
        self.message = message
        self.until = until
    }
}
