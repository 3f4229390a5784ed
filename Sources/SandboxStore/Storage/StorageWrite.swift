package import DataTree
package import KubeAPI

/// A write asked of the store.
package struct StorageWrite: Sendable {
    /// What must hold for the write to happen.
    package enum Condition: Sendable, Hashable {
        /// No object is there yet.
        case absent
        /// The object is there, last written at this revision.
        case revision(UInt64)
        /// The object is there.
        case present
    }

    /// What becomes of the object.
    package enum Effect: Sendable, Hashable {
        /// It takes this state.
        case put(Tree)
        /// It goes.
        case remove
    }

    /// The collection written to.
    package var resource: GroupResource
    /// The object written.
    package var key: ObjectKey
    /// What must hold.
    package var condition: Condition
    /// What becomes of the object.
    package var effect: Effect

    /// Makes a write of its parts.
    package init(_ resource: GroupResource, _ key: ObjectKey, if condition: Condition, _ effect: Effect) {
        self.resource = resource
        self.key = key
        self.condition = condition
        self.effect = effect
    }
}
