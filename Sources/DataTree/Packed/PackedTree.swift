/// A tree in few bytes, made by a ``TreePacker``: for keeping many, not for reading often.
public struct PackedTree: Sendable {
    /// What a node begins with.
    enum Tag: UInt8 {
        case null, no, yes, integer, double, bigInteger, string, array, object, shared
    }

    let bytes: [UInt8]
    /// Parts that other trees hold too.
    let shared: [Tree]

    /// The tree that was packed, to the order of its keys; `keys` are those of the packer.
    public func unpack(_ keys: PackedKeys) -> Tree {
        var reader = PackedReader(bytes: bytes, shared: shared, keys: keys.all)
        return reader.tree()
    }

    /// The strings under chains of keys, nil where there is none; cheaper than unpacking everything.
    public func strings(at paths: [[String]], _ keys: PackedKeys) -> [String?] {
        let all = keys.all
        return paths.map { path in
            var reader = PackedReader(bytes: bytes, shared: shared, keys: all)
            return reader.value(at: path[...])?.string
        }
    }
}

/// Reads packed bytes from front to back.
struct PackedReader {
    let bytes: [UInt8]
    let shared: [Tree]
    let keys: [String]
    var position = 0

    init(bytes: [UInt8], shared: [Tree], keys: [String]) {
        self.bytes = bytes
        self.shared = shared
        self.keys = keys
    }

    mutating func tree() -> Tree {
        switch tag() {
        case .null: return .null
        case .no: return .bool(false)
        case .yes: return .bool(true)
        case .integer: return .integer(Int64(bitPattern: fixed()))
        case .double: return .double(Double(bitPattern: fixed()))
        case .bigInteger: return .bigInteger(text())
        case .string: return .string(text())
        case .shared: return shared[number()]
        case .array:
            let count = number()
            var elements: [Tree] = []
            elements.reserveCapacity(count)
            for _ in 0..<count { elements.append(tree()) }
            return .array(elements)
        case .object:
            let count = number()
            var entries: [TreeObject.Entry] = []
            entries.reserveCapacity(count)
            for _ in 0..<count {
                let key = key()
                entries.append(TreeObject.Entry(key: key, value: tree()))
            }
            return .object(TreeObject(uniqueEntries: entries))
        }
    }

    mutating func value(at path: ArraySlice<String>) -> Tree? {
        guard let first = path.first else { return tree() }
        switch tag() {
        case .object:
            for _ in 0..<number() {
                if key() == first { return value(at: path.dropFirst()) }
                skip()
            }
            return nil
        case .shared:
            return path.reduce(Optional(shared[number()])) { $0?[$1] }
        default:
            return nil
        }
    }

    private mutating func skip() {
        switch tag() {
        case .null, .no, .yes: break
        case .integer, .double: position += 8
        case .bigInteger, .string:
            let count = number()
            position += count
        case .shared: _ = number()
        case .array: for _ in 0..<number() { skip() }
        case .object:
            for _ in 0..<number() {
                skipKey()
                skip()
            }
        }
    }

    private mutating func tag() -> PackedTree.Tag {
        position += 1
        return PackedTree.Tag(rawValue: bytes[position - 1]) ?? .null
    }

    private mutating func number() -> Int {
        var value = 0
        var shift = 0
        while true {
            let byte = bytes[position]
            position += 1
            value |= Int(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
    }

    private mutating func fixed() -> UInt64 {
        var value: UInt64 = 0
        for offset in 0..<8 { value |= UInt64(bytes[position + offset]) << UInt64(8 * offset) }
        position += 8
        return value
    }

    private mutating func text() -> String {
        let count = number()
        position += count
        return String(decoding: bytes[(position - count)..<position], as: UTF8.self)
    }

    private mutating func key() -> String {
        let number = number()
        return number == 0 ? text() : keys[number - 1]
    }

    private mutating func skipKey() {
        guard number() == 0 else { return }
        let count = number()
        position += count
    }
}
