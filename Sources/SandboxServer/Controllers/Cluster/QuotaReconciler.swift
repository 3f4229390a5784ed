internal import DataTree
internal import KubeAPI
internal import KubeRuntime
internal import SandboxStore

/// Shows in the status of ResourceQuotas what is used.
struct QuotaReconciler: Reconciling {
    let context: ControllerContext

    /// The native kinds whose changes are looked at; others are counted with the next change of these or of the quota.
    private static let watched: [APIResource] = [
        .pods, .services, .configMaps, .secrets, .persistentVolumeClaims, .deployments, .replicaSets, .statefulSets,
        .jobs,
        .cronJobs,
    ]

    /// The controller to run.
    static func controller(_ context: ControllerContext) -> ClusterController {
        // Every object of a namespace leads to the namespace; its quotas are read then.
        let others = watched.map { resource in
            ClusterController.Source(resource) { object in object.namespace.map { [ObjectKey(name: $0)] } ?? [] }
        }
        let own = ClusterController.Source(.resourceQuotas) { object in
            object.namespace.map { [ObjectKey(name: $0)] } ?? []
        }
        return ClusterController(
            name: "resourcequota",
            sources: [own] + others,
            reconciler: QuotaReconciler(context: context)
        )
    }

    func reconcile(_ key: ObjectKey) async throws -> ReconcileOutcome {
        for quota in try await context.reader.list(.resourceQuotas, namespace: key.name) where !quota.isDeleting {
            let hard = quota.tree.value(at: "spec", "hard") ?? [:]
            let used = try await used(quota, hard)
            var shown = quota
            shown.tree["status"] = ["hard": hard, "used": used]
            try await context.publish(.resourceQuotas, shown, replacing: quota)
        }
        return .done
    }

    private func used(_ quota: KubeObject, _ hard: Tree) async throws -> Tree {
        var total: [String: Quantity] = [:]
        for collection in context.reader.collections {
            for object in try await context.reader.list(collection, namespace: quota.namespace) {
                guard QuotaUsage.concerns(quota.tree, object.tree, collection) else { continue }
                total.merge(QuotaUsage.of(object.tree, collection)) { $0 + $1 }
            }
        }
        let entries = (hard.object?.entries ?? []).map { entry in
            (key: entry.key, value: Tree.string("\(total[entry.key] ?? Quantity(Int64(0)))"))
        }
        return .object(TreeObject(entries))
    }
}
