internal import DataTree
internal import KubeAPI
internal import PatternMatching

/// An EnvoyFilter as far as checks read it; what is missing or of another type reads as absent.
struct EnvoyFilterView: Sendable {
    /// One entry of `spec.configPatches`.
    struct Patch: Sendable {
        /// `spec.configPatches[3]`.
        let path: String
        /// Where it applies, such as `HTTP_FILTER`; empty where it does not say.
        let applyTo: String
        /// What it does, such as `INSERT_BEFORE`; empty where it does not say.
        let operation: String
        /// The whole entry.
        let tree: Tree

        /// For which proxies: `ANY` where it does not say.
        var context: String { match?["context"]?.string ?? "ANY" }
        /// What it matches.
        var match: Tree? { tree["match"] }
        /// The expression that the version of a proxy must match, nil where all versions do.
        var proxyVersion: String? {
            let text = match?.value(at: "proxy", "proxyVersion")?.string ?? ""
            return text.isEmpty ? nil : text
        }
        /// What it writes.
        var value: Tree? { tree.value(at: "patch", "value") }
        /// The network filter it names.
        var filter: String? { place("filter", "name")?.string }
        /// The HTTP filter it names.
        var subFilter: String? { place("filter", "subFilter", "name")?.string }
        /// The listener filter it names.
        var listenerFilter: String? { match?.value(at: "listener", "listenerFilter")?.string }

        /// A field of the filter chain, or of the waypoint, it matches.
        private func place(_ first: String, _ rest: String...) -> Tree? {
            for start in [match?.value(at: "listener", "filterChain"), match?["waypoint"]] {
                var current = start?[first]
                for key in rest { current = current?[key] }
                if let current { return current }
            }
            return nil
        }

        /// What tells patches for the same place from others, whatever proxy versions they are for.
        var identity: String {
            var match = match ?? .object(TreeObject())
            if match["proxy"] != nil { match.set(nil, at: ["proxy", "proxyVersion"]) }
            if match["proxy"]?.object?.isEmpty == true { match["proxy"] = nil }
            let name = value?["name"]?.string ?? ""
            return "\(applyTo) \(operation) \(name) \(match.sortedByKey.jsonText())"
        }
    }

    /// Its name.
    let id: ResourceID
    /// The labels of the pods it is for; empty for all of its namespace.
    let selector: [String: String]
    /// Whether it names Gateways or Services instead of pods.
    let hasTargets: Bool
    /// Its patches, in order.
    let patches: [Patch]

    init(_ object: KubeObject) {
        id = ResourceID(object)
        var selector: [String: String] = [:]
        for entry in object.tree.value(at: "spec", "workloadSelector", "labels")?.object?.entries ?? [] {
            if let value = entry.value.string { selector[entry.key] = value }
        }
        self.selector = selector
        hasTargets = !(object.tree.value(at: "spec", "targetRefs")?.array ?? []).isEmpty
        patches = (object.tree.value(at: "spec", "configPatches")?.array ?? []).enumerated().map { index, tree in
            Patch(
                path: "spec.configPatches[\(index)]",
                applyTo: tree["applyTo"]?.string ?? "",
                operation: tree.value(at: "patch", "operation")?.string ?? "",
                tree: tree
            )
        }
    }
}
