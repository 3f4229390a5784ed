internal import DataTree
internal import KubeAPI
internal import KubeRuntime

/// Keeps the targets of HorizontalPodAutoscalers within their bounds.
struct AutoscalerReconciler: Reconciling {
    /// How often kube-controller-manager looks at each of them.
    private static let period: Duration = .seconds(15)

    let context: ControllerContext

    /// The controller to run.
    static func controller(_ context: ControllerContext) -> ClusterController {
        ClusterController(
            name: "horizontal-pod-autoscaler",
            sources: [.object(.horizontalPodAutoscalers)],
            reconciler: AutoscalerReconciler(context: context)
        )
    }

    func reconcile(_ key: ObjectKey) async throws -> ReconcileOutcome {
        guard let autoscaler = try await context.reader.get(.horizontalPodAutoscalers, key), !autoscaler.isDeleting
        else { return .done }
        let resource = Self.target(of: autoscaler)
        let name = autoscaler.tree.value(at: "spec", "scaleTargetRef", "name")?.string ?? ""
        let targetKey = ObjectKey(namespace: key.namespace, name: name)
        let target = if let resource { try await context.reader.get(resource, targetKey) } else { nil as KubeObject? }
        let plan = AutoscalerPlan(autoscaler, target: target, now: context.now())
        if let resource, let size = plan.scale {
            let patch: Tree = ["spec": ["replicas": .integer(size)]]
            try await context.writer.merge(resource, targetKey, patch, subresource: "scale")
            let message = "New size: \(size); reason: \(plan.reason)"
            await context.events.record(autoscaler, "SuccessfulRescale", message)
        }
        var wanted = autoscaler
        wanted.tree["status"] = plan.status
        try await context.publish(.horizontalPodAutoscalers, wanted, replacing: autoscaler)
        return .requeue(after: Self.period)
    }

    /// The collection of the target; nil for kinds that the sandbox cannot scale.
    private static func target(of autoscaler: KubeObject) -> APIResource? {
        let reference = autoscaler.tree.value(at: "spec", "scaleTargetRef")
        guard reference?["apiVersion"]?.string == "apps/v1" else { return nil }
        switch reference?["kind"]?.string {
        case "Deployment": return .deployments
        case "StatefulSet": return .statefulSets
        case "ReplicaSet": return .replicaSets
        default: return nil
        }
    }
}
