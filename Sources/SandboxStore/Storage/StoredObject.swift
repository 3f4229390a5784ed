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
