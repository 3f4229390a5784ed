/// One pass over the bytes of a JSON text.
///
/// Values under construction lie on two stacks, from which finished arrays are taken at their exact size.
struct JSONEngine: ~Copyable {
    typealias Node = TreeProjection.Node

    var cursor: JSONCursor
    var strings: JSONStrings
    let duplicateKeys: JSONParser.DuplicateKeys
    let keepsMatches: Bool

    var entries = ScratchStack<TreeObject.Entry>(capacity: 64)
    /// The hash of each key in `entries`, and where it stands.
    var keyMarks = ScratchStack<KeyMark>(capacity: 64)
    var values = ScratchStack<Tree>(capacity: 64)

    struct KeyMark {
        var hash: UInt64
        var offset: Int
    }

    init(
        bytes: UnsafeBufferPointer<UInt8>,
        options: JSONParser.Options,
        cache: UnsafeMutableBufferPointer<StringCache.Slot>
    ) {
        self.cursor = unsafe JSONCursor(bytes, maxDepth: options.maxDepth)
        self.strings = unsafe JSONStrings(cache: cache)
        self.duplicateKeys = options.duplicateKeys
        self.keepsMatches = options.projection?.keeps ?? false
    }

    /// Reads the one value the text holds.
    mutating func document(_ root: Node?) throws(JSONFault) -> Tree {
        let tree = try value(depth: 0, node: root)
        cursor.skipSpace()
        guard cursor.position == cursor.end else { throw cursor.unexpected("the end of the text") }
        return tree
    }

    mutating func value(depth: Int, node: Node?) throws(JSONFault) -> Tree {
        cursor.skipSpace()
        guard cursor.position < cursor.end else { throw cursor.unexpected("a value") }
        switch unsafe cursor.base[cursor.position] {
        case UInt8(ascii: "\""):
            cursor.position += 1
            return .string(try strings.read(&cursor))
        case UInt8(ascii: "{"): return try object(depth: depth, node: node)
        case UInt8(ascii: "["): return try array(depth: depth, node: node)
        case UInt8(ascii: "t"):
            try cursor.literal("true")
            return .bool(true)
        case UInt8(ascii: "f"):
            try cursor.literal("false")
            return .bool(false)
        case UInt8(ascii: "n"):
            try cursor.literal("null")
            return .null
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try cursor.number()
        default: throw cursor.unexpected("a value")
        }
    }

    private mutating func object(depth: Int, node: Node?) throws(JSONFault) -> Tree {
        try cursor.enter(depth)
        let mark = entries.count
        var seen: UInt64 = 0
        cursor.skipSpace()
        if cursor.take(UInt8(ascii: "}")) { return .object(TreeObject()) }
        while true {
            let offset = cursor.position
            guard cursor.take(UInt8(ascii: "\"")) else { throw cursor.unexpected("a key in double quotes") }
            let key = try strings.read(&cursor)
            let hash = strings.lastHash
            cursor.skipSpace()
            guard cursor.take(UInt8(ascii: ":")) else { throw cursor.unexpected("':' after the key") }
            if let child = selection(of: key, below: node) {
                let bit: UInt64 = 1 << (hash & 63)
                let existing = seen & bit == 0 ? nil : position(ofKey: key, hash: hash, from: mark)
                seen |= bit
                if existing != nil, duplicateKeys == .refuse { throw duplicate(key, offset) }
                let value = try value(depth: depth + 1, node: child.node)
                if let existing {
                    entries[existing].value = value
                } else {
                    entries.push(TreeObject.Entry(key: key, value: value))
                    keyMarks.push(KeyMark(hash: hash, offset: offset))
                }
            } else {
                try cursor.skipValue(depth: depth + 1)
            }
            cursor.skipSpace()
            if cursor.take(UInt8(ascii: ",")) {
                cursor.skipSpace()
                continue
            }
            guard cursor.take(UInt8(ascii: "}")) else { throw cursor.unexpected("',' or '}'") }
            break
        }
        return .object(try finishObject(from: mark))
    }

    /// Takes the entries from `mark` on; objects too large for the check of each key are checked here, by their index.
    private mutating func finishObject(from mark: Int) throws(JSONFault) -> TreeObject {
        let isChecked = entries.count - mark <= Self.linearSearchLimit
        let offsets = isChecked ? [] : (mark..<entries.count).map { keyMarks[$0].offset }
        keyMarks.drop(to: mark)
        let taken = entries.take(from: mark)
        if isChecked { return TreeObject(uniqueEntries: taken) }
        var first: [String: Int] = [:]
        var hasDuplicates = false
        for (index, entry) in taken.enumerated() where first.updateValue(index, forKey: entry.key) != nil {
            guard duplicateKeys == .lastWins else { throw duplicate(entry.key, offsets[index]) }
            hasDuplicates = true
        }
        guard hasDuplicates else { return TreeObject(uniqueEntries: taken) }
        return TreeObject(taken.lazy.map { (key: $0.key, value: $0.value) })
    }

    /// How many keys of an object are compared one by one while it is read.
    private static let linearSearchLimit = 64

    private func position(ofKey key: String, hash: UInt64, from mark: Int) -> Int? {
        guard entries.count - mark <= Self.linearSearchLimit else { return nil }
        for index in mark..<entries.count where keyMarks[index].hash == hash && entries[index].key == key {
            return index
        }
        return nil
    }

    private mutating func array(depth: Int, node: Node?) throws(JSONFault) -> Tree {
        try cursor.enter(depth)
        let mark = values.count
        cursor.skipSpace()
        if cursor.take(UInt8(ascii: "]")) { return .array([]) }
        while true {
            if let child = selection(of: nil, below: node) {
                values.push(try value(depth: depth + 1, node: child.node))
            } else {
                try cursor.skipValue(depth: depth + 1)
            }
            cursor.skipSpace()
            if cursor.take(UInt8(ascii: ",")) { continue }
            guard cursor.take(UInt8(ascii: "]")) else { throw cursor.unexpected("',' or ']'") }
            break
        }
        return .array(values.take(from: mark))
    }

    /// Whether what stands under `key` (nil: an element) is kept, and by which rules what is below it.
    @inline(__always)
    private func selection(of key: String?, below node: Node?) -> (node: Node?, Void)? {
        guard let node else { return (nil, ()) }
        let child = key.map { node.child($0) } ?? node.any
        guard let child else { return keepsMatches ? nil : (nil, ()) }
        if child.isEnd { return keepsMatches ? (nil, ()) : nil }
        return (child, ())
    }

    @inline(never)
    private func duplicate(_ key: String, _ offset: Int) -> JSONFault {
        JSONFault(code: .duplicateKey, offset: offset, message: "duplicate key \"\(key)\"")
    }
}
