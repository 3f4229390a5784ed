public import KubeAPI

/// Brings the world closer to what one object asks for.
///
/// Reconciling is level-triggered: the key is all a reconciler gets, and it looks up by itself how things stand. It is called
/// again after every change of interest, possibly once for several changes, never twice at a time for one key. What it
/// throws decides the retry by the error's class (`CodedError.retryClass`); errors without a class count as
/// transient.
public protocol Reconciling: Sendable {
    /// Observes, decides and acts for the object under `key`, which may no longer exist.
    func reconcile(_ key: ObjectKey) async throws -> ReconcileOutcome
}

/// What a reconcile that did not fail wants next.
public enum ReconcileOutcome: Sendable, Hashable {
    /// Nothing until something changes.
    case done
    /// To be called again after a time, even if nothing changes.
    case requeue(after: Duration)

    /// The earlier of two wishes.
    public func merged(with other: ReconcileOutcome) -> ReconcileOutcome {
        switch (self, other) {
        case (.requeue(let mine), .requeue(let theirs)): .requeue(after: min(mine, theirs))
        case (.requeue, .done): self
        case (.done, _): other
        }
    }
}
