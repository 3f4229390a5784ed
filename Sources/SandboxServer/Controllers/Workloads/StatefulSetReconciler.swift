internal import DataTree
internal import KubeAPI
internal import KubeRuntime

/// Keeps the numbered pods of StatefulSets.
struct StatefulSetReconciler: Reconciling {
    let context: ControllerContext

    /// The controller to run.
    static func controller(_ context: ControllerContext) -> ClusterController {
        ClusterController(
            name: "statefulset",
            sources: [.object(.statefulSets), .controller(of: .pods, .statefulSet)],
            reconciler: StatefulSetReconciler(context: context)
        )
    }

    func reconcile(_ key: ObjectKey) async throws -> ReconcileOutcome {
        guard let set = try await context.reader.get(.statefulSets, key) else { return .done }
        let pods = try await context.reader.list(.pods, controlledBy: set)
        let plan = StatefulSetPlan(set, pods: pods, now: context.now())
        for number in plan.creations {
            let name = "\(set.name)-\(number)"
            let labels = [
                StatefulSetPlan.hashLabel: plan.revision, "statefulset.kubernetes.io/pod-name": name,
                "apps.kubernetes.io/pod-index": String(number),
            ]
            var pod = PodTemplate(of: set).pod(ownedBy: set, name: name, labels: labels)
            pod.tree.set(.string(name), at: ["spec", "hostname"])
            pod.tree.set(set.tree.value(at: "spec", "serviceName"), at: ["spec", "subdomain"])
            let failed = "create Pod \(name) in StatefulSet \(set.name) failed error:"
            guard try await context.create(pod, for: set, failed) != nil else { continue }
            let message = "create Pod \(name) in StatefulSet \(set.name) successful"
            await context.events.record(set, "SuccessfulCreate", message)
        }
        for pod in pods where plan.deletions.contains(pod.name) {
            try await context.writer.delete(.pods, pod)
            let message = "delete Pod \(pod.name) in StatefulSet \(set.name) successful"
            await context.events.record(set, "SuccessfulDelete", message)
        }
        var wanted = set
        wanted.tree["status"] = plan.status
        try await context.publish(.statefulSets, wanted, replacing: set)
        return plan.requeue.map { .requeue(after: $0) } ?? .done
    }
}
