public import DataTree

/// Any Kubernetes object: a tree with the metadata every object has (`ObjectMeta` of meta/v1).
///
/// Reading what is absent or of the wrong type gives nil or an empty collection; nothing here traps on odd input.
public struct KubeObject: Sendable, Hashable {
    /// The whole object as the API shows it.
    public var tree: Tree

    /// Wraps a tree.
    public init(_ tree: Tree) {
        self.tree = tree
    }

    /// Makes an object with the metadata that every write needs.
    public init(kind: GroupVersionKind, key: ObjectKey, labels: [String: String] = [:]) {
        self.tree = [
            "apiVersion": .string(kind.apiVersion), "kind": .string(kind.kind), "metadata": ["name": .string(key.name)],
        ]
        if let namespace = key.namespace { tree.set(.string(namespace), at: ["metadata", "namespace"]) }
        self.labels = labels
    }

    /// Group, version and kind; parts are empty where the tree lacks them.
    public var kind: GroupVersionKind {
        GroupVersionKind(apiVersion: tree["apiVersion"]?.string ?? "", kind: tree["kind"]?.string ?? "")
    }

    /// Namespace and name.
    public var key: ObjectKey { ObjectKey(namespace: namespace, name: name) }
    /// `metadata.name`, empty where absent.
    public var name: String { metadata("name")?.string ?? "" }
    /// `metadata.namespace`.
    public var namespace: String? { metadata("namespace")?.string }
    /// `metadata.uid`, which tells an object from another one of the same name.
    public var uid: String? { metadata("uid")?.string }
    /// `metadata.resourceVersion`.
    public var resourceVersion: String? {
        get { metadata("resourceVersion")?.string }
        set { tree.set(newValue.map { .string($0) }, at: ["metadata", "resourceVersion"]) }
    }
    /// `metadata.generation`, which grows when the spec changes.
    public var generation: Int64? { metadata("generation")?.integer }
    /// `metadata.deletionTimestamp`: set once deletion was asked for.
    public var deletionTimestamp: String? { metadata("deletionTimestamp")?.string }
    /// Whether deletion was asked for.
    public var isDeleting: Bool { deletionTimestamp != nil }

    /// `metadata.labels`.
    public var labels: [String: String] {
        get { strings("labels") }
        set { setStrings(newValue, "labels") }
    }

    /// One of `metadata.labels`, found without making a dictionary of all.
    public func label(_ name: String) -> String? { metadata("labels")?[name]?.string }

    /// One of `metadata.annotations`, found without making a dictionary of all.
    public func annotation(_ name: String) -> String? { metadata("annotations")?[name]?.string }

    /// `metadata.annotations`.
    public var annotations: [String: String] {
        get { strings("annotations") }
        set { setStrings(newValue, "annotations") }
    }

    /// `metadata.finalizers`.
    public var finalizers: [String] {
        get { metadata("finalizers")?.array?.compactMap(\.string) ?? [] }
        set { tree.set(newValue.isEmpty ? nil : .array(newValue.map { .string($0) }), at: ["metadata", "finalizers"]) }
    }

    private func metadata(_ field: String) -> Tree? { tree["metadata"]?[field] }

    private func strings(_ field: String) -> [String: String] {
        guard let entries = metadata(field)?.object?.entries, !entries.isEmpty else { return [:] }
        var result = [String: String](minimumCapacity: entries.count)
        for entry in entries {
            if let value = entry.value.string { result[entry.key] = value }
        }
        return result
    }

    private mutating func setStrings(_ values: [String: String], _ field: String) {
        guard !values.isEmpty else {
            tree.set(nil, at: ["metadata", field])
            return
        }
        let entries = values.sorted { $0.key < $1.key }.map { (key: $0.key, value: Tree.string($0.value)) }
        tree.set(.object(TreeObject(entries)), at: ["metadata", field])
    }
}
