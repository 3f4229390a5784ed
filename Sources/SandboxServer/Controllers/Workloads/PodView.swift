internal import DataTree
internal import KubeAPI
internal import MeshBase

/// What controllers ask about a pod.
struct PodView: Sendable {
    /// The pod.
    let object: KubeObject

    /// Looks at a pod.
    init(_ object: KubeObject) {
        self.object = object
    }

    /// `status.phase`, `Pending` where it is absent.
    var phase: String { object.tree.value(at: "status", "phase")?.string ?? "Pending" }
    /// Whether all its containers have ended.
    var isFinished: Bool { phase == "Succeeded" || phase == "Failed" }
    /// Whether it counts as one of the replicas wanted: not finished and not being deleted.
    var isActive: Bool { !isFinished && !object.isDeleting }
    /// Whether it serves.
    var isReady: Bool { object.conditions.isTrue("Ready") }
    /// `spec.nodeName`, nil before it is bound.
    var node: String? { object.tree.value(at: "spec", "nodeName")?.string.flatMap { $0.isEmpty ? nil : $0 } }
    /// `status.podIP`.
    var address: String? { object.tree.value(at: "status", "podIP")?.string.flatMap { $0.isEmpty ? nil : $0 } }

    /// Whether it has been ready for at least `seconds` at `now`.
    func isAvailable(after seconds: Int64, now: Timestamp) -> Bool {
        guard isReady else { return false }
        if seconds <= 0 { return true }
        guard let since = object.conditions.condition("Ready")?.lastTransitionTime.flatMap(Timestamp.init(rfc3339:))
        else { return false }
        return since + .seconds(seconds) <= now
    }

    /// Which of two pods to delete first: unbound before bound, pending before running, unready before ready, by the cost that
    /// `controller.kubernetes.io/pod-deletion-cost` gives, more restarts first, younger first.
    static func goesFirst(_ left: PodView, _ right: PodView) -> Bool {
        let (mine, theirs) = (left.rank, right.rank)
        if mine != theirs { return mine.lexicographicallyPrecedes(theirs) }
        let (created, other) = (left.created, right.created)
        return created == other ? left.object.name < right.object.name : created > other
    }

    private var rank: [Int] {
        let cost = object.annotations["controller.kubernetes.io/pod-deletion-cost"].flatMap { Int32($0) } ?? 0
        return [node == nil ? 0 : 1, phase == "Running" ? 1 : 0, isReady ? 1 : 0, Int(cost), -restarts]
    }
    /// How often its containers were started again.
    private var restarts: Int {
        let statuses = object.tree.value(at: "status", "containerStatuses")?.array ?? []
        let most = statuses.compactMap { $0["restartCount"]?.integer }.max() ?? 0
        return Int(min(max(0, most), Int64(Int32.max)))
    }
    private var created: String { object.tree.value(at: "metadata", "creationTimestamp")?.string ?? "" }
}

/// Counts of pods, as the statuses of workloads show them.
struct PodCounts: Sendable, Hashable {
    /// Pods that count as replicas.
    var total: Int64 = 0
    /// Of these, ready ones.
    var ready: Int64 = 0
    /// Of these, ready for long enough.
    var available: Int64 = 0

    /// Counts the active ones of `pods`.
    init(_ pods: [PodView], minReadySeconds: Int64, now: Timestamp) {
        for pod in pods where pod.isActive {
            total += 1
            if pod.isReady { ready += 1 }
            if pod.isAvailable(after: minReadySeconds, now: now) { available += 1 }
        }
    }
}
