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
            sources: [
                .object(.daemonSets), .controller(of: .pods, .daemonSet),
                .init(.nodes) { _ in [all] },
            ],
            reconciler: DaemonSetReconciler(context: context)
        )
    }

    /// Stands for all sets: a node may concern any of them.
    private static let all = ObjectKey(name: "*")

    func reconcile(_ key: ObjectKey) async throws -> ReconcileOutcome {
        if key == Self.all {
            for set in try await context.reader.list(.daemonSets) { _ = try await reconcile(set.key) }
            return .done
        }
        guard let set = try await context.reader.get(.daemonSets, key) else { return .done }
        let pods = try await context.claim(.pods, for: set)
        let nodes = try await context.reader.list(.nodes)
        let hashes = pods.compactMap { $0.labels[DaemonSetPlan.hashLabel].map { "\(set.name)-\($0)" } }
        _ = try await context.keepHistory(of: set, hashLabel: DaemonSetPlan.hashLabel, live: Set(hashes))
        let plan = DaemonSetPlan(set, pods: pods, nodes: nodes, now: context.now())
        for node in plan.creations { try await create(set, on: node, hash: plan.hash) }
        for pod in pods where plan.deletions.contains(pod.name) {
            try await context.writer.delete(.pods, pod)
            await context.events.record(set, "SuccessfulDelete", "Deleted pod: \(pod.name)")
        }
        var wanted = set
        wanted.tree["status"] = plan.status
        try await context.publish(.daemonSets, wanted, replacing: set)
        return plan.requeue.map { .requeue(after: $0) } ?? .done
    }

    private func create(_ set: KubeObject, on node: String, hash: String) async throws {
        let labels = [
            DaemonSetPlan.hashLabel: hash, "pod-template-generation": String(set.generation ?? 1),
        ]
        var pod = PodTemplate(of: set).pod(ownedBy: set, labels: labels)
        pod.tree["spec"] = DaemonSetPlan.tolerant(pod.tree["spec"] ?? [:])
        pod.tree.set(.string(node), at: ["spec", "nodeName"])
        guard let made = try await context.create(pod, for: set) else { return }
        await context.events.record(set, "SuccessfulCreate", "Created pod: \(made.name)")
    }
}
