/// Names one object of the cluster; the version in which its kind is read does not matter.
package struct ResourceID: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The API group, empty for the core group.
    package let group: String
    /// The kind.
    package let kind: String
    /// Namespace and name.
    package let key: ObjectKey

    /// Makes a name of its parts.
    package init(group: String, kind: String, key: ObjectKey) {
        self.group = group
        self.kind = kind
        self.key = key
    }

    /// The name of an object.
    package init(_ object: KubeObject) {
        self.init(group: object.kind.group, kind: object.kind.kind, key: object.key)
    }

    /// `Deployment istio-system/istiod`.
    package var description: String { "\(kind) \(key)" }

    /// Ordered by kind, then by key.
    package static func < (left: ResourceID, right: ResourceID) -> Bool {
        (left.kind, left.group, left.key) < (right.kind, right.group, right.key)
    }
}
