internal import DataTree
internal import KubeAPI
internal import MeshBase

/// What is to be done so that every fitting node has the pod of a DaemonSet; a pure function of what was observed.
struct DaemonSetPlan: Sendable, Hashable {
    static let hashLabel = "controller-revision-hash"

    /// The nodes that need a pod.
    var creations: [String] = []
    /// The names of the pods to delete.
    var deletions: [String] = []
    /// The hash of the present template.
    var hash: String
    /// The status to be shown.
    var status: Tree
    /// When to look again although nothing has changed.
    var requeue: Duration?

    /// Plans for `set`, whose pods are `pods`, over `nodes`.
    init(_ set: KubeObject, pods: [KubeObject], nodes: [KubeObject], now: Timestamp) {
        let hash = PodTemplate(of: set).hash()
        let spec = DaemonSetPlan.tolerant(set.tree.value(at: "spec", "template", "spec") ?? [:])
        let fitting = nodes.filter { NodeFit.allows($0, spec) }
        let wanted = Set(fitting.map(\.name))
        let views = pods.map { PodView($0) }
        var byNode: [String: [PodView]] = [:]
        for pod in views where !pod.object.isDeleting { byNode[pod.node ?? "", default: []].append(pod) }
        self.hash = hash
        if !set.isDeleting {
            for node in wanted.sorted() {
                let present = byNode[node] ?? []
                if present.isEmpty { creations.append(node) }
                deletions += present.sorted(by: PodView.goesFirst).dropLast().map(\.object.name)
                deletions += present.filter(\.isFinished).map(\.object.name)
            }
            for (node, present) in byNode where !wanted.contains(node) { deletions += present.map(\.object.name) }
            deletions += Self.outdated(set, byNode, wanted, hash, now: now)
            deletions = Set(deletions).sorted()
        }
        let scheduled = wanted.compactMap { byNode[$0]?.first }
        let counts = PodCounts(scheduled, minReadySeconds: set.minReadySeconds, now: now)
        if counts.available < counts.ready { requeue = .seconds(max(1, set.minReadySeconds)) }
        let updated = scheduled.count { $0.object.labels[Self.hashLabel] == hash }
        let misplaced = byNode.keys.count { !wanted.contains($0) }
        status = .counts(
            [
                ("currentNumberScheduled", Int64(scheduled.count)), ("numberMisscheduled", Int64(misplaced)),
                ("desiredNumberScheduled", Int64(wanted.count)), ("numberReady", counts.ready),
                ("observedGeneration", set.generation ?? 0), ("updatedNumberScheduled", Int64(updated)),
                ("numberAvailable", counts.available),
                ("numberUnavailable", Int64(wanted.count) - counts.available),
            ],
            always: ["currentNumberScheduled", "numberMisscheduled", "desiredNumberScheduled", "numberReady"]
        )
    }

    /// A pod's spec with the tolerations that all pods of DaemonSets have: they stay on nodes in trouble, and come to
    /// cordoned ones ("DaemonSet" in the Kubernetes documentation, taints and tolerations).
    static func tolerant(_ spec: Tree) -> Tree {
        var taints = [("not-ready", "NoExecute"), ("unreachable", "NoExecute")]
        taints += ["disk-pressure", "memory-pressure", "pid-pressure", "unschedulable"].map { ($0, "NoSchedule") }
        if spec["hostNetwork"]?.bool == true { taints.append(("network-unavailable", "NoSchedule")) }
        var tolerations = spec["tolerations"]?.array ?? []
        for (name, effect) in taints {
            let toleration: Tree = [
                "key": .string("node.kubernetes.io/\(name)"), "operator": "Exists", "effect": .string(effect),
            ]
            if !tolerations.contains(toleration) { tolerations.append(toleration) }
        }
        var result = spec
        result["tolerations"] = .array(tolerations)
        return result
    }

    /// Pods of an older template that may go now: as many as `maxUnavailable` leaves room for.
    private static func outdated(
        _ set: KubeObject,
        _ byNode: [String: [PodView]],
        _ wanted: Set<String>,
        _ hash: String,
        now: Timestamp
    ) -> [String] {
        let strategy = set.tree.value(at: "spec", "updateStrategy")
        guard strategy?["type"]?.string != "OnDelete" else { return [] }
        let setting = strategy?["rollingUpdate"]?["maxUnavailable"].flatMap(IntOrString.init) ?? .integer(1)
        let total = Int64(wanted.count)
        let allowed = max(1, Count.clamped(setting.scaled(of: total, rounding: .up) ?? 1))
        let pods = wanted.sorted().compactMap { byNode[$0]?.first }
        let down = total - Int64(pods.count { $0.isAvailable(after: set.minReadySeconds, now: now) })
        let old = pods.filter { $0.object.labels[hashLabel] != hash }
        let broken = old.filter { !$0.isReady }.map(\.object.name)
        let room = max(0, allowed - down)
        return broken + old.filter(\.isReady).prefix(Int(room)).map(\.object.name)
    }
}
