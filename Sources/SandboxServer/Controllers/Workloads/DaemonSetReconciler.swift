internal import DataTree
internal import KubeAPI
internal import KubeRuntime

/// Keeps one pod of each DaemonSet on every fitting node.
struct DaemonSetReconciler: Reconciling {
    let context: ControllerContext

    /// The controller to run.
    static func controller(_ context: ControllerContext) -> ClusterController {
        ClusterController(
            name: "daemonset",
            sources: [.object(.daemonSets), .controller(of: .pods, .daemonSet)],
            reconciler: DaemonSetReconciler(context: context)
        )
    }

    func reconcile(_ key: ObjectKey) async throws -> ReconcileOutcome {
        guard let set = try await context.reader.get(.daemonSets, key) else { return .done }
        let pods = try await context.reader.list(.pods, controlledBy: set)
        let nodes = try await context.reader.list(.nodes)
        let plan = DaemonSetPlan(set, pods: pods, nodes: nodes, now: context.now())
        for node in plan.creations { try await create(set, on: node, hash: plan.hash) }
        for pod in pods where plan.deletions.contains(pod.name) {
            try await context.writer.delete(.pods, pod)
            await context.events.record(set, "SuccessfulDelete", "Deleted pod: \(pod.name)")
        }
        var wanted = set
        wanted.tree["status"] = plan.status
        try await context.publish(.daemonSets, wanted, replacing: set)
        // Nodes come and go rarely; they are looked at again now and then.
        return .requeue(after: plan.requeue ?? .seconds(30))
    }

    private func create(_ set: KubeObject, on node: String, hash: String) async throws {
        let labels = [
            DaemonSetPlan.hashLabel: hash, "pod-template-generation": String(set.generation ?? 1),
        ]
        var pod = PodTemplate(of: set).pod(ownedBy: set, labels: labels)
        pod.tree.set(.string(node), at: ["spec", "nodeName"])
        guard let made = try await context.create(pod, for: set) else { return }
        await context.events.record(set, "SuccessfulCreate", "Created pod: \(made.name)")
    }
}
