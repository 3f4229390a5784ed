package import KubeAPI
internal import MeshAPI
internal import UpgradePlanning

/// Who refers to which revision, and so which revisions may go.
package struct RevisionReferences: Sendable, Hashable {
    /// What refers to one revision.
    package struct Holders: Sendable, Hashable {
        /// Pods with a sidecar of it.
        package var pods: [ObjectKey] = []
        /// Namespaces whose labels choose it, itself or by a tag.
        package var namespaces: [String] = []
        /// Tags that point to it or are answered by it.
        package var tags: [String] = []
        /// Tags of others that lead to it, with what moves them.
        package var foreignTags: [String] = []
        /// Gateways that run with it.
        package var gateways: [GatewayID] = []
        /// Workloads without pods of it whose pod template names it, itself or by a tag.
        package var templates: [ResourceID] = []

        /// Nobody.
        package init() {}

        /// Whether nothing refers to the revision.
        package var isEmpty: Bool {
            reasons.isEmpty
        }

        /// What holds the revision, for people: `3 pods in shop`, `namespace label of pay`; empty when nothing does.
        package var reasons: [String] {
            var result: [String] = []
            if !pods.isEmpty {
                let places = Set(pods.compactMap(\.namespace)).sorted()
                result.append("\(pods.count) pod\(pods.count == 1 ? "" : "s") in \(Self.list(places))")
            }
            if !namespaces.isEmpty { result.append("namespace label of \(Self.list(namespaces.sorted()))") }
            if !tags.isEmpty { result.append("tag \(Self.list(tags.sorted()))") }
            if !foreignTags.isEmpty { result.append("tag of others \(Self.list(foreignTags.sorted()))") }
            if !gateways.isEmpty {
                result.append("gateway \(Self.list(gateways.sorted().map(\.description)))")
            }
            if !templates.isEmpty {
                result.append("pod template of \(Self.list(templates.sorted().map(\.description)))")
            }
            return result
        }

        /// One line for people: `kept: 3 pods in shop, namespace label of pay`; nil when nothing holds the revision.
        package var summary: String? {
            let reasons = reasons
            return reasons.isEmpty ? nil : "kept: \(reasons.joined(separator: ", "))"
        }

        private static func list(_ names: [String]) -> String {
            let more = names.count - 3
            return names.prefix(3).joined(separator: ", ") + (more > 0 ? " and \(more) more" : "")
        }
    }

    private var held: [String: Holders] = [:]

    /// No references.
    package init() {}

    /// Finds who among `sight` refers to the revisions of a mesh.
    init(_ composition: RevisionComposition, _ sight: UpgradeCrowd.Sight) {
        let own = sight.own.compactMap { OwnPods($0) }
        let tags = composition.answering.merging(sight.foreignTags) { ours, _ in ours }
        self.init(composition, tags: tags, pods: sight.pods, namespaces: sight.namespaces) { pod in
            own.contains { $0.includes(pod) }
        }
        for (tag, revision) in sight.foreignTags {
            let remedy = "istioctl tag set \(tag) --revision \(composition.stable.name) --overwrite"
            held[revision, default: Holders()].foreignTags.append("\(tag) (`\(remedy)` moves it)")
        }
        let running = Set(
            sight.pods.map { pod in
                Run(owner: WorkloadInventory.owner(of: pod), revision: SidecarPod.revision(of: pod) ?? "")
            }
        )
        for (id, revision) in sight.namedByTemplates(RevisionChoice(tags: tags))
        where !running.contains(Run(owner: id, revision: revision)) {
            held[revision, default: Holders()].templates.append(id)
        }
    }

    /// Pods of a workload with a revision.
    private struct Run: Hashable {
        let owner: ResourceID
        let revision: String
    }

    /// Finds who refers to the revisions of a mesh.
    ///
    /// - Parameters:
    ///   - composition: the tags and gateways.
    ///   - tags: what each tag leads to, those of others as well; nil where there are only the composition's.
    ///   - pods: all pods, as ``SidecarPod/trimmed(_:)`` leaves them.
    ///   - namespaces: all namespaces.
    ///   - isOwn: whether a pod is the mesh's own; gateways' pods count by their gateway.
    package init(
        _ composition: RevisionComposition,
        tags: [String: String]? = nil,
        pods: [KubeObject],
        namespaces: [KubeObject],
        isOwn: (KubeObject) -> Bool
    ) {
        let choice = RevisionChoice(tags: tags ?? composition.answering)
        for pod in pods where !isOwn(pod) {
            if let revision = SidecarPod.revision(of: pod) { held[revision, default: Holders()].pods.append(pod.key) }
        }
        for namespace in namespaces where !namespace.isDeleting {
            guard let revision = choice.revision(ofNamespace: namespace.labels) else { continue }
            held[revision, default: Holders()].namespaces.append(namespace.name)
        }
        for (tag, pointed) in composition.pointers {
            let answering = composition.answering[tag]
            for revision in Set([pointed, answering].compactMap(\.self)) where revision != tag {
                held[revision, default: Holders()].tags.append(tag)
            }
            if answering == tag { held[tag, default: Holders()].tags.append(tag) }
        }
        for (gateway, share) in composition.gateways {
            for revision in Set(share.sides.map(\.revision)) {
                held[revision, default: Holders()].gateways.append(gateway)
            }
        }
    }

    /// What refers to a revision.
    package func holders(of revision: String) -> Holders { held[revision] ?? Holders() }

    /// The kept revisions of a composition that nothing refers to any more; the stable one and the target never go.
    package func retirable(_ composition: RevisionComposition) -> [RevisionSlot] {
        let needed = [composition.stable.name, composition.target?.name, composition.sharedFrom]
        return composition.kept.filter { !needed.contains($0.name) && holders(of: $0.name).isEmpty }
    }
}
