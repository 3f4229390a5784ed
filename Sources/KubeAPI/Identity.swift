/// Names a kind within a version of an API group.
public struct GroupVersionKind: Sendable, Hashable, CustomStringConvertible {
    /// The API group, empty for the core group.
    public var group: String
    /// The version within the group, for example `v1`.
    public var version: String
    /// The kind in UpperCamelCase.
    public var kind: String

    /// Makes a name of its parts.
    public init(group: String, version: String, kind: String) {
        self.group = group
        self.version = version
        self.kind = kind
    }

    /// Splits an `apiVersion` such as `apps/v1` or `v1`.
    public init(apiVersion: String, kind: String) {
        let bytes = apiVersion.utf8  // Every object is asked for its kind over and over; characters are slow to walk.
        if let slash = bytes.firstIndex(of: UInt8(ascii: "/")) {
            self.init(
                group: String(apiVersion[..<slash]),
                version: String(apiVersion[bytes.index(after: slash)...]),
                kind: kind
            )
        } else {
            self.init(group: "", version: apiVersion, kind: kind)
        }
    }

    /// Group and version as objects carry them.
    public var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }
    /// `apps/v1 Deployment`.
    public var description: String { "\(apiVersion) \(kind)" }
}

/// Names an object of a known kind: its name, and its namespace unless the kind is cluster-scoped.
public struct ObjectKey: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The namespace, nil for cluster-scoped objects.
    public var namespace: String?
    /// The name, unique within the namespace.
    public var name: String

    /// Makes a key; an empty namespace counts as none.
    public init(namespace: String? = nil, name: String) {
        self.namespace = namespace?.isEmpty == true ? nil : namespace
        self.name = name
    }

    /// `namespace/name`, or the name alone.
    public var description: String { namespace.map { "\($0)/\(name)" } ?? name }

    /// Ordered by namespace, then by name.
    public static func < (left: ObjectKey, right: ObjectKey) -> Bool {
        (left.namespace ?? "", left.name) < (right.namespace ?? "", right.name)
    }
}

/// How a kind is reached through the API: its plural, its scope and its subresources (`APIResource` of meta/v1).
public struct APIResource: Sendable, Hashable {
    /// The kind served.
    public var kind: GroupVersionKind
    /// The plural used in paths, for example `deployments`.
    public var plural: String
    /// Whether objects live in namespaces.
    public var isNamespaced: Bool

    /// Makes a resource.
    public init(kind: GroupVersionKind, plural: String, isNamespaced: Bool) {
        self.kind = kind
        self.plural = plural
        self.isNamespaced = isNamespaced
    }
}
