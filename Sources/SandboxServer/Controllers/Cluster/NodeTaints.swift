internal import DataTree
internal import KubeAPI
internal import KubeRuntime

/// Lets pods onto nodes that are ready and not cordoned, and keeps them off others ("Taint based evictions" in the
/// Kubernetes documentation).
struct NodeTaints: Reconciling {
    let context: ControllerContext

    private static let notReady = "node.kubernetes.io/not-ready"
    private static let cordon = "node.kubernetes.io/unschedulable"
    private static let unreachable = "node.kubernetes.io/unreachable"

    /// The controller to run.
    static func controller(_ context: ControllerContext) -> ClusterController {
        ClusterController(
            name: "node-lifecycle",
            sources: [.object(.nodes)],
            reconciler: NodeTaints(context: context)
        )
    }

    /// The taints that `node` should have; nil when it has them.
    static func taints(of node: KubeObject) -> [Tree]? {
        let present = node.tree.value(at: "spec", "taints")?.array ?? []
        let conditions = node.tree.value(at: "status", "conditions")?.array ?? []
        let ready = conditions.first { $0["type"] == "Ready" }?["status"]?.string
        let wanted =
            switch ready {
            case "True": ""
            case "Unknown": unreachable
            default: notReady
            }
        var taints = present.filter { taint in
            guard taint["effect"] == "NoSchedule", let key = taint["key"]?.string else { return true }
            return key == wanted || ![notReady, unreachable].contains(key)
        }
        if !wanted.isEmpty, !taints.contains(where: { $0["key"]?.string == wanted && $0["effect"] == "NoSchedule" }) {
            taints.append(["key": .string(wanted), "effect": "NoSchedule"])
        }
        let isCordoned = node.tree.value(at: "spec", "unschedulable")?.bool == true
        if taints.contains(where: { $0["key"]?.string == cordon }) != isCordoned {
            taints.removeAll { $0["key"]?.string == cordon }
            if isCordoned { taints.append(["key": .string(cordon), "effect": "NoSchedule"]) }
        }
        return taints == present ? nil : taints
    }

    func reconcile(_ key: ObjectKey) async throws -> ReconcileOutcome {
        guard let node = try await context.reader.get(.nodes, key), !node.isDeleting,
            let taints = Self.taints(of: node)
        else { return .done }
        var patch: Tree = ["spec": ["taints": taints.isEmpty ? .null : .array(taints)]]
        patch["metadata"] = ["resourceVersion": .string(node.resourceVersion ?? "")]
        try await context.writer.merge(.nodes, key, patch)
        return .done
    }
}
