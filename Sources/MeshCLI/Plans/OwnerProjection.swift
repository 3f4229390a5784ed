internal import DataTree
internal import KubeAPI
internal import MeshAPI
internal import UpgradePlanning

/// What plans look at of Deployments, StatefulSets, DaemonSets and Rollouts.
enum OwnerProjection {
    /// A workload as far as checks look at it.
    static func trimmed(_ owner: KubeObject) -> KubeObject {
        let full = owner.tree["metadata"]
        var metadata = TreeObject()
        for field in ["name", "namespace", "labels", "generation"] { metadata[field] = full?[field] }
        if var annotations = full?["annotations"]?.object {
            annotations.filter { !$0.key.hasPrefix("kubectl.kubernetes.io/") }
            metadata["annotations"] = .object(annotations)
        }
        var spec = TreeObject()
        for field in ["replicas", "paused", "strategy", "updateStrategy", "restartAt"] {
            spec[field] = owner.tree["spec"]?[field]
        }
        if let template = owner.tree.value(at: "spec", "template", "metadata") {
            spec["template"] = ["metadata": template]
        }
        var tree = TreeObject()
        for field in ["apiVersion", "kind"] { tree[field] = owner.tree[field] }
        tree["metadata"] = .object(metadata)
        tree["spec"] = .object(spec)
        tree["status"] = owner.tree["status"]
        var result = KubeObject(.object(tree))
        if let version = version(of: owner) { result.annotations[MeshNames.Annotation.version] = version }
        return result
    }

    /// The version of a control plane: what the operator wrote, or the tag of istiod's image.
    private static func version(of owner: KubeObject) -> String? {
        if let written = owner.annotation(MeshNames.Annotation.version) { return written }
        guard owner.label("app") == "istiod" else { return nil }
        let containers = owner.tree.value(at: "spec", "template", "spec", "containers")?.array ?? []
        let image = containers.first { $0["name"]?.string == "discovery" }?["image"]?.string ?? ""
        let plain = image.prefix { $0 != "@" }
        guard let colon = plain.lastIndex(of: ":"), !plain[colon...].contains("/") else { return nil }
        let tag = plain[plain.index(after: colon)...]
        return tag.hasSuffix("-distroless") ? String(tag.dropLast("-distroless".count)) : String(tag)
    }

    /// The control plane that a trimmed workload is, nil where it is none.
    static func controlPlane(_ owner: KubeObject, of holder: Survey.Holder) -> Survey.ControlPlane? {
        guard owner.kind.kind == "Deployment", owner.label("app") == "istiod",
            let version = owner.annotation(MeshNames.Annotation.version)
        else { return nil }
        return Survey.ControlPlane(
            revision: owner.label(MeshNames.Label.revision) ?? "default",
            version: version,
            left: owner.annotation(HopSituation.leftAnnotation),
            isPromoted: owner.annotation(HopSituation.promotedAnnotation) != nil,
            holder: holder
        )
    }
}
