internal import DataTree
internal import KubeAPI
internal import KubeRuntime

/// Makes PersistentVolumeClaims Bound, as a provisioner would; there is no volume behind them.
struct VolumeBinder: Reconciling {
    let context: ControllerContext

    /// The controller to run.
    static func controller(_ context: ControllerContext) -> ClusterController {
        ClusterController(
            name: "persistent-volume-binder",
            sources: [.object(.persistentVolumeClaims)],
            reconciler: VolumeBinder(context: context)
        )
    }

    func reconcile(_ key: ObjectKey) async throws -> ReconcileOutcome {
        guard let claim = try await context.reader.get(.persistentVolumeClaims, key), !claim.isDeleting,
            claim.tree.value(at: "status", "phase") != "Bound"
        else { return .done }
        var bound = claim
        if bound.tree.value(at: "spec", "volumeName") == nil {
            bound.tree.set(.string("pvc-\(claim.uid ?? "")"), at: ["spec", "volumeName"])
            guard let written = try await context.writer.update(.persistentVolumeClaims, bound) else { return .done }
            bound = written
        }
        let current = bound
        bound.tree.set("Bound", at: ["status", "phase"])
        bound.tree.set(claim.tree.value(at: "spec", "accessModes"), at: ["status", "accessModes"])
        bound.tree.set(claim.tree.value(at: "spec", "resources", "requests"), at: ["status", "capacity"])
        try await context.publish(.persistentVolumeClaims, bound, replacing: current)
        return .done
    }
}
