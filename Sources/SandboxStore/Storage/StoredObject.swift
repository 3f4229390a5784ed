package import DataTree
package import KubeAPI

/// An object as the store holds it.
package struct StoredObject: Sendable, Hashable {
    /// Namespace and name.
    package let key: ObjectKey
    /// The revision of the write that made this state; the tree carries it as `metadata.resourceVersion`.
    package let revision: UInt64
    /// The whole object.
    package let tree: Tree

    /// Makes an object of its parts.
    package init(key: ObjectKey, revision: UInt64, tree: Tree) {
        self.key = key
        self.revision = revision
        self.tree = tree
    }
}

/// A change of one object.
package struct StorageChange: Sendable, Hashable {
    /// The revision of the change.
    package let revision: UInt64
    /// The state before, nil when the object was created.
    package let before: StoredObject?
    /// The state after, nil when the object was removed.
    package let after: StoredObject?

    /// The object changed.
    package var key: ObjectKey { (after ?? before)?.key ?? ObjectKey(name: "") }
}

/// Objects read at one revision.
package struct StorageSlice: Sendable {
    /// The objects, in the order of their keys (`namespace/name`, byte by byte).
    package let objects: [StoredObject]
    /// The revision the read is consistent at.
    package let revision: UInt64
}
