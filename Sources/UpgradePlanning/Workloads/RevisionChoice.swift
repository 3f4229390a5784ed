internal import MeshAPI

/// Which control-plane revision injects a pod, by the labels of its namespace and its own.
///
/// The rules are those of Istio's webhook selectors: a namespace that names a revision decides; `istio-injection` stands for the
/// tag `default`; only where the namespace says nothing do the pod's labels count.
package struct RevisionChoice: Sendable, Hashable {
    /// The label by which namespaces choose the default tag.
    package static let injectionLabel = "istio-injection"
    /// The label by which pods choose, or refuse, a sidecar.
    package static let injectLabel = "sidecar.istio.io/inject"

    /// What each tag points to.
    package var tags: [String: String]

    /// Knows the tags of a mesh.
    package init(tags: [String: String]) {
        self.tags = tags
    }

    /// The revision that pods of a namespace get, as far as its labels say; nil when they choose none.
    package func revision(ofNamespace labels: [String: String]) -> String? {
        guard labels[Self.injectionLabel] != "disabled" else { return nil }
        if let name = Self.name(ofNamespace: labels) { return resolved(name) }
        return nil
    }

    /// The revision or tag that a namespace names.
    package static func name(ofNamespace labels: [String: String]) -> String? {
        if labels[injectionLabel] == "enabled" { return "default" }
        return labels[MeshNames.Label.revision]
    }

    /// The revision a new pod gets; nil for none.
    package func revision(pod: [String: String], namespace: [String: String]) -> String? {
        guard pod[Self.injectLabel] != "false", namespace[Self.injectionLabel] != "disabled" else { return nil }
        if let chosen = revision(ofNamespace: namespace) { return chosen }
        if let named = pod[MeshNames.Label.revision] { return resolved(named) }
        return pod[Self.injectLabel] == "true" ? resolved("default") : nil
    }

    /// What decides about the pods of a workload.
    ///
    /// - Parameters:
    ///   - template: the labels of its pod template.
    ///   - namespace: the labels of its namespace.
    /// - Returns: the namespace, unless that says nothing and the pods choose by themselves.
    package func chooser(template: [String: String], namespace: [String: String]) -> Chooser {
        guard namespace[Self.injectionLabel] == nil, namespace[MeshNames.Label.revision] == nil,
            template[Self.injectLabel] != "false"
        else { return .namespace }
        if let name = template[MeshNames.Label.revision] { return tags[name] == nil ? .revision(name) : .tag(name) }
        return template[Self.injectLabel] == "true" ? .tag("default") : .namespace
    }

    /// What decides which revision pods get.
    package enum Chooser: Sendable, Hashable {
        /// The labels of their namespace.
        case namespace
        /// Their own label, which names this revision.
        case revision(String)
        /// Their own label, which names this tag, or asks for a sidecar and so for the tag `default`.
        case tag(String)

        /// The revision or tag that their own label names; nil where it is not that which decides.
        package var name: String? {
            switch self {
            case .namespace: nil
            case .revision(let name), .tag(let name): name
            }
        }
    }

    /// The revision a name stands for: a tag's, or the one of that name.
    package func resolved(_ name: String) -> String { tags[name] ?? name }
}
