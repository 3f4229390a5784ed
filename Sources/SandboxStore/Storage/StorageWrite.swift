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

extension StorageWrite {
    /// The most bytes of an object, as JSON without spaces: what etcd takes in one request unless told otherwise.
    static let mostBytes = 3 << 19

    /// Whether `tree` takes more than `limit` bytes as JSON, escapes not counted; stops counting once it is known.
    static func exceeds(_ limit: Int, _ tree: Tree) -> Bool {
        var left = limit
        count(tree, &left)
        return left < 0
    }

    private static func count(_ tree: Tree, _ left: inout Int) {
        guard left >= 0 else { return }
        switch tree {
        case .null, .bool, .integer, .double: left -= 4
        case .bigInteger(let digits): left -= digits.utf8.count
        case .string(let text): left -= text.utf8.count + 2
        case .array(let items):
            left -= 1 + items.count
            for item in items where left >= 0 { count(item, &left) }
        case .object(let object):
            left -= 1 + object.count
            for entry in object where left >= 0 {
                left -= entry.key.utf8.count + 3
                count(entry.value, &left)
            }
        }
    }
}
