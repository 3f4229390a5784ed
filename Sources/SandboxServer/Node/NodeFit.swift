internal import DataTree
internal import KubeAPI

/// Whether a pod may run on a node.
enum NodeFit {
    /// Why a pod may not run on a node, in the words of kube-scheduler.
    enum Obstacle: Sendable, Hashable {
        /// The node is cordoned.
        case unschedulable
        /// A taint that the pod does not tolerate.
        case taint(key: String, value: String)
        /// `nodeSelector` or node affinity.
        case selector

        /// The scheduler's words, to follow a number of nodes.
        var text: String {
            switch self {
            case .unschedulable: "node(s) were unschedulable"
            case .taint(let key, let value): "node(s) had untolerated taint {\(key): \(value)}"
            case .selector: "node(s) didn't match Pod's node affinity/selector"
            }
        }
    }

    private static let cordon = "node.kubernetes.io/unschedulable"

    /// Whether `node` has what the pod's `nodeSelector` and node affinity ask for, and no taint that it does not tolerate.
    static func allows(_ node: KubeObject, _ pod: Tree) -> Bool { obstacle(on: node, for: pod) == nil }

    /// What keeps a pod of this spec from `node`; nil when nothing does.
    static func obstacle(on node: KubeObject, for pod: Tree) -> Obstacle? {
        let tolerations = pod["tolerations"]?.array ?? []
        let cordonTaint: Tree = ["key": .string(cordon), "effect": "NoSchedule"]
        if node.tree.value(at: "spec", "unschedulable")?.bool == true,
            !tolerations.contains(where: { tolerates($0, cordonTaint) })
        {
            return .unschedulable
        }
        for taint in node.tree.value(at: "spec", "taints")?.array ?? []
        where taint["effect"]?.string != "PreferNoSchedule" && !tolerations.contains(where: { tolerates($0, taint) }) {
            return .taint(key: taint["key"]?.string ?? "", value: taint["value"]?.string ?? "")
        }
        let labels = node.labels
        for entry in pod["nodeSelector"]?.object?.entries ?? [] where labels[entry.key] != entry.value.string {
            return .selector
        }
        let affinity = pod.value(at: "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution")
        guard let terms = affinity?["nodeSelectorTerms"]?.array else { return nil }
        return terms.contains { matches($0, node) } ? nil : .selector
    }

    /// One term of a node selector (`NodeSelectorTerm` of core/v1); an empty one matches nothing.
    private static func matches(_ term: Tree, _ node: KubeObject) -> Bool {
        let expressions = term["matchExpressions"]?.array ?? []
        let fields = term["matchFields"]?.array ?? []
        guard !(expressions + fields).isEmpty else { return false }
        let labels = node.labels
        return expressions.allSatisfy { holds($0, labels[$0["key"]?.string ?? ""]) }
            && fields.allSatisfy { $0["key"] == "metadata.name" && holds($0, node.name) }
    }

    private static func holds(_ expression: Tree, _ value: String?) -> Bool {
        let values = expression["values"]?.array?.compactMap(\.string) ?? []
        switch expression["operator"]?.string {
        case "In": return value.map { values.contains($0) } ?? false
        case "NotIn": return value.map { !values.contains($0) } ?? true
        case "Exists": return value != nil
        case "DoesNotExist": return value == nil
        case "Gt": return compare(value, values) { $0 > $1 }
        case "Lt": return compare(value, values) { $0 < $1 }
        default: return false
        }
    }

    private static func compare(_ value: String?, _ values: [String], _ holds: (Int64, Int64) -> Bool) -> Bool {
        guard let left = value.flatMap({ Int64($0) }), let right = values.first.flatMap({ Int64($0) }) else {
            return false
        }
        return holds(left, right)
    }

    private static func tolerates(_ toleration: Tree, _ taint: Tree) -> Bool {
        if let effect = toleration["effect"]?.string, !effect.isEmpty, effect != taint["effect"]?.string {
            return false
        }
        let exists = toleration["operator"]?.string == "Exists"
        guard let key = toleration["key"]?.string, !key.isEmpty else { return exists }
        guard key == taint["key"]?.string else { return false }
        return exists || (toleration["value"]?.string ?? "") == (taint["value"]?.string ?? "")
    }
}
