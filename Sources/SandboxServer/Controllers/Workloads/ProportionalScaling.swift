internal import KubeAPI

/// Shares a change of a Deployment's size among its ReplicaSets while a rollout is under way, in proportion to their sizes
/// ("Proportional scaling" in the Kubernetes documentation), so that a canary in the middle keeps its share.
enum ProportionalScaling {
    /// The new sizes of the active ReplicaSets, in the order in which they are dealt with.
    static func sizes(_ view: DeploymentView) -> [(set: KubeObject, size: Int64)] {
        let active = view.all.filter { $0.wantedReplicas > 0 }
        let total = active.reduce(0) { $0 + $1.wantedReplicas }
        let allowed = view.wanted > 0 ? view.wanted + view.maxSurge : 0
        let change = allowed - total
        // The largest first; among equals the newest grows first and the oldest shrinks first.
        let sorted = active.sorted { left, right in
            if left.wantedReplicas != right.wantedReplicas { return left.wantedReplicas > right.wantedReplicas }
            let isNewer = DeploymentView.revision(left) > DeploymentView.revision(right)
            return change > 0 ? isNewer : !isNewer
        }
        var given: Int64 = 0
        var result: [(set: KubeObject, size: Int64)] = sorted.map { set in
            guard change != 0 else { return (set, set.wantedReplicas) }
            let share = self.share(of: set, view)
            let left = change - given
            let part = change > 0 ? min(share, left) : max(share, left)
            given += part
            return (set, max(0, set.wantedReplicas + part))
        }
        // What rounding left over goes to the first.
        if change != given, let first = result.first { result[0].size = max(0, first.size + change - given) }
        return result
    }

    /// How many replicas a set gains or loses if it keeps its part of the whole.
    private static func share(of set: KubeObject, _ view: DeploymentView) -> Int64 {
        let size = set.wantedReplicas
        guard view.wanted > 0 else { return -size }
        let before = set.annotations[DeploymentView.maximumAnnotation].flatMap { Int64($0) }
        let whole = before ?? view.deployment.statusCount("replicas")
        guard whole > 0 else { return 0 }
        let now = Double(size) * Double(view.wanted + view.maxSurge) / Double(whole)
        return (Int64(exactly: now.rounded()) ?? size) - size
    }
}
