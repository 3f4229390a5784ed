internal import DataTree
internal import KubeAPI
internal import ManifestRendering
internal import MeshAPI

/// The upgrade of a mesh.
extension RolloutTree {
    var meshNodes: [TextTree] {
        let status = subject.meshStatus
        return hops(status) + revisions(status) + gateways(status) + components(status)
    }

    private func hops(_ status: MeshOperatorStatus) -> [TextTree] {
        guard let plan = status.plan else { return [] }
        let inner = progressNodes(plan.progress)
        guard !plan.hops.isEmpty else { return inner }
        let current = currentHop(plan.hops, status)
        return plan.hops.enumerated().map { index, version in
            let name = plan.hops.count == 1 ? "Hop" : "Hop \(index + 1) of \(plan.hops.count)"
            let isCurrent = index == current && subject.standing != .complete
            let isPast = index < current || subject.standing == .complete
            let isBad = isCurrent && subject.standing.exitCode != 0
            let mark = isPast ? style.done : isBad ? style.wrong : isCurrent ? style.current : style.later
            let tone: TextStyle.Tone = isPast ? .good : isBad ? .bad : isCurrent ? .busy : .faint
            return TextTree(
                [Span(mark, tone), Span("\(name): \(version)", isCurrent ? .strong : tone)],
                index == min(current, plan.hops.count - 1) ? inner : []
            )
        }
    }

    /// The hop under way: to the version of the revision being moved to, else the first that is newer than what runs.
    private func currentHop(_ hops: [String], _ status: MeshOperatorStatus) -> Int {
        let target = status.revisions.first { $0.name == status.targetRevision }?.version
        if status.targetRevision != status.revision, let target, let index = hops.firstIndex(of: target) {
            return index
        }
        guard let running = status.version.flatMap({ MeshVersion($0) }) else { return 0 }
        return hops.firstIndex { MeshVersion($0).map { running < $0 } ?? false } ?? hops.count
    }

    private func revisions(_ status: MeshOperatorStatus) -> [TextTree] {
        guard !status.revisions.isEmpty else { return [] }
        let total = status.proxies.map { "proxies moved \($0)" } ?? ""
        let nodes = status.revisions.map { revision in
            let isTarget = revision.name == status.targetRevision && status.targetRevision != status.revision
            return TextTree([
                Span(revision.ready ? style.done : style.current, revision.ready ? .good : .busy),
                Span(revision.name), Span(revision.version),
                Span(revision.ready ? "ready" : "not ready", revision.ready ? .good : .busy),
                Span("\(revision.proxies) \(revision.proxies == 1 ? "proxy" : "proxies")"),
                Span("\(max(0, min(revision.weight, 100)))%", .strong), Span(isTarget ? "new" : "", .busy),
                Span(revision.inUse ? "" : "unused", .faint),
            ])
        }
        return [TextTree([Span("Revisions", .strong), Span(total, .faint)], nodes)]
    }

    private func gateways(_ status: MeshOperatorStatus) -> [TextTree] {
        guard !status.gateways.isEmpty else { return [] }
        let nodes = status.gateways.map { gateway in
            TextTree([
                Span("\(gateway.namespace)/\(gateway.name)"), Span(gateway.revision, .strong),
                Span(gateway.address, .faint),
            ])
        }
        return [TextTree([Span("Gateways", .strong)], nodes)]
    }

    private func components(_ status: MeshOperatorStatus) -> [TextTree] {
        guard !status.components.isEmpty else { return [] }
        let waiting = status.components.filter { !$0.ready }
        let ready = status.components.count - waiting.count
        let nodes = waiting.map { component in
            TextTree([Span(style.current, .busy), Span(component.name), Span(component.message)])
        }
        let tone: TextStyle.Tone = waiting.isEmpty ? .good : .busy
        let count = Span("\(ready) of \(status.components.count) ready", tone)
        return [TextTree([Span("Components", .strong), count], nodes)]
    }
}
