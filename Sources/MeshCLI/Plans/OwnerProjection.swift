internal import DataTree
internal import KubeAPI
internal import MeshAPI

/// What plans look at of Deployments, StatefulSets, DaemonSets and Rollouts.
enum OwnerProjection {
    /// A workload as far as checks look at it.
    static func trimmed(_ owner: KubeObject) -> KubeObject {
        var result = KubeObject(kind: owner.kind, key: owner.key, labels: owner.labels)
        result.annotations = owner.annotations.filter { !$0.key.hasPrefix("kubectl.kubernetes.io/") }
        let paths = [
            ["metadata", "generation"], ["spec", "replicas"], ["spec", "paused"], ["spec", "strategy"],
            ["spec", "updateStrategy"], ["spec", "template", "metadata"], ["status"],
        ]
        for path in paths {
            var value: Tree? = owner.tree
            for key in path { value = value?[key] }
            if let value { result.tree.set(value, at: path) }
        }
        if let version = version(of: owner) { result.annotations[MeshNames.Annotation.version] = version }
        return result
    }

    /// The version of a control plane: what the operator wrote, or the tag of istiod's image.
    private static func version(of owner: KubeObject) -> String? {
        if let written = owner.annotations[MeshNames.Annotation.version] { return written }
        guard owner.labels["app"] == "istiod" else { return nil }
        let containers = owner.tree.value(at: "spec", "template", "spec", "containers")?.array ?? []
        let image = containers.first { $0["name"]?.string == "discovery" }?["image"]?.string ?? ""
        let plain = image.prefix { $0 != "@" }
        guard let colon = plain.lastIndex(of: ":"), !plain[colon...].contains("/") else { return nil }
        let tag = plain[plain.index(after: colon)...]
        return tag.hasSuffix("-distroless") ? String(tag.dropLast("-distroless".count)) : String(tag)
    }

    /// The control plane that a trimmed workload is, nil where it is none.
    static func controlPlane(_ owner: KubeObject) -> Survey.ControlPlane? {
        guard owner.kind.kind == "Deployment", owner.labels["app"] == "istiod",
            let version = owner.annotations[MeshNames.Annotation.version]
        else { return nil }
        return Survey.ControlPlane(revision: owner.labels[MeshNames.Label.revision] ?? "default", version: version)
    }
}
