internal import DataTree
internal import SandboxStore

/// One rule of a Role or ClusterRole (`PolicyRule` of rbac.authorization.k8s.io/v1).
struct PolicyRule: Sendable, Hashable {
    /// What may be done.
    var verbs: [String] = []
    /// To resources of which groups.
    var groups: [String] = []
    /// To which resources, with subresources as `pods/log`.
    var resources: [String] = []
    /// Only to objects of these names; empty means all.
    var resourceNames: [String] = []
    /// To which paths, a final `*` standing for any rest.
    var paths: [String] = []

    /// Makes a rule about resources.
    init(_ verbs: [String], groups: [String], resources: [String], names: [String] = []) {
        self.verbs = verbs
        self.groups = groups
        self.resources = resources
        self.resourceNames = names
    }

    /// Makes a rule about paths.
    init(_ verbs: [String], paths: [String]) {
        self.verbs = verbs
        self.paths = paths
    }

    /// Reads a rule; what is absent or of the wrong type counts as empty, and so allows nothing.
    init(_ tree: Tree) {
        func strings(_ field: String) -> [String] { tree[field]?.array?.compactMap(\.string) ?? [] }
        verbs = strings("verbs")
        groups = strings("apiGroups")
        resources = strings("resources")
        resourceNames = strings("resourceNames")
        paths = strings("nonResourceURLs")
    }

    /// The rule as objects carry it.
    var tree: Tree {
        var result: Tree = ["verbs": Self.list(verbs)]
        if !paths.isEmpty { result["nonResourceURLs"] = Self.list(paths) }
        if !groups.isEmpty { result["apiGroups"] = Self.list(groups) }
        if !resources.isEmpty { result["resources"] = Self.list(resources) }
        if !resourceNames.isEmpty { result["resourceNames"] = Self.list(resourceNames) }
        return result
    }

    private static func list(_ values: [String]) -> Tree { .array(values.map { .string($0) }) }
}

extension PolicyRule {
    /// Whether the rule allows what is asked.
    func allows(_ attributes: AuthorizationAttributes) -> Bool {
        guard Self.matches(verbs, attributes.verb) else { return false }
        guard !attributes.resource.isEmpty else {
            return paths.contains { pattern in
                pattern.hasSuffix("*") ? attributes.path.hasPrefix(pattern.dropLast()) : pattern == attributes.path
            }
        }
        return Self.matches(groups, attributes.group) && matchesResource(attributes)
            && (resourceNames.isEmpty || resourceNames.contains(attributes.name))
    }

    private func matchesResource(_ attributes: AuthorizationAttributes) -> Bool {
        let subresource = attributes.subresource
        let wanted = subresource.isEmpty ? attributes.resource : "\(attributes.resource)/\(subresource)"
        return resources.contains { resource in
            resource == "*" || resource == wanted || (!subresource.isEmpty && resource == "*/\(subresource)")
        }
    }

    private static func matches(_ allowed: [String], _ value: String) -> Bool {
        allowed.contains { $0 == "*" || $0 == value }
    }
}

extension PolicyRule {
    /// The rule as rules with one verb, one group, one resource, and at most one name each, or one verb and one path.
    var pieces: [PolicyRule] {
        var result: [PolicyRule] = []
        for verb in verbs {
            for path in paths { result.append(PolicyRule([verb], paths: [path])) }
            for group in groups {
                for resource in resources {
                    if resourceNames.isEmpty {
                        result.append(PolicyRule([verb], groups: [group], resources: [resource]))
                    }
                    for name in resourceNames {
                        result.append(PolicyRule([verb], groups: [group], resources: [resource], names: [name]))
                    }
                }
            }
        }
        return result
    }

    /// Whether everything `piece` allows is allowed here too; `piece` is one of ``pieces``.
    func covers(_ piece: PolicyRule) -> Bool {
        guard piece.verbs.allSatisfy({ Self.matches(verbs, $0) }) else { return false }
        if !piece.paths.isEmpty {
            return piece.paths.allSatisfy { path in
                paths.contains { own in
                    own == path || (own.hasSuffix("*") && path.hasPrefix(own.dropLast()))
                }
            }
        }
        return piece.groups.allSatisfy { Self.matches(groups, $0) }
            && piece.resources.allSatisfy { wanted in
                resources.contains { own in
                    own == "*" || own == wanted || (own.hasPrefix("*/") && wanted.hasSuffix(own.dropFirst()))
                }
            }
            && (resourceNames.isEmpty
                || (!piece.resourceNames.isEmpty && piece.resourceNames.allSatisfy { resourceNames.contains($0) }))
    }

    /// The pieces of `wanted` that no rule of `owned` covers; empty when nothing would be gained.
    static func missing(_ wanted: [PolicyRule], from owned: [PolicyRule]) -> [PolicyRule] {
        wanted.flatMap(\.pieces).filter { piece in !owned.contains { $0.covers(piece) } }
    }
}
