internal import DataTree
public import KubeAPI

/// A way to find objects of a store by a value computed from their content.
public struct StoreIndex: Sendable {
    /// Names an index within its store.
    public struct Name: Sendable, Hashable, CustomStringConvertible, ExpressibleByStringLiteral {
        /// The name.
        public let text: String

        /// Wraps a name.
        public init(_ text: String) {
            self.text = text
        }

        /// Wraps a name.
        public init(stringLiteral value: String) {
            self.init(value)
        }

        /// The name.
        public var description: String { text }

        /// The index over `metadata.namespace`; objects of cluster-scoped kinds are under the empty string.
        public static let namespace = Name("namespace")
        /// The index over the uid of every owner in `metadata.ownerReferences`.
        public static let owner = Name("owner")
        /// The index over the value of a label; objects without it are under no value.
        public static func label(_ label: String) -> Name { Name("label:\(label)") }
    }

    /// The name.
    public let name: Name
    /// The values an object is found under; must depend on nothing but the object.
    public let values: @Sendable (KubeObject) -> [String]

    /// Makes an index.
    public init(_ name: Name, values: @escaping @Sendable (KubeObject) -> [String]) {
        self.name = name
        self.values = values
    }

    /// The index over namespaces, ``Name/namespace``.
    public static let namespace = StoreIndex(.namespace) { [$0.namespace ?? ""] }

    /// The index over owners, ``Name/owner``.
    public static let owner = StoreIndex(.owner) { object in
        object.tree.value(at: "metadata", "ownerReferences")?.array?.compactMap { $0["uid"]?.string } ?? []
    }

    /// The index over the values of one label, ``Name/label(_:)``.
    public static func label(_ label: String) -> StoreIndex {
        StoreIndex(.label(label)) { object in
            object.tree.value(at: "metadata", "labels", label)?.string.map { [$0] } ?? []
        }
    }
}
