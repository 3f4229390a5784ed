internal import DataTree
internal import KubeAPI
internal import MeshBase

/// What is to be done so that a StatefulSet has its numbered pods; a pure function of what was observed.
struct StatefulSetPlan: Sendable, Hashable {
    static let hashLabel = "controller-revision-hash"

    /// The numbers of the pods to create.
    var creations: [Int64] = []
    /// The names of the pods to delete.
    var deletions: [String] = []
    /// The name of the present revision.
    var revision: String
    /// The status to be shown.
    var status: Tree
    /// When to look again although nothing has changed.
    var requeue: Duration?

    /// Plans for `set`, whose pods are `pods`.
    init(_ set: KubeObject, pods: [KubeObject], now: Timestamp) {
        let revision = "\(set.name)-\(PodTemplate(of: set).hash())"
        self.revision = revision
        status = [:]
        let first = set.count(0, "spec", "ordinals", "start")
        let wanted = first..<(first + min(set.wantedReplicas, 10_000))
        var byNumber: [Int64: PodView] = [:]
        for pod in pods {
            if let number = Self.number(of: pod, in: set) { byNumber[number] = PodView(pod) }
        }
        if !set.isDeleting { plan(set, wanted: wanted, byNumber, now: now) }
        let views = wanted.compactMap { byNumber[$0] }
        let counts = PodCounts(views, minReadySeconds: set.minReadySeconds, now: now)
        if counts.available < counts.ready { requeue = .seconds(max(1, set.minReadySeconds)) }
        let updated = Int64(views.count { $0.isActive && $0.object.labels[Self.hashLabel] == revision })
        let isDone = updated == Int64(wanted.count) && counts.ready == updated
        let before = set.tree.value(at: "status", "currentRevision")?.string ?? revision
        let current = isDone ? revision : before
        let onCurrent = Int64(views.count { $0.isActive && $0.object.labels[Self.hashLabel] == current })
        status = .counts(
            [
                ("replicas", counts.total), ("readyReplicas", counts.ready), ("currentReplicas", onCurrent),
                ("updatedReplicas", updated), ("availableReplicas", counts.available),
                ("observedGeneration", set.generation ?? 0),
            ],
            always: ["replicas", "availableReplicas"]
        )
        status["currentRevision"] = .string(current)
        status["updateRevision"] = .string(revision)
        status["collisionCount"] = 0
    }

    /// The revision of a pod about to be made: below the partition that which all pods had before.
    func revision(ofNew number: Int64, in set: KubeObject) -> String {
        let strategy = set.tree.value(at: "spec", "updateStrategy")
        let first = set.count(0, "spec", "ordinals", "start")
        let partition = Count.clamped(strategy?["rollingUpdate"]?["partition"]?.integer ?? 0)
        guard strategy?["type"]?.string != "OnDelete", number - first < partition,
            let current = set.tree.value(at: "status", "currentRevision")?.string, !current.isEmpty
        else { return revision }
        return current
    }

    private mutating func plan(
        _ set: KubeObject,
        wanted: Range<Int64>,
        _ byNumber: [Int64: PodView],
        now: Timestamp
    ) {
        let isParallel = set.tree.value(at: "spec", "podManagementPolicy")?.string == "Parallel"
        let surplus = byNumber.keys.filter { !wanted.contains($0) }.sorted(by: >)
        for number in wanted {
            guard let pod = byNumber[number] else {
                creations.append(number)
                if isParallel { continue }
                return
            }
            if pod.isFinished, !pod.object.isDeleting { deletions.append(pod.object.name) }
            // In order: the next one waits until this one serves.
            if !isParallel, !pod.isAvailable(after: set.minReadySeconds, now: now) || pod.object.isDeleting { return }
        }
        for number in surplus {
            guard let pod = byNumber[number] else { continue }
            if !pod.object.isDeleting { deletions.append(pod.object.name) }
            if !isParallel { return }
        }
        planUpdate(set, wanted: wanted, byNumber)
    }

    /// Renews the highest pod of an older revision once all above it serve.
    private mutating func planUpdate(_ set: KubeObject, wanted: Range<Int64>, _ byNumber: [Int64: PodView]) {
        let strategy = set.tree.value(at: "spec", "updateStrategy")
        guard strategy?["type"]?.string != "OnDelete" else { return }
        let partition = Count.clamped(strategy?["rollingUpdate"]?["partition"]?.integer ?? 0)
        for number in wanted.reversed() where number >= wanted.lowerBound + partition {
            guard let pod = byNumber[number], !pod.object.isDeleting else { return }
            if pod.object.labels[Self.hashLabel] != revision {
                deletions.append(pod.object.name)
                return
            }
            if !pod.isReady { return }
        }
    }

    private static func number(of pod: KubeObject, in set: KubeObject) -> Int64? {
        guard pod.name.hasPrefix(set.name + "-") else { return nil }
        return Int64(pod.name.dropFirst(set.name.count + 1)).flatMap { $0 >= 0 ? $0 : nil }
    }
}
