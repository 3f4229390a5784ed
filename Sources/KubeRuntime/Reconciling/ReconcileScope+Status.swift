public import DataTree
public import KubeAPI
internal import MeshBase

extension ReconcileScope {
    /// The status to be written; an empty object where there is none yet.
    public var status: Tree {
        get { statusObject.tree["status"] ?? .object(TreeObject()) }
        set { statusObject.tree["status"] = newValue }
    }

    /// Sets a condition of the status, for the generation this run sees; the transition time moves only with the status.
    public mutating func set(
        _ type: String,
        _ status: Condition.Status,
        reason: String,
        message: String = ""
    ) {
        let condition = Condition(
            type: type,
            status: status,
            reason: reason,
            message: message,
            observedGeneration: object.generation
        )
        var conditions = statusObject.conditions
        conditions.set(condition, now: now.rfc3339)
        statusObject.conditions = conditions
    }

    /// Takes a condition off the status.
    public mutating func removeCondition(_ type: String) {
        statusObject.conditions = statusObject.conditions.filter { $0.type != type }
    }

    /// The merge patch that turns the object's status into the one to be written; nil when they are equal.
    ///
    /// It names the version the run has seen, so that a status computed from an object that has changed since, or that was
    /// deleted and made anew, is refused as a conflict.
    public var statusPatch: Tree? {
        let old = object.tree["status"] ?? .object(TreeObject())
        guard old != status else { return nil }
        var patch: Tree = ["status": MergePatch.diff(from: old, to: status)]
        if let version = object.resourceVersion { patch["metadata"] = ["resourceVersion": .string(version)] }
        return patch
    }
}
