/// Makes equal parts of many trees share their storage, so that a cache of similar objects takes less memory.
///
/// A value gives back an equal tree. Strings too long to be stored in place, arrays and objects are looked up among those seen
/// lately; a table of fixed size holds those, so that memory is bounded and values that never repeat cost only a look-up.
/// Storage that is not shared is at least made as small as it can be. Not for use by several tasks at once.
public struct TreeInterner: Sendable {
    private var trees: [Tree?]
    private var keys: [String?]
    private let treeMask: Int
    private let keyMask: Int

    /// Strings of up to this many bytes have no storage of their own.
    private static let smallString = 15
    /// Deeper parts are left as they are.
    private static let maxDepth = 64

    /// Makes an interner that remembers about `capacity` values, at least 16.
    public init(capacity: Int = 8_192) {
        let size = Self.powerOfTwo(atLeast: capacity)
        trees = Array(repeating: nil, count: size)
        keys = Array(repeating: nil, count: Self.powerOfTwo(atLeast: size / 4))
        treeMask = trees.count - 1
        keyMask = keys.count - 1
    }

    private static func powerOfTwo(atLeast wanted: Int) -> Int {
        var size = 16
        while size < wanted, size < 1 << 20 { size *= 2 }
        return size
    }

    /// A tree equal to `tree` that shares what it can.
    public mutating func intern(_ tree: Tree) -> Tree {
        intern(tree, depth: 0).tree
    }

    private mutating func intern(_ tree: Tree, depth: Int) -> (tree: Tree, hash: UInt64) {
        guard depth < Self.maxDepth else { return (tree, 1) }
        switch tree {
        case .null:
            return (tree, 2)
        case .bool(let value):
            return (tree, value ? 3 : 4)
        case .integer(let value):
            return (tree, Self.mixed(5, UInt64(bitPattern: value)))
        case .double(let value):
            return (tree, Self.mixed(6, value.bitPattern))
        case .bigInteger(let digits):
            return (tree, Self.mixed(7, Self.hash(digits)))
        case .string(let text):
            let hash = Self.mixed(8, Self.hash(text))
            guard text.utf8.count > Self.smallString else { return (tree, hash) }
            return (shared(tree, hash), hash)
        case .array(let elements):
            return intern(elements, depth: depth)
        case .object(let object):
            return intern(object, depth: depth)
        }
    }

    private mutating func intern(_ elements: [Tree], depth: Int) -> (tree: Tree, hash: UInt64) {
        var hash = Self.mixed(9, UInt64(elements.count))
        var compact: [Tree] = []
        compact.reserveCapacity(elements.count)
        for element in elements {
            let (element, part) = intern(element, depth: depth + 1)
            compact.append(element)
            hash = Self.mixed(hash, part)
        }
        return (shared(.array(compact), hash), hash)
    }

    private mutating func intern(_ object: TreeObject, depth: Int) -> (tree: Tree, hash: UInt64) {
        var hash = Self.mixed(10, UInt64(object.count))
        var compact: [TreeObject.Entry] = []
        compact.reserveCapacity(object.count)
        for entry in object.entries {
            let keyHash = Self.hash(entry.key)
            let (value, part) = intern(entry.value, depth: depth + 1)
            compact.append(TreeObject.Entry(key: shared(entry.key, keyHash), value: value))
            hash = Self.mixed(Self.mixed(hash, keyHash), part)
        }
        return (shared(.object(TreeObject(uniqueEntries: compact)), hash), hash)
    }

    /// The equal tree seen before, or `tree`, which is then the one seen last.
    private mutating func shared(_ tree: Tree, _ hash: UInt64) -> Tree {
        let slot = Int(truncatingIfNeeded: hash) & treeMask
        if let known = trees[slot], Self.isIdentical(known, tree) { return known }
        trees[slot] = tree
        return tree
    }

    private mutating func shared(_ key: String, _ hash: UInt64) -> String {
        guard key.utf8.count > Self.smallString else { return key }
        let slot = Int(truncatingIfNeeded: hash) & keyMask
        if let known = keys[slot], known.utf8.elementsEqual(key.utf8) { return known }
        keys[slot] = key
        return key
    }

    /// Equality that minds the order of keys, so that what is given back is written out as it was.
    private static func isIdentical(_ left: Tree, _ right: Tree) -> Bool {
        switch (left, right) {
        case (.string(let left), .string(let right)):
            left.utf8.elementsEqual(right.utf8)
        case (.array(let left), .array(let right)):
            left.count == right.count && zip(left, right).allSatisfy(isIdentical)
        case (.object(let left), .object(let right)):
            left.count == right.count
                && zip(left.entries, right.entries).allSatisfy {
                    $0.key.utf8.elementsEqual($1.key.utf8) && isIdentical($0.value, $1.value)
                }
        case (.double(let left), .double(let right)):
            left.bitPattern == right.bitPattern
        case (.array, _), (.object, _), (.string, _), (.double, _):
            false
        default:
            left == right
        }
    }

    private static func mixed(_ hash: UInt64, _ part: UInt64) -> UInt64 {
        var word = (hash ^ part) &* 0x9E37_79B9_7F4A_7C15
        word ^= word >> 32
        return word &+ (hash << 6)
    }

    /// FNV-1a; what an attacker can do with collisions is to prevent sharing.
    private static func hash(_ text: String) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        return hash
    }
}
