public import KubeAPI

/// Decides which changes are of interest to a controller.
public struct ChangePredicate: Sendable {
    private let accepts: @Sendable (StoreChange) -> Bool

    /// Makes a predicate of a function that must be quick and depend on nothing but the change.
    public init(_ accepts: @escaping @Sendable (StoreChange) -> Bool) {
        self.accepts = accepts
    }

    /// Whether the change is of interest.
    public func callAsFunction(_ change: StoreChange) -> Bool { accepts(change) }

    /// Every change.
    public static let all = ChangePredicate { _ in true }

    /// Additions, deletions, and updates that `differs` says matter.
    public static func updates(
        where differs: @escaping @Sendable (_ old: KubeObject, _ new: KubeObject) -> Bool
    ) -> ChangePredicate {
        ChangePredicate { change in
            if case .updated(let old, let new) = change { differs(old, new) } else { true }
        }
    }

    /// Leaves out updates that change neither `metadata.generation` nor the wish to delete: writes to the status only.
    public static let specChanged = updates { old, new in
        old.generation != new.generation || old.deletionTimestamp != new.deletionTimestamp
    }

    /// Leaves out updates that leave the labels as they were.
    public static let labelsChanged = updates { $0.labels != $1.labels }

    /// Leaves out updates that leave the annotations as they were.
    public static let annotationsChanged = updates { $0.annotations != $1.annotations }

    /// Leaves out updates that leave the finalizers as they were.
    public static let finalizersChanged = updates { $0.finalizers != $1.finalizers }

    /// Objects that carry `value` under `label`, before or after the change.
    public static func labelled(_ label: String, _ value: String) -> ChangePredicate {
        ChangePredicate { change in
            if case .updated(let old, _) = change, old.label(label) == value { return true }
            return change.object.label(label) == value
        }
    }

    /// Changes that either accepts.
    public func or(_ other: ChangePredicate) -> ChangePredicate {
        ChangePredicate { self($0) || other($0) }
    }

    /// Changes that both accept.
    public func and(_ other: ChangePredicate) -> ChangePredicate {
        ChangePredicate { self($0) && other($0) }
    }
}
