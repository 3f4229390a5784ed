public import MeshBase

/// What a controller does with a key after a reconcile, decided by the class of the error alone.
public enum RetryDecision: Sendable, Hashable {
    /// Forget earlier failures; nothing until a change.
    case rest
    /// Forget earlier failures; again after the wait.
    case timer(Duration)
    /// Count a failure; again after the wait, and before it not even for a change where the other side demanded the wait.
    case retry(after: Duration, isDemanded: Bool = false)
    /// The error stands until the object changes: no retry, failures forgotten.
    case giveUp

    /// The waits a controller uses.
    public struct Policy: Sendable, Hashable {
        /// After transient and unclassified errors.
        public var transient: Backoff
        /// After conflicts.
        public var conflict: Backoff
        /// After errors that wait for something outside.
        public var waiting: Duration
        /// The longest wait another side may ask for (`Retry-After`).
        public var longestRequestedWait: Duration

        /// Makes a policy.
        public init(
            transient: Backoff = .reconcile,
            conflict: Backoff = .conflict,
            waiting: Duration = .seconds(10),
            longestRequestedWait: Duration = .seconds(600)
        ) {
            self.transient = transient
            self.conflict = conflict
            self.waiting = waiting
            self.longestRequestedWait = longestRequestedWait
        }
    }

    /// Decides after a reconcile that returned.
    public static func after(_ outcome: ReconcileOutcome) -> RetryDecision {
        switch outcome {
        case .done: .rest
        case .requeue(let wait): .timer(max(.zero, wait))
        }
    }

    /// Decides after a reconcile that threw, the `failures`-th time in a row.
    public static func after(
        _ error: any Error,
        failures: Int,
        policy: Policy,
        random: RandomSource
    ) -> RetryDecision {
        guard let error = error as? any CodedError else {
            return .retry(after: policy.transient.delay(afterFailures: failures - 1, random: random))
        }
        switch error.retryClass {
        case .transient(let requested):
            let own = policy.transient.delay(afterFailures: failures - 1, random: random)
            guard let requested, requested > .zero else { return .retry(after: own) }
            return .retry(after: max(own, min(requested, policy.longestRequestedWait)), isDemanded: true)
        case .conflict:
            return .retry(after: policy.conflict.delay(afterFailures: failures - 1, random: random))
        case .waiting:
            return .timer(policy.waiting)
        case .invalid, .terminal:
            return .giveUp
        }
    }
}
