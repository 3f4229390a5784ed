public import DataTree
public import KubeAPI

extension KubeObject {
    /// The merge patch that adds a finalizer; nil when it is there, or when the object is being deleted, which admits none.
    ///
    /// It names the version read, so that a finalizer somebody else adds at the same moment is not lost.
    public func patchAddingFinalizer(_ finalizer: String) -> Tree? {
        guard !isDeleting, !finalizers.contains(finalizer) else { return nil }
        return patch(finalizers: finalizers + [finalizer])
    }

    /// The merge patch that removes a finalizer; nil when it is not there.
    public func patchRemovingFinalizer(_ finalizer: String) -> Tree? {
        guard finalizers.contains(finalizer) else { return nil }
        return patch(finalizers: finalizers.filter { $0 != finalizer })
    }

    private func patch(finalizers: [String]) -> Tree {
        var metadata: Tree = ["finalizers": .array(finalizers.map { .string($0) })]
        if let resourceVersion { metadata["resourceVersion"] = .string(resourceVersion) }
        return ["metadata": metadata]
    }
}
