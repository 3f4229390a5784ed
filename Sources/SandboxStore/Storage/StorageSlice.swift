/// Objects read at one revision.
package struct StorageSlice: Sendable {
    /// The objects, in the order of their keys (`namespace/name`, byte by byte).
    package let objects: [StoredObject]
    /// The revision the read is consistent at.
    package let revision: UInt64
}
