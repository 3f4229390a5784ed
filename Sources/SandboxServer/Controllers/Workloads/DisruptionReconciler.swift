internal import DataTree
internal import KubeAPI
internal import KubeRuntime

/// Keeps the statuses of PodDisruptionBudgets.
struct DisruptionReconciler: Reconciling {
    let context: ControllerContext

    /// The controller to run.
    static func controller(_ context: ControllerContext) -> ClusterController {
        ClusterController(
            name: "disruption",
            sources: [.object(.podDisruptionBudgets), .namespace(of: .pods)],
            reconciler: DisruptionReconciler(context: context)
        )
    }

    func reconcile(_ key: ObjectKey) async throws -> ReconcileOutcome {
        let budgets: [KubeObject] =
            if key.name == ClusterController.Source.everything {
                try await context.reader.list(.podDisruptionBudgets, namespace: key.namespace)
            } else {
                try await context.reader.get(.podDisruptionBudgets, key).map { [$0] } ?? []
            }
        guard !budgets.isEmpty else { return .done }
        let pods = try await context.reader.list(.pods, namespace: key.namespace)
        for budget in budgets {
            let covered = pods.filter { budget.podSelector?.matches($0.labels) ?? false }
            var wanted = budget
            let expected = try await expected(covered)
            wanted.tree["status"] = DisruptionPlan.status(budget, pods: covered, wanted: expected, now: context.now())
            try await context.publish(.podDisruptionBudgets, wanted, replacing: budget)
        }
        return .done
    }

    /// How many pods the controllers of `pods` want; a pod without one counts for itself.
    private func expected(_ pods: [KubeObject]) async throws -> Int64 {
        var total: Int64 = 0
        var seen: Set<String> = []
        for pod in pods {
            guard let owner = pod.controllerReference, let resource = APIResource.serving(owner.kind),
                ["ReplicaSet", "StatefulSet"].contains(owner.kind.kind)
            else {
                total += 1
                continue
            }
            guard seen.insert(owner.uid).inserted else { continue }
            let key = ObjectKey(namespace: pod.namespace, name: owner.name)
            // Each is of 32 bits, so that no number of pods makes the sum overflow.
            total += try await context.reader.get(resource, key)?.wantedReplicas ?? 0
        }
        return total
    }
}
