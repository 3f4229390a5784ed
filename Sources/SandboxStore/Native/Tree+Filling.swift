internal import DataTree

/// Small edits of objects in place.
extension Tree {
    /// Sets a key that is absent or null.
    mutating func fill(_ key: String, _ value: Tree) {
        if self[key]?.isNull ?? true { self[key] = value }
    }

    /// Changes the value under a chain of keys where there is one.
    mutating func edit(_ keys: String..., change: (inout Tree) -> Void) {
        edit(keys[...], change)
    }

    private mutating func edit(_ keys: ArraySlice<String>, _ change: (inout Tree) -> Void) {
        guard let first = keys.first else {
            change(&self)
            return
        }
        guard case .object(var object) = self, let position = object.position(of: first) else { return }
        self = .null
        object.update(at: position) { $0.edit(keys.dropFirst(), change) }
        self = .object(object)
    }

    /// Changes each element of the list under a key where there is one.
    mutating func editEach(_ key: String, change: (inout Tree) -> Void) {
        edit(key) { list in
            guard case .array(var elements) = list else { return }
            list = .null
            for index in elements.indices { change(&elements[index]) }
            list = .array(elements)
        }
    }

    /// Whether a key is there and not null.
    func has(_ key: String) -> Bool { self[key].map { !$0.isNull } ?? false }
}
