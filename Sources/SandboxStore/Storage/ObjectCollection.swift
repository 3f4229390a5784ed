internal import KubeAPI

/// The objects of one resource and their recent history: a value, changed only by the state that owns it.
struct ObjectCollection: Sendable {
    private(set) var objects: [String: StoredObject] = [:]
    /// The keys of `objects`, ordered byte by byte.
    private var order: [String] = []
    /// Changes in the order of their revisions; the oldest are dropped first.
    private(set) var history: [StorageChange] = []
    /// How many changes at the front of `history` are dropped but not yet cut off.
    private var dropped = 0
    /// Changes at or before this revision are no longer kept.
    private(set) var compacted: UInt64 = 0
    /// The revision of the last change that was really forgotten: readers beyond it missed nothing.
    private(set) var lastDropped: UInt64 = 0

    var count: Int { objects.count }

    /// `namespace/name`, the key and order of etcd.
    static func path(of key: ObjectKey) -> String {
        guard let namespace = key.namespace else { return key.name }
        return "\(namespace)/\(key.name)"
    }

    subscript(key: ObjectKey) -> StoredObject? { objects[Self.path(of: key)] }

    /// Applies a change and remembers it, keeping at most `limit` changes.
    mutating func apply(_ change: StorageChange, limit: Int) {
        set(change)
        history.append(change)
        if history.count - dropped > limit { drop(1) }
    }

    /// Applies a change without remembering it, when a log is replayed.
    mutating func restore(_ change: StorageChange) {
        set(change)
        compacted = max(compacted, change.revision)
    }

    private mutating func set(_ change: StorageChange) {
        let path = Self.path(of: change.key)
        if let after = change.after {
            if objects.updateValue(after, forKey: path) == nil { order.insert(path, at: position(of: path)) }
        } else if objects.removeValue(forKey: path) != nil {
            let index = position(of: path)
            if order.indices.contains(index), order[index] == path { order.remove(at: index) }
        }
    }

    /// The index of the first key not before `path`.
    private func position(of path: String) -> Int {
        var low = 0
        var high = order.count
        while low < high {
            let middle = (low + high) / 2
            if Self.precedes(order[middle], path) { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private static func precedes(_ left: String, _ right: String) -> Bool {
        left.utf8.lexicographicallyPrecedes(right.utf8)
    }

    private mutating func drop(_ count: Int) {
        guard count > 0 else { return }
        dropped += count
        lastDropped = history[dropped - 1].revision
        compacted = max(compacted, lastDropped)
        if dropped > 64, dropped * 2 > history.count {
            history.removeFirst(dropped)
            dropped = 0
        }
    }

    /// Forgets the changes at or before `revision`.
    mutating func compact(upTo revision: UInt64) {
        let end = historyIndex(after: revision)
        drop(end - dropped)
        compacted = max(compacted, revision)
    }

    /// The index in `history` of the first change after `revision`.
    private func historyIndex(after revision: UInt64) -> Int {
        var low = dropped
        var high = history.count
        while low < high {
            let middle = (low + high) / 2
            if history[middle].revision <= revision { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The changes after `revision` up to and including `last`, at most `limit` of them.
    func changes(after revision: UInt64, through last: UInt64, limit: Int) -> ArraySlice<StorageChange> {
        let start = historyIndex(after: revision)
        var end = start
        while end < history.count, end - start < limit, history[end].revision <= last { end += 1 }
        return history[start..<end]
    }

    /// The objects whose key starts with `prefix`, in order, beginning after the key `after`.
    func list(prefix: String, after: String?) -> [StoredObject] {
        var index = position(of: prefix)
        if let after { index = max(index, position(of: after)) }
        var result: [StoredObject] = []
        while index < order.count {
            let path = order[index]
            index += 1
            if !prefix.isEmpty, !path.utf8.starts(with: prefix.utf8) { break }
            if let after, !Self.precedes(after, path) { continue }
            if let object = objects[path] { result.append(object) }
        }
        return result
    }

    /// The same list as it was at `revision`, found by undoing what came later.
    func list(prefix: String, after: String?, at revision: UInt64) -> [StoredObject] {
        var undone: [String: StoredObject?] = [:]
        for change in history[historyIndex(after: revision)...].reversed() {
            undone[Self.path(of: change.key)] = change.before
        }
        if undone.isEmpty { return list(prefix: prefix, after: after) }
        let current = list(prefix: prefix, after: after).filter { undone[Self.path(of: $0.key)] == nil }
        let old = undone.compactMap { path, object -> StoredObject? in
            guard let object, prefix.isEmpty || path.utf8.starts(with: prefix.utf8) else { return nil }
            if let after, !Self.precedes(after, path) { return nil }
            return object
        }
        return (current + old).sorted { Self.precedes(Self.path(of: $0.key), Self.path(of: $1.key)) }
    }
}
