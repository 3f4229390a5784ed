internal import DataTree
package import KubeAPI
internal import ManifestRendering
internal import MeshAPI
package import UpgradePlanning

/// Who still uses a revision of the mesh.
package struct RevisionUsage: Sendable, Hashable {
    /// Pods with a sidecar of the revision, gateways of the mesh left out.
    package var pods: [ObjectKey] = []
    /// How many of these pods each revision has.
    package var podsPerRevision: [String: Int] = [:]
    /// How many of these pods each version of the proxy has, by the tag of its image.
    package var podsPerProxy: [String: Int] = [:]
    /// Namespaces whose pods would get a sidecar of the revision, chosen by its name or by that of a tag.
    package var namespaces: [String] = []
    /// Pods that should have a sidecar of the revision, by their labels and those of their namespace, and have none at all.
    package var lacking: [ObjectKey] = []

    /// Nobody.
    package init() {}

    /// Whether somebody does.
    package var isInUse: Bool { !pods.isEmpty || !namespaces.isEmpty }

    /// Who uses them, as the beginning of a sentence: `1 namespace (shop) uses`.
    var claim: String { "\(summary) \(pods.count + namespaces.count == 1 ? "uses" : "use")" }

    /// Who, for people: the first few by name and the number of all.
    package var summary: String {
        var parts: [String] = []
        if !pods.isEmpty { parts.append(Self.list("pod", pods.map(\.description))) }
        if !namespaces.isEmpty { parts.append(Self.list("namespace", namespaces)) }
        return parts.joined(separator: " and ")
    }

    /// The pods without the sidecar they should have, for people, and what helps; nil for none.
    package var lackingSummary: String? {
        guard !lacking.isEmpty else { return nil }
        let verb = lacking.count == 1 ? "has none and should have one" : "have none and should have one"
        return "\(Self.list("pod", lacking.map(\.description))) \(verb); restart what runs them"
    }

    /// How many pods have a proxy of another version of the mesh: they were not restarted since.
    ///
    /// A tag that is no version, as of an image of one's own, says nothing; a variant (`1.30.2-distroless`) is of its version.
    package func behind(_ version: String) -> Int {
        podsPerProxy.reduce(0) { sum, entry in
            let base = String(entry.key.prefix { $0 != "-" })
            return MeshVersion(base) != nil && base != version ? sum + entry.value : sum
        }
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
    ///   - tags: the names of further tags that lead to the revisions, by which namespaces and pods get a sidecar.
    ///   - rules: whether pods get a sidecar at all.
    package init(
        of revisions: Set<String>,
        pods: [KubeObject],
        namespaces: [KubeObject],
        workloads: [KubeObject],
        tags: Set<String> = [],
        rules: InjectionRules = InjectionRules()
    ) {
        let own = workloads.compactMap { OwnPods($0) }
        let injecting = revisions.union(tags)
        var labels: [String: [String: String]] = [:]
        for namespace in namespaces { labels[namespace.name] = namespace.labels }
        // What has ended for good uses nothing and lacks nothing.
        for pod in pods where !SidecarPod.isFinished(pod) {
            guard let revision = SidecarPod.revision(of: pod) else {
                let isLacking = Self.lacks(pod, labels[pod.namespace ?? ""] ?? [:], injecting, rules)
                if isLacking, !own.contains(where: { $0.includes(pod) }) { lacking.append(pod.key) }
                continue
            }
            guard revisions.contains(revision) else { continue }
            guard !own.contains(where: { $0.includes(pod) }) else { continue }
            self.pods.append(pod.key)
            podsPerRevision[revision, default: 0] += 1
            if let tag = pod.annotations[SidecarPod.proxyVersion] { podsPerProxy[tag, default: 0] += 1 }
        }
        for namespace in namespaces where !namespace.isDeleting {
            // By the name as it is written, which may be that of a tag.
            let chosen = RevisionChoice(tags: [:]).revision(ofNamespace: namespace.labels)
            if let chosen, injecting.contains(chosen) { self.namespaces.append(namespace.name) }
        }
        self.pods.sort()
        self.namespaces.sort()
        lacking.sort()
    }

    /// Whether a pod without a sidecar should have one of the names.
    private static func lacks(
        _ pod: KubeObject,
        _ namespace: [String: String],
        _ names: Set<String>,
        _ rules: InjectionRules
    ) -> Bool {
        let labels = pod.labels
        guard !pod.isDeleting, let name = RevisionChoice(tags: [:]).revision(pod: labels, namespace: namespace),
            names.contains(name)
        else { return false }
        return rules.injects(pod, labels: labels)
    }
}
