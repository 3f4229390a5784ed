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
        if let progress = subject.progress { nodes += progressNodes(progress) }
        nodes += sides(status, spec["workload"] ?? .null)
        if let group = spec["group"]?.string {
            nodes.append(TextTree([Span("Group", .strong), Span(group), Span("steps together", .faint)]))
        }
        return nodes
    }

    private func sides(_ status: MeshRolloutStatus, _ workload: Tree) -> [TextTree] {
        let kind = workload["kind"]?.string ?? "Deployment"
        let weight = max(0, min(status.progress.weight, 100))
        let nodes = [("stable", 100 - weight), ("canary", weight)].compactMap { side, share -> TextTree? in
            guard let version = workload[side]?["version"]?.string else { return nil }
            let name = workload[side]?["name"]?.string.map { "\(kind) \($0)" } ?? "pods"
            let isServing = status.phase == .completed && version == status.stable
            return TextTree([
                Span(side, side == "canary" ? .busy : .normal), Span(version), Span(name),
                Span(isServing ? "serves" : "\(share)%", .strong),
            ])
        }
        guard !nodes.isEmpty else { return [] }
        return [TextTree([Span("Sides", .strong), Span(status.ready.map { "ready \($0)" } ?? "", .faint)], nodes)]
    }
}
