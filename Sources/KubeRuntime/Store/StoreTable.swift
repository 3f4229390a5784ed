internal import KubeAPI

/// One object held, shared by reference so that tables and snapshots cost a word each.
final class StoredObject: Sendable {
    let object: KubeObject
    let key: ObjectKey

    init(_ object: KubeObject, key: ObjectKey) {
        self.object = object
        self.key = key
    }

    var version: ResourceVersion? { object.resourceVersion.map(ResourceVersion.init) }

    /// Whether `other` is this very version of this very object.
    func isSameVersion(as other: KubeObject) -> Bool {
        guard let version = object.resourceVersion, !version.isEmpty else { return false }
        return version == other.resourceVersion && object.uid == other.uid
    }
}

/// The objects of a store and their indexes, as a value.
///
/// Objects sit in numbered slots; indexes hold slot numbers, four bytes an entry.
struct StoreTable {
    /// One step of a change, with the index terms computed before, so that the table itself calls nobody.
    struct Edit {
        let key: ObjectKey
        let old: StoredObject?
        let new: StoredObject?
        let oldTerms: [Term]
        let newTerms: [Term]
    }

    /// A value in one of the indexes, named by its position.
    struct Term: Hashable {
        let index: Int
        let value: String
    }

    private var slots: [StoredObject?] = []
    private var free: [UInt32] = []
    private var positions: [ObjectKey: UInt32] = [:]
    private var indexes: [[String: Set<UInt32>]]

    init(indexCount: Int) {
        indexes = Array(repeating: [:], count: indexCount)
    }

    var count: Int { positions.count }
    var keys: [ObjectKey] { Array(positions.keys) }

    subscript(key: ObjectKey) -> StoredObject? {
        guard let position = positions[key] else { return nil }
        return slots[Int(position)]
    }

    /// All objects in no order.
    var all: [StoredObject] { slots.compactMap(\.self) }

    /// The objects found under a value of an index, in no order.
    func find(_ value: String, index: Int) -> [StoredObject] {
        guard indexes.indices.contains(index), let found = indexes[index][value] else { return [] }
        return found.compactMap { slots[Int($0)] }
    }

    /// The values of an index under which something is found, in no order.
    func values(index: Int) -> [String] {
        indexes.indices.contains(index) ? Array(indexes[index].keys) : []
    }

    mutating func reserve(_ count: Int) {
        positions.reserveCapacity(count)
        slots.reserveCapacity(count)
    }

    mutating func apply(_ edit: Edit) {
        switch (positions[edit.key], edit.new) {
        case (let position?, let new?):
            slots[Int(position)] = new
            removeTerms(edit.oldTerms, keeping: edit.newTerms, position: position)
            insert(edit.newTerms, position: position)
        case (nil, let new?):
            let position = freePosition()
            slots[Int(position)] = new
            positions[edit.key] = position
            insert(edit.newTerms, position: position)
        case (let position?, nil):
            slots[Int(position)] = nil
            positions[edit.key] = nil
            free.append(position)
            removeTerms(edit.oldTerms, keeping: [], position: position)
        case (nil, nil):
            break
        }
    }

    private mutating func freePosition() -> UInt32 {
        if let position = free.popLast() { return position }
        slots.append(nil)
        return UInt32(truncatingIfNeeded: slots.count - 1)
    }

    private mutating func insert(_ terms: [Term], position: UInt32) {
        for term in terms { indexes[term.index][term.value, default: []].insert(position) }
    }

    private mutating func removeTerms(_ terms: [Term], keeping kept: [Term], position: UInt32) {
        for term in terms where !kept.contains(term) {
            indexes[term.index][term.value]?.remove(position)
            if indexes[term.index][term.value]?.isEmpty == true { indexes[term.index][term.value] = nil }
        }
    }
}
