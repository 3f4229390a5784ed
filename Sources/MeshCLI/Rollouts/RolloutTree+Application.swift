internal import DataTree
internal import KubeAPI
internal import MeshAPI

/// The rollout of an application.
extension RolloutTree {
    var rolloutNodes: [TextTree] {
        let status = subject.rolloutStatus
        let spec = subject.object.tree["spec"] ?? .null
        var nodes: [TextTree] = []
        if let host = spec["host"]?.string { nodes.append(TextTree([Span("Host", .strong), Span(host)])) }
        if let progress = subject.progress, !isAtRest { nodes += progressNodes(progress) }
        nodes += sides(status, spec["workload"] ?? .null)
        if let group = spec["group"]?.string {
            nodes.append(TextTree([Span("Group", .strong), Span(group), Span("steps together", .faint)]))
        }
        return nodes
    }

    private func sides(_ status: MeshRolloutStatus, _ workload: Tree) -> [TextTree] {
        let kind = workload["kind"]?.string ?? "Deployment"
        let weight = max(0, min(status.progress.weight, 100))
        let nodes = [workload["stable"], workload["canary"]].compactMap { side -> TextTree? in
            guard let side, let version = side["version"]?.string else { return nil }
            // Sides change their roles at a promotion, so the status says which is which, not the spec.
            let isCanary =
                status.stable.map { $0 != version } ?? (version == workload["canary"]?["version"]?.string)
            let name = side["name"]?.string.map { "\(kind) \($0)" } ?? "pods"
            let share = isCanary ? weight : 100 - weight
            return TextTree([
                Span(
                    isAtRest ? (isCanary ? "other" : "serves") : isCanary ? "canary" : "stable",
                    isCanary ? .faint : .good
                ),
                Span(version), Span(name), Span(isAtRest ? "" : "\(share)%", .strong),
            ])
        }
        guard !nodes.isEmpty else { return [] }
        return [TextTree([Span("Sides", .strong), Span(status.ready.map { "ready \($0)" } ?? "", .faint)], nodes)]
    }
}
