package import MeshBase

/// All a decision rests on.
package struct RolloutObservation: Sendable, Hashable {
    /// What people ask for.
    package struct Wishes: Sendable, Hashable {
        /// Nothing moves forward.
        package var isPaused = false
        /// Everything goes back, for this reason.
        package var abort: String?
        /// Holds, approvals and gates are passed over until all has moved.
        package var isPromotedFully = false
        /// The step whose hold is passed over; its approval and its gates are not.
        package var promotedStep: Int?
        /// The steps approved.
        package var approvedSteps: Set<Int> = []
        /// A failed rollout to the same target starts anew.
        package var isRetried = false

        /// Nothing.
        package init() {}
    }

    /// Whether what is rolled out is up.
    package enum TargetState: Sendable, Hashable {
        /// It is.
        case ready
        /// Not yet; says what is awaited.
        case waiting(String)
        /// It will not be.
        case failed(String)
    }

    /// What keeps a step from moving more at present.
    package struct Obstacle: Sendable, Hashable {
        /// For people: a closed window, too little capacity, a disruption budget.
        package var message: String
        /// When to look again; nil to wait for an event.
        package var until: Timestamp?
        /// Whether it is for people to move the rest, at their own pace: no deadline ends the rollout for it.
        package var isPeoples = false

        /// Describes an obstacle.
        package init(_ message: String, until: Timestamp? = nil) {
            self.message = message
            self.until = until
        }
    }

    /// What others did to what has moved; while it lasts nothing goes forward.
    package struct Disturbance: Sendable, Hashable {
        /// What they did.
        package enum Kind: Sendable, Hashable {
            /// They keep changing it, so that it may not be put back at once.
            case contested
            /// They deleted something that what has moved needs.
            case routeDeleted
        }

        /// What they did.
        package var kind: Kind
        /// For people: who, what, and what is done about it.
        package var message: String
        /// Since when; the progress deadline counts from then.
        package var since: Timestamp
        /// When to look again; nil to wait for an event.
        package var until: Timestamp?
        /// Whether requests fail for it, so that everything goes back at once, paused or not.
        package var isHarmful = false

        /// Describes a disturbance.
        package init(_ kind: Kind, _ message: String, since: Timestamp, until: Timestamp? = nil) {
            self.kind = kind
            self.message = message
            self.since = since
            self.until = until
        }
    }

    /// What is to be rolled out; nil when nothing is.
    ///
    /// It stays until the record is gone: a promotion removes the record with its last write.
    package var target: String?
    /// What is written down, nil when nothing is.
    package var record: RolloutRecord?
    /// What moves, in the order in which it moves; the way back goes the other way round.
    package var parts: [RolloutPart] = []
    /// Whether what is rolled out is up.
    package var targetState = TargetState.ready
    /// Why nothing may begin; for people.
    package var refusals: [String] = []
    /// What keeps more from moving.
    package var obstacle: Obstacle?
    /// What others did to what has moved; nil for nothing.
    package var disturbance: Disturbance?
    /// The gates of the rollout, with what they said in this step.
    package var gates: [GateState] = []
    /// Since when all parts have their share of the present step; nil when they have not, or nobody remembers.
    ///
    /// Who carries out decisions notes the time when ``RolloutDecider/isSettled`` turns true, and forgets it when it turns false
    /// or a step is entered. Forgetting it costs time, never a hold or a gate.
    package var settledSince: Timestamp?
    /// Since when the present step waits for nothing but its gates; nil when it does not, or nobody remembers.
    ///
    /// It is not before their passes count. Forgetting it gives gates more time, and passes none over.
    package var gatesSince: Timestamp?
    /// When there was progress last; nil when nobody remembers.
    package var progressed: Timestamp?
    /// What people ask for.
    package var wishes = Wishes()
    /// Which of those that step together with it failed, and why; nil for none.
    package var groupFailure: String?

    /// Nothing to do.
    package init(target: String?) {
        self.target = target
    }
}

extension RolloutObservation.Disturbance {
    /// Why a rollout stands where it does for it.
    var reason: RolloutDecision.Reason { kind == .contested ? .obstructed : .routeDeleted }
}
