internal import DataTree
internal import KubeAPI
internal import KubeRuntime
internal import MeshBase

/// Binds pods to nodes: to the fitting node with the fewest pods.
struct PodScheduler: Reconciling {
    let context: ControllerContext

    /// The controller to run.
    static func controller(_ context: ControllerContext) -> ClusterController {
        ClusterController(
            name: "scheduler",
            sources: [
                .init(.pods) { PodView($0).node == nil && PodView($0).isActive ? [$0.key] : [] }
            ],
            reconciler: PodScheduler(context: context)
        )
    }

    /// The node for `pod`, nil when none fits.
    static func choose(_ pod: KubeObject, nodes: [KubeObject], load: [String: Int]) -> String? {
        let spec = pod.tree["spec"] ?? [:]
        let fitting = nodes.filter { node in
            node.conditions.isTrue("Ready") && node.tree.value(at: "spec", "unschedulable")?.bool != true
                && !node.isDeleting && NodeFit.allows(node, spec)
        }
        return fitting.min { (load[$0.name] ?? 0, $0.name) < (load[$1.name] ?? 0, $1.name) }?.name
    }

    func reconcile(_ key: ObjectKey) async throws -> ReconcileOutcome {
        guard let pod = try await context.reader.get(.pods, key), PodView(pod).node == nil, PodView(pod).isActive,
            pod.tree.value(at: "spec", "schedulingGates")?.array?.isEmpty ?? true,
            pod.tree.value(at: "spec", "schedulerName")?.string ?? "default-scheduler" == "default-scheduler"
        else { return .done }
        let nodes = try await context.reader.list(.nodes)
        var load: [String: Int] = [:]
        if nodes.count > 1 {
            for other in try await context.reader.list(.pods) {
                if let node = PodView(other).node { load[node, default: 0] += 1 }
            }
        }
        guard let node = Self.choose(pod, nodes: nodes, load: load) else {
            try await refuse(pod, nodes: nodes.count)
            return .requeue(after: .seconds(2))
        }
        let path = APIResource.pods.path(namespace: key.namespace, name: key.name, subresource: "binding")
        try await context.writer.post(
            path,
            [
                "apiVersion": "v1", "kind": "Binding", "metadata": ["name": .string(key.name)],
                "target": ["apiVersion": "v1", "kind": "Node", "name": .string(node)],
            ]
        )
        let message = "Successfully assigned \(key) to \(node)"
        await context.events.record(pod, "Scheduled", message)
        return .done
    }

    private func refuse(_ pod: KubeObject, nodes: Int) async throws {
        let message = "0/\(nodes) nodes are available: no node is ready and has the labels and taints the pod asks for."
        guard pod.conditions.condition("PodScheduled")?.message != message else { return }
        var wanted = pod
        var conditions = pod.conditions
        conditions.set(
            Condition(type: "PodScheduled", status: .isFalse, reason: "Unschedulable", message: message),
            now: context.now().rfc3339
        )
        wanted.conditions = conditions
        try await context.publish(.pods, wanted, replacing: pod)
        await context.events.record(pod, "FailedScheduling", message, isWarning: true)
    }
}
