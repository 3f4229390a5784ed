internal import DataTree
package import KubeAPI

/// What a CustomResourceDefinition serves, as far as it matters to those who need its kind.
package struct DefinitionService: Sendable, Hashable {
    /// The kind.
    let kind: String
    /// The versions under which it is served.
    let versions: Set<String>
    /// The version in which objects are stored.
    let stored: String?

    /// Reads a definition; nil for anything else.
    package init?(_ object: KubeObject) {
        guard object.kind.kind == "CustomResourceDefinition",
            let kind = object.tree.value(at: "spec", "names", "kind")?.string
        else { return nil }
        self.kind = kind
        let versions = object.tree.value(at: "spec", "versions")?.array ?? []
        self.versions = Set(versions.filter { $0["served"] == .bool(true) }.compactMap { $0["name"]?.string })
        stored = versions.first { $0["storage"] == .bool(true) }?["name"]?.string
    }

    /// Whether whoever needs `wanted` can do with this: it serves the kind under the version in which that would store it.
    package func does(for wanted: DefinitionService) -> Bool {
        kind == wanted.kind && wanted.stored.map { versions.contains($0) } ?? false
    }

    /// A definition without schemas: what this reads, and whether it is served yet.
    package static func trimmed(_ object: KubeObject, onto result: inout KubeObject) {
        let spec = object.tree["spec"] ?? .null
        if let kind = spec.value(at: "names", "kind") { result.tree.set(kind, at: ["spec", "names", "kind"]) }
        let versions = (spec["versions"]?.array ?? []).map { version -> Tree in
            var kept = TreeObject()
            for key in ["name", "served", "storage"] { kept[key] = version[key] }
            return .object(kept)
        }
        result.tree.set(.array(versions), at: ["spec", "versions"])
        result.conditions = object.conditions.filter { ["Established", "NamesAccepted"].contains($0.type) }
    }
}
