internal import DataTree
internal import KubeAPI

// The documents of discovery: APIGroupDiscoveryList of apidiscovery.k8s.io/v2, and APIVersions, APIGroupList and
// APIResourceList of meta/v1.
extension Discovery {
    /// Adds what an aggregated document lists.
    mutating func add(aggregated document: Tree) {
        for item in document["items"]?.array ?? [] {
            let group = item.value(at: "metadata", "name")?.string ?? ""
            var versions: [String] = []
            for version in item["versions"]?.array ?? [] {
                guard let name = version["version"]?.string else { continue }
                versions.append(name)
                if version["freshness"]?.string == "Stale" {
                    unavailable.append(group.isEmpty ? name : "\(group)/\(name)")
                }
                for resource in version["resources"]?.array ?? [] {
                    if let found = Resource(aggregated: resource, group: group, version: name) {
                        resources.append(found)
                    }
                }
            }
            groups.append(Group(name: group, versions: versions))
        }
    }

    /// The group of an APIGroup, with the preferred version first.
    static func group(_ tree: Tree) -> Group? {
        guard let name = tree["name"]?.string else { return nil }
        let preferred = tree.value(at: "preferredVersion", "version")?.string
        let others = (tree["versions"]?.array ?? []).compactMap { $0["version"]?.string }.filter { $0 != preferred }
        return Group(name: name, versions: (preferred.map { [$0] } ?? []) + others)
    }

    /// Adds what an APIResourceList lists for one group version.
    mutating func add(list document: Tree, group: String, version: String) {
        var found: [Resource] = []
        var subresources: [String: [String]] = [:]
        for item in document["resources"]?.array ?? [] {
            guard let name = item["name"]?.string else { continue }
            if let slash = name.firstIndex(of: "/") {
                subresources[String(name[..<slash]), default: []].append(String(name[name.index(after: slash)...]))
            } else if let resource = Resource(listed: item, group: group, version: version) {
                found.append(resource)
            }
        }
        for index in found.indices { found[index].subresources = subresources[found[index].resource.plural] ?? [] }
        resources += found
    }
}

extension Discovery.Resource {
    init?(aggregated tree: Tree, group: String, version: String) {
        guard let plural = tree["resource"]?.string, let kind = tree.value(at: "responseKind", "kind")?.string else {
            return nil
        }
        self.init(
            resource: APIResource(
                kind: GroupVersionKind(group: group, version: version, kind: kind),
                plural: plural,
                isNamespaced: tree["scope"]?.string == "Namespaced"
            ),
            verbs: Self.words(tree["verbs"]),
            shortNames: Self.words(tree["shortNames"]),
            singular: tree["singularResource"]?.string ?? "",
            categories: Self.words(tree["categories"]),
            subresources: (tree["subresources"]?.array ?? []).compactMap { $0["subresource"]?.string }
        )
    }

    init?(listed tree: Tree, group: String, version: String) {
        guard let plural = tree["name"]?.string, let kind = tree["kind"]?.string else { return nil }
        self.init(
            resource: APIResource(
                kind: GroupVersionKind(group: group, version: version, kind: kind),
                plural: plural,
                isNamespaced: tree["namespaced"]?.bool ?? false
            ),
            verbs: Self.words(tree["verbs"]),
            shortNames: Self.words(tree["shortNames"]),
            singular: tree["singularName"]?.string ?? "",
            categories: Self.words(tree["categories"])
        )
    }

    private static func words(_ tree: Tree?) -> [String] { tree?.array?.compactMap(\.string) ?? [] }
}
