internal import DataTree
package import KubeAPI
internal import MeshAPI
internal import UpgradePlanning

/// Who still uses a revision of the mesh.
package struct RevisionUsage: Sendable, Hashable {
    /// Pods with a sidecar of the revision, gateways of the mesh left out.
    package var pods: [ObjectKey] = []
    /// How many of these pods each revision has.
    package var podsPerRevision: [String: Int] = [:]
    /// Namespaces whose pods would get a sidecar of the revision.
    package var namespaces: [String] = []

    /// Nobody.
    package init() {}

    /// Whether somebody does.
    package var isInUse: Bool { !pods.isEmpty || !namespaces.isEmpty }

    /// Who, for people: the first few by name and the number of all.
    package var summary: String {
        var parts: [String] = []
        if !pods.isEmpty { parts.append(Self.list("pod", pods.map(\.description))) }
        if !namespaces.isEmpty { parts.append(Self.list("namespace", namespaces)) }
        return parts.joined(separator: " and ")
    }

    private static func list(_ noun: String, _ names: [String]) -> String {
        let shown = names.sorted().prefix(5).joined(separator: ", ")
        return "\(names.count) \(noun)\(names.count == 1 ? "" : "s") (\(shown)\(names.count > 5 ? ", …" : ""))"
    }

    /// Finds the users of revisions.
    ///
    /// - Parameters:
    ///   - revisions: the names of revisions and of tags that lead to them; `default` for the revision without a name and for the
    ///     tag of that name, which `istio-injection=enabled` chooses.
    ///   - pods: pods as ``SidecarPod/trimmed(_:)`` leaves them.
    ///   - namespaces: all namespaces.
    ///   - workloads: the mesh's own Deployments and DaemonSets, whose pods do not count.
    package init(
        of revisions: Set<String>,
        pods: [KubeObject],
        namespaces: [KubeObject],
        workloads: [KubeObject]
    ) {
        let own = workloads.compactMap { OwnPods($0) }
        for pod in pods {
            guard let revision = SidecarPod.revision(of: pod), revisions.contains(revision) else { continue }
            guard !own.contains(where: { $0.includes(pod) }) else { continue }
            self.pods.append(pod.key)
            podsPerRevision[revision, default: 0] += 1
        }
        for namespace in namespaces where !namespace.isDeleting {
            let labels = namespace.labels
            let named = labels[MeshNames.Label.revision]
            let chosen = named ?? (labels["istio-injection"] == "enabled" ? "default" : nil)
            if let chosen, revisions.contains(chosen) { self.namespaces.append(namespace.name) }
        }
        self.pods.sort()
        self.namespaces.sort()
    }
}
