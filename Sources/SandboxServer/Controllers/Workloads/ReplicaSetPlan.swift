internal import DataTree
internal import KubeAPI
internal import MeshBase

/// What is to be done so that a ReplicaSet has the pods it wants; a pure function of what was observed.
struct ReplicaSetPlan: Sendable, Hashable {
    /// How many pods to create.
    var creations: Int64 = 0
    /// The names of the pods to delete, first first.
    var deletions: [String] = []
    /// The status to be shown.
    var status: Tree
    /// When to look again although nothing has changed: pods become available by waiting.
    var requeue: Duration?

    /// The most pods created or deleted at a time; the next event continues.
    static let burst: Int64 = 500

    /// Plans for `set`, whose pods are `pods`.
    init(_ set: KubeObject, pods: [KubeObject], now: Timestamp) {
        let views = pods.map { PodView($0) }
        let active = views.filter(\.isActive)
        let missing = set.wantedReplicas - Int64(active.count)
        if !set.isDeleting {
            creations = max(0, min(missing, Self.burst))
            deletions = active.sorted(by: PodView.goesFirst).prefix(Int(max(0, min(-missing, Self.burst))))
                .map(\.object.name)
        }
        let counts = PodCounts(views, minReadySeconds: set.minReadySeconds, now: now)
        if counts.available < counts.ready { requeue = .seconds(max(1, set.minReadySeconds)) }
        let labels = set.tree.value(at: "spec", "template", "metadata", "labels")?.object?.entries ?? []
        let labelled = active.count { pod in
            let own = pod.object.labels
            return labels.allSatisfy { own[$0.key] == $0.value.string }
        }
        status = .counts(
            [
                ("replicas", counts.total), ("fullyLabeledReplicas", Int64(labelled)), ("readyReplicas", counts.ready),
                ("availableReplicas", counts.available), ("observedGeneration", set.generation ?? 0),
            ],
            always: ["replicas"]
        )
        if let conditions = set.tree.value(at: "status", "conditions") { status["conditions"] = conditions }
    }
}
