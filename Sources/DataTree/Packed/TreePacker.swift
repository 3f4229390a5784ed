/// Packs trees into few bytes, sharing what they have in common with trees packed lately.
///
/// Keys are stored once for all. An array, an object or a long string that equals one seen lately is stored once for all trees
/// that hold it; tables of fixed size hold those, so that memory is bounded, and what never repeats costs a look-up. Not for
/// use by several tasks at once.
public struct TreePacker: Sendable {
    /// The keys of everything packed, needed to unpack it.
    public let keys: PackedKeys

    /// Tables of what was packed lately, made with the first tree: most packers of an operator never see one.
    private var recent: [Tree?] = []
    private var recentLists: [[Tree]?] = []
    private let capacity: Int
    private var hashes: [UInt64] = []
    private var sizes: [Int] = []
    private var position = 0
    private var bytes: [UInt8] = []
    private var shared: [Tree] = []
    private var sharedHash: UInt64 = 0

    /// Strings shorter than this are cheaper to repeat than to share.
    private static let longString = 24
    /// Parts below this are kept as they are.
    private static let maxDepth = 64

    /// Makes a packer that remembers about `capacity` values, at least 16 and at most a million.
    public init(capacity: Int = 2_048, keys: PackedKeys = PackedKeys()) {
        var size = 16
        while size < capacity, size < 1 << 20 { size *= 2 }
        self.capacity = size
        self.keys = keys
    }

    /// The packed form of `tree`.
    public mutating func pack(_ tree: Tree) -> PackedTree {
        if recent.isEmpty {
            recent = Array(repeating: nil, count: capacity)
            recentLists = Array(repeating: nil, count: capacity)
        }
        hashes.removeAll(keepingCapacity: true)
        sizes.removeAll(keepingCapacity: true)
        bytes.removeAll(keepingCapacity: true)
        shared = []
        sharedHash = 0
        position = 0
        measure(tree, depth: 0)
        emit(tree, depth: 0)
        return PackedTree(bytes: Self.exact(bytes), shared: sharedList())
    }

    /// A copy that takes no more room than it needs; `Array(_:)` might share the storage with its room to grow.
    private static func exact<Element>(_ elements: [Element]) -> [Element] {
        var copy: [Element] = []
        copy.reserveCapacity(elements.count)
        copy.append(contentsOf: elements)
        return copy
    }

    // MARK: Hashing

    /// Notes hash and size of every part, in the order in which they are written.
    private mutating func measure(_ tree: Tree, depth: Int) {
        let index = hashes.count
        hashes.append(0)
        sizes.append(1)
        guard depth < Self.maxDepth else { return }
        var hash: UInt64
        switch tree {
        case .null: hash = 2
        case .bool(let value): hash = value ? 3 : 4
        case .integer(let value): hash = TreeHash.mixed(5, UInt64(bitPattern: value))
        case .double(let value): hash = TreeHash.mixed(6, value.bitPattern)
        case .bigInteger(let digits): hash = TreeHash.mixed(7, TreeHash.hash(digits))
        case .string(let text): hash = TreeHash.mixed(8, TreeHash.hash(text))
        case .array(let elements):
            hash = TreeHash.mixed(9, UInt64(elements.count))
            for element in elements {
                let child = hashes.count
                measure(element, depth: depth + 1)
                hash = TreeHash.mixed(hash, hashes[child])
            }
        case .object(let object):
            hash = TreeHash.mixed(10, UInt64(object.count))
            for entry in object.entries {
                let child = hashes.count
                measure(entry.value, depth: depth + 1)
                hash = TreeHash.mixed(TreeHash.mixed(hash, TreeHash.hash(entry.key)), hashes[child])
            }
        }
        hashes[index] = hash
        sizes[index] = hashes.count - index
    }

    // MARK: Writing

