public import KubeAPI
public import MeshBase

/// What is particular to reconciling one kind; ``ResourceDriver`` does what is the same for all.
///
/// The driver gets the object, keeps the finalizer, minds the pause, runs the phases in order, and writes the status if it
/// changed, also after a failure. Phases may be run again at any time, from the start: each looks at the world and brings it
/// closer, and does nothing where nothing is missing.
public protocol ResourceReconciler: Sendable {
    /// What phases of one run hand to each other.
    associatedtype Work: Sendable

    /// The kind reconciled.
    var resource: APIResource { get }
    /// The finalizer that keeps a deleted object until ``finalize(_:)`` has released it; nil for none.
    var finalizer: String? { get }
    /// The phases in order.
    var phases: [ReconcilePhase<Work>] { get }

    /// Whether the object is to be left alone.
    func pause(_ object: KubeObject) -> ReconcilePause
    /// The state a run begins with.
    func begin(_ object: KubeObject) -> Work
    /// Cleans up after an object whose deletion was asked for.
    func finalize(_ scope: inout ReconcileScope<Work>) async throws -> FinalizeOutcome
    /// Tells in the status that the object is paused.
    func reportPause(_ scope: inout ReconcileScope<Work>)
    /// Tells in the status that a phase failed.
    func reportFailure(_ error: any Error, in phase: String, _ scope: inout ReconcileScope<Work>)
    /// Takes note of an object as the API server answered a write of its finalizer or status.
    func noteWritten(_ object: KubeObject)
    /// Takes note that an object is gone, for metrics and memories.
    func forget(_ key: ObjectKey)
}

extension ResourceReconciler {
    /// Never paused.
    public func pause(_ object: KubeObject) -> ReconcilePause { .running }
    /// Nothing to clean up.
    public func finalize(_ scope: inout ReconcileScope<Work>) async throws -> FinalizeOutcome { .released }
    /// Tells nothing.
    public func reportPause(_ scope: inout ReconcileScope<Work>) {}
    /// Tells nothing.
    public func reportFailure(_ error: any Error, in phase: String, _ scope: inout ReconcileScope<Work>) {}
    /// Remembers nothing.
    public func noteWritten(_ object: KubeObject) {}
    /// Remembers nothing.
    public func forget(_ key: ObjectKey) {}
}

/// One step of a reconcile.
public struct ReconcilePhase<Work: Sendable>: Sendable {
    /// The name, for logs and failures.
    public let name: String
    /// The step itself; what it throws ends the run.
    public let run: @Sendable (inout ReconcileScope<Work>) async throws -> PhaseOutcome

    /// Makes a phase.
    public init(
        _ name: String,
        run: @escaping @Sendable (inout ReconcileScope<Work>) async throws -> PhaseOutcome
    ) {
        self.name = name
        self.run = run
    }
}

/// How a phase that did not fail went.
public enum PhaseOutcome: Sendable, Hashable {
    /// On to the next phase.
    case proceed
    /// On to the next phase, and run everything again after a time at the latest.
    case proceedAndRecheck(after: Duration)
    /// Later phases must wait until something changes, or until a time has passed.
    case stop(recheckAfter: Duration?)
}

/// Whether an object is left alone.
public enum ReconcilePause: Sendable, Hashable {
    /// It is not.
    case running
    /// It is, except that its deletion is carried out.
    case pausedUnlessDeleting
    /// It is in every respect.
    case paused
}

/// How cleaning up after a deleted object went.
public enum FinalizeOutcome: Sendable, Hashable {
    /// Nothing is left: the finalizer may go.
    case released
    /// Something is left; look again after a time, or when something changes.
    case waiting(recheckAfter: Duration)
}

/// What a run of the phases sees and leaves behind.
public struct ReconcileScope<Work: Sendable>: Sendable {
    /// The object as it was when the run began.
    public let object: KubeObject
    /// The time of day at which the run began.
    public let now: Timestamp
    /// The status to be written when the run ends; begins as the object's own.
    public var statusObject: KubeObject
    /// Whether the status is left as it is for now, to be written by a later run.
    public var holdsStatus = false
    /// What phases hand to each other.
    public var work: Work

    /// Makes a scope.
    public init(object: KubeObject, now: Timestamp, work: Work) {
        self.object = object
        self.now = now
        self.statusObject = object
        self.work = work
    }
}
