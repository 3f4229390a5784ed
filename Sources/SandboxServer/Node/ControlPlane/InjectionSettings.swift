internal import DataTree
internal import KubeAPI

/// What an injector is told by its ConfigMap `istio-sidecar-injector` (keys `config` and `values`).
struct InjectionSettings: Sendable, Hashable {
    /// The ConfigMap's name without the revision.
    static let mapName = "istio-sidecar-injector"

    /// Whether pods that say nothing about it get a sidecar.
    var injectsByDefault: Bool
    /// Pods that get none although they did not refuse.
    var never: [LabelSelector]
    /// Pods that get one although others do not.
    var always: [LabelSelector]
    /// `values`, as a tree.
    var values: Tree

    /// Reads the ConfigMap; nil when either key is missing or unreadable, with which an injector does not start.
    init?(_ map: KubeObject) {
        guard let config = map.tree.value(at: "data", "config")?.string.flatMap({ try? YAML.document($0) }),
            let values = map.tree.value(at: "data", "values")?.string.flatMap({ try? YAML.document($0) })
        else { return nil }
        func selectors(_ field: String) -> [LabelSelector] {
            (config[field]?.array ?? []).compactMap { try? LabelSelector($0) }.filter { !$0.isEverything }
        }
        self.injectsByDefault = config["policy"]?.string != "disabled"
        self.never = selectors("neverInjectSelector")
        self.always = selectors("alwaysInjectSelector")
        self.values = values
    }

    /// The name of the ConfigMap that an injector of `revision` reads.
    static func mapName(revision: String) -> String { revision == "default" ? mapName : "\(mapName)-\(revision)" }

    /// Whether the CNI plugin redirects traffic, so that no init container must.
    var usesNodeAgent: Bool { values.value(at: "pilot", "cni", "enabled")?.bool == true }

    /// The image of the proxy for a pod with `annotations`: `HUB/IMAGE:TAG`, with the variant the pod or the mesh asks for.
    ///
    /// - Parameters:
    ///   - field: where `values.global` names the image: `proxy`, or `proxy_init` for what sets up redirection.
    ///   - annotations: those of the pod.
    /// - Returns: the image.
    func image(_ field: String, _ annotations: [String: String]) -> String {
        let global = values["global"]
        let named = annotations["sidecar.istio.io/proxyImage"] ?? global?.value(at: field, "image")?.string ?? ""
        if named.contains("/") { return named }
        let own = global?.value(at: field, "image")?.string ?? ""
        let tag = Self.text(global?["tag"])
        let variant = annotations["sidecar.istio.io/proxyImageType"] ?? global?["variant"]?.string ?? ""
        let name = own.isEmpty ? "proxyv2" : own
        return "\(global?["hub"]?.string ?? "")/\(name):\(Self.tag(tag, variant: variant))"
    }

    private static func text(_ tree: Tree?) -> String {
        if let integer = tree?.integer { return String(integer) }
        if let number = tree?.number { return String(number) }
        return tree?.string ?? ""
    }

    /// `tag` for a variant, in place of the one it may name already.
    private static func tag(_ tag: String, variant: String) -> String {
        guard !variant.isEmpty else { return tag }
        let suffix = ["-distroless", "-debug"].first { tag.hasSuffix($0) } ?? ""
        let plain = tag.dropLast(suffix.count)
        return variant == "default" ? String(plain) : "\(plain)-\(variant)"
    }
}