    private mutating func emit(_ tree: Tree, depth: Int) {
        let (hash, size) = (hashes[position], sizes[position])
        if depth >= Self.maxDepth {
            position += size
            return share(tree, hash)
        }
        if depth > 0, Self.isWorthSharing(tree) {
            let slot = Int(truncatingIfNeeded: hash) & (recent.count - 1)
            if let known = recent[slot], TreeHash.isIdentical(known, tree) {
                position += size
                return share(known, hash)
            }
            recent[slot] = tree
        }
        position += 1
        switch tree {
        case .null: tag(.null)
        case .bool(let value): tag(value ? .yes : .no)
        case .integer(let value): tag(.integer, fixed: UInt64(bitPattern: value))
        case .double(let value): tag(.double, fixed: value.bitPattern)
        case .bigInteger(let digits):
            tag(.bigInteger)
            text(digits)
        case .string(let value):
            tag(.string)
            text(value)
        case .array(let elements):
            tag(.array)
            number(elements.count)
            for element in elements { emit(element, depth: depth + 1) }
        case .object(let object):
            tag(.object)
            number(object.count)
            for entry in object.entries {
                key(entry.key)
                emit(entry.value, depth: depth + 1)
            }
        }
    }

    private static func isWorthSharing(_ tree: Tree) -> Bool {
        switch tree {
        case .array(let elements): !elements.isEmpty
        case .object(let object): !object.isEmpty
        case .string(let text): text.utf8.count >= longString
        case .null, .bool, .integer, .double, .bigInteger: false
        }
    }

    private mutating func share(_ tree: Tree, _ hash: UInt64) {
        tag(.shared)
        number(shared.count)
        shared.append(tree)
        sharedHash = TreeHash.mixed(sharedHash, hash)
    }

    /// The shared parts; trees that share all the same parts share the list of them too.
    private mutating func sharedList() -> [Tree] {
        if shared.isEmpty { return [] }
        let slot = Int(truncatingIfNeeded: sharedHash) & (recentLists.count - 1)
        if let known = recentLists[slot], known.count == shared.count,
            zip(known, shared).allSatisfy(TreeHash.isIdentical)
        {
            return known
        }
        let list = Self.exact(shared)
        recentLists[slot] = list
        return list
    }

    private mutating func tag(_ tag: PackedTree.Tag) { bytes.append(tag.rawValue) }

    private mutating func tag(_ tag: PackedTree.Tag, fixed value: UInt64) {
        bytes.append(tag.rawValue)
        for offset in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * offset))) }
    }

    private mutating func number(_ value: Int) {
        var rest = UInt64(value)
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    private mutating func text(_ text: String) {
        number(text.utf8.count)
        bytes.append(contentsOf: text.utf8)
    }

    private mutating func key(_ key: String) {
        if let known = keys.number(of: key) {
            number(known + 1)
        } else {
            number(0)
            text(key)
        }
    }
}

/// Hashing and comparing that mind the bytes of strings and the order of keys.
enum TreeHash {
    static func mixed(_ hash: UInt64, _ part: UInt64) -> UInt64 {
        var word = (hash ^ part) &* 0x9E37_79B9_7F4A_7C15
        word ^= word >> 32
        return word &+ (hash << 6)
    }

    /// FNV-1a: what an attacker can do with collisions is to prevent sharing.
    static func hash(_ text: String) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        return hash
    }

    /// Equality down to the order of keys and the bytes of strings.
    static func isIdentical(_ left: Tree, _ right: Tree) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let left), .bool(let right)): left == right
        case (.integer(let left), .integer(let right)): left == right
        case (.double(let left), .double(let right)): left.bitPattern == right.bitPattern
        case (.bigInteger(let left), .bigInteger(let right)): left == right
        case (.string(let left), .string(let right)): left.utf8.elementsEqual(right.utf8)
        case (.array(let left), .array(let right)):
            left.count == right.count && zip(left, right).allSatisfy(isIdentical)
        case (.object(let left), .object(let right)):
            left.count == right.count
                && zip(left.entries, right.entries).allSatisfy {
                    $0.key.utf8.elementsEqual($1.key.utf8) && isIdentical($0.value, $1.value)
                }
        default: false
        }
    }
}
