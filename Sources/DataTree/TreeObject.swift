/// The keys and values of one object, in the order in which they were first written.
///
/// Two objects are equal when they hold the same keys with equal values, in whatever order. Look-ups scan up to
/// ``indexThreshold`` entries and use an index above that, so that both a container spec and a ConfigMap with thousands of
/// keys are quick.
public struct TreeObject: Sendable {
    /// One key and its value.
    public struct Entry: Sendable, Hashable {
        /// The key, unique within its object.
        public let key: String
        /// The value under the key.
        public var value: Tree

        /// Makes an entry.
        public init(key: String, value: Tree) {
            self.key = key
            self.value = value
        }
    }

    /// The number of entries above which look-ups use an index.
    static let indexThreshold = 24

    /// All entries in order.
    public private(set) var entries: [Entry]
    private var index: [String: Int]?

    /// Makes an empty object.
    public init() {
        self.entries = []
    }

    /// Makes an object of `entries`; the last of several equal keys wins, in the place of the first.
    public init(_ entries: some Sequence<(key: String, value: Tree)>) {
        self.entries = []
        for entry in entries { self[entry.key] = entry.value }
    }

    /// Takes over `entries`, whose keys the caller knows to be unique.
    init(uniqueEntries entries: [Entry]) {
        self.entries = entries
        rebuildIndex()
    }

    /// The number of keys.
    public var count: Int { entries.count }
    /// Whether there is no key.
    public var isEmpty: Bool { entries.isEmpty }
    /// The keys in order.
    public var keys: [String] { entries.map(\.key) }

    /// The place of `key` in ``entries``, or nil.
    public func position(of key: String) -> Int? {
        if let index { return index[key] }
        for place in entries.indices where entries[place].key == key { return place }
        return nil
    }

    /// The value under `key`.
    ///
    /// Setting nil removes the key; setting a new key appends it.
    public subscript(key: String) -> Tree? {
        get {
            guard let position = position(of: key) else { return nil }
            return entries[position].value
        }
        set {
            switch (position(of: key), newValue) {
            case (let position?, let value?):
                entries[position].value = value
            case (nil, let value?):
                entries.append(Entry(key: key, value: value))
                if index != nil {
                    index?[key] = entries.count - 1
                } else if entries.count > Self.indexThreshold {
                    rebuildIndex()
                }
            case (let position?, nil):
                entries.remove(at: position)
                rebuildIndex()
            case (nil, nil):
                break
            }
        }
    }

    /// Changes the value at a position of ``entries`` in place.
    public mutating func update<Result>(at position: Int, _ change: (inout Tree) throws -> Result) rethrows -> Result {
        try change(&entries[position].value)
    }

    /// Keeps only the entries that satisfy `isIncluded`.
    public mutating func filter(_ isIncluded: (Entry) -> Bool) {
        entries.removeAll { !isIncluded($0) }
        rebuildIndex()
    }

    /// The same entries ordered by key, byte by byte.
    public func sorted() -> TreeObject {
        TreeObject(uniqueEntries: entries.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) })
    }

    private mutating func rebuildIndex() {
        guard entries.count > Self.indexThreshold else {
            index = nil
            return
        }
        var fresh = [String: Int](minimumCapacity: entries.count)
        for (position, entry) in entries.enumerated() { fresh[entry.key] = position }
        index = fresh
    }
}

extension TreeObject: Hashable {
    /// Equality of keys and values, in whatever order.
    public static func == (left: TreeObject, right: TreeObject) -> Bool {
        guard left.count == right.count else { return false }
        return left.entries.allSatisfy { right[$0.key] == $0.value }
    }

    /// Feeds a value that does not depend on the order of keys.
    public func hash(into hasher: inout Hasher) {
        var combined = 0
        for entry in entries { combined ^= entry.hashValue }
        hasher.combine(combined)
    }
}

extension TreeObject: Sequence {
    /// Iterates over the entries in order.
    public func makeIterator() -> IndexingIterator<[Entry]> { entries.makeIterator() }
}

extension TreeObject: ExpressibleByDictionaryLiteral {
    /// Makes an object; the last of several equal keys wins.
    public init(dictionaryLiteral elements: (String, Tree)...) {
        self.init(elements.lazy.map { (key: $0.0, value: $0.1) })
    }
}
