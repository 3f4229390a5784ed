public import KubeAPI

/// What an API server serves.
public struct Discovery: Sendable, Hashable {
    /// One resource or subresource of a group version.
    public struct Resource: Sendable, Hashable {
        /// How it is reached.
        public var resource: APIResource
        /// The verbs it takes.
        public var verbs: [String]
        /// The short names for people.
        public var shortNames: [String]
        /// The name for one of them.
        public var singular: String
        /// The groups of resources it belongs to, for example `all`.
        public var categories: [String]
        /// The names of its subresources.
        public var subresources: [String]

        /// Makes a resource.
        public init(
            resource: APIResource,
            verbs: [String] = [],
            shortNames: [String] = [],
            singular: String = "",
            categories: [String] = [],
            subresources: [String] = []
        ) {
            self.resource = resource
            self.verbs = verbs
            self.shortNames = shortNames
            self.singular = singular
            self.categories = categories
            self.subresources = subresources
        }
    }

    /// One group with its versions, the preferred one first.
    public struct Group: Sendable, Hashable {
        /// The name, empty for the core group.
        public var name: String
        /// The versions, the preferred one first.
        public var versions: [String]
    }

    /// The groups in the server's order.
    public var groups: [Group]
    /// All resources in the order of groups, versions and the server.
    public var resources: [Resource]
    /// Group versions whose resources could not be read, most often because an aggregated server is down.
    public var unavailable: [String]

    /// Makes a discovery.
    public init(groups: [Group] = [], resources: [Resource] = [], unavailable: [String] = []) {
        self.groups = groups
        self.resources = resources
        self.unavailable = unavailable
    }

    /// The resource that serves exactly this kind.
    public func resource(for kind: GroupVersionKind) -> APIResource? {
        resources.first { $0.resource.kind == kind }?.resource
    }

    /// The resource that a user means: its plural, singular, short name or kind, perhaps with `.group` or `.version.group`.
    public func resource(named text: String) -> APIResource? {
        let parts = text.lowercased().split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard let name = parts.first, !name.isEmpty else { return nil }
        let tail = parts.dropFirst().joined(separator: ".")
        let longTail = parts.dropFirst(2).joined(separator: ".")
        return resources.first { found in
            let kind = found.resource.kind
            guard found.answers(to: name) else { return false }
            return tail.isEmpty || tail == kind.group || (parts[1] == kind.version && longTail == kind.group)
        }?.resource
    }
}

extension Discovery.Resource {
    fileprivate func answers(to name: String) -> Bool {
        resource.plural == name || singular == name || shortNames.contains(name)
            || resource.kind.kind.lowercased() == name
    }
}
