package import KubeAPI

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
