internal import DataTree
internal import KubeAPI

/// The objects of a store and their indexes, as a value.
///
/// Objects sit in numbered slots; the index of keys takes eight bytes an entry, the others four.
struct StoreTable {
    /// A value in one of the indexes, named by its position.
    struct Term: Hashable {
        let index: Int
        let value: String
    }

    /// An object on its way into a table, with all that is computed from it beforehand.
    struct Entry {
        let key: ObjectKey
        let stored: StoredObject
        let terms: [Term]
    }

    private let keys: PackedKeys
    private var slots: [StoredObject?] = []
    private var free: [UInt32] = []
    private var positions = SlotIndex()
    private var indexes: [[String: Set<UInt32>]]

    init(indexCount: Int, keys: PackedKeys) {
        self.indexes = Array(repeating: [:], count: indexCount)
        self.keys = keys
    }

    var count: Int { positions.count }

    subscript(key: ObjectKey) -> StoredObject? {
        position(of: key).flatMap { slots[Int($0)] }
    }

    /// All objects, in the order in which they came where none went in between.
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

    /// Puts an object in, in the place of the one with its key, whose terms are `oldTerms`.
    mutating func put(_ entry: Entry, oldTerms: [Term]) {
        let position: UInt32
        if let known = self.position(of: entry.key) {
            position = known
            removeTerms(oldTerms, position: position)
        } else {
            position = freePosition()
            positions.insert(position, hash: Self.hash(entry.key))
        }
        slots[Int(position)] = entry.stored
        for term in entry.terms { indexes[term.index][term.value, default: []].insert(position) }
    }

    /// Takes the object with that key out, whose terms are `oldTerms`.
    mutating func remove(_ key: ObjectKey, oldTerms: [Term]) {
        guard let position = position(of: key) else { return }
        positions.remove(position, hash: Self.hash(key))
        slots[Int(position)] = nil
        free.append(position)
        removeTerms(oldTerms, position: position)
    }

    private func position(of key: ObjectKey) -> UInt32? {
        positions.find(Self.hash(key)) { slots[Int($0)]?.key(keys) == key }
    }

    private static func hash(_ key: ObjectKey) -> UInt32 { UInt32(truncatingIfNeeded: key.hashValue) }

    private mutating func freePosition() -> UInt32 {
        if let position = free.popLast() { return position }
        slots.append(nil)
        return UInt32(truncatingIfNeeded: slots.count - 1)
    }

    private mutating func removeTerms(_ terms: [Term], position: UInt32) {
        for term in terms {
            indexes[term.index][term.value]?.remove(position)
            if indexes[term.index][term.value]?.isEmpty == true { indexes[term.index][term.value] = nil }
        }
    }
}
