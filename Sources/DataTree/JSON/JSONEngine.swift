#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// What is wrong, and at which byte; turned into a ``ParseError`` at the border, where lines are counted.
struct JSONFault: Error {
    var code: ParseError.Code
    var offset: Int
    var message: String
}

/// One pass over the bytes of a JSON text.
///
/// Values under construction lie on two stacks, from which finished arrays are taken at their exact size.
struct JSONEngine: ~Copyable {
    typealias Node = TreeProjection.Node

    let base: UnsafePointer<UInt8>
    let end: Int
    var position = 0

    let maxDepth: Int
    let duplicateKeys: JSONParser.DuplicateKeys
    let keepsMatches: Bool

    let cache: UnsafeMutableBufferPointer<StringCache.Slot>
    var entries = ScratchStack<TreeObject.Entry>(capacity: 64)
    /// The hash of each key in `entries`, and where it stands.
    var keyMarks = ScratchStack<KeyMark>(capacity: 64)
    var values = ScratchStack<Tree>(capacity: 64)
    var unescaped: [UInt8] = []
    /// The hash of the string read last.
    var lastHash: UInt64 = 0

    struct KeyMark {
        var hash: UInt64
        var offset: Int
    }

    init(
        bytes: UnsafeBufferPointer<UInt8>,
        options: JSONParser.Options,
        cache: UnsafeMutableBufferPointer<StringCache.Slot>
    ) {
        self.base = bytes.baseAddress ?? UnsafePointer(bitPattern: 1).unsafelyUnwrapped
        self.end = bytes.count
        self.maxDepth = options.maxDepth
        self.duplicateKeys = options.duplicateKeys
        self.keepsMatches = options.projection?.keeps ?? false
        self.cache = cache
    }

    /// Reads the one value the text holds.
    mutating func document(_ root: Node?) throws(JSONFault) -> Tree {
        let tree = try value(depth: 0, node: root)
        skipSpace()
        guard position == end else { throw unexpected("the end of the text") }
        return tree
    }

    mutating func value(depth: Int, node: Node?) throws(JSONFault) -> Tree {
        skipSpace()
        guard position < end else { throw unexpected("a value") }
        switch base[position] {
        case UInt8(ascii: "\""):
            position += 1
            return .string(try string())
        case UInt8(ascii: "{"): return try object(depth: depth, node: node)
        case UInt8(ascii: "["): return try array(depth: depth, node: node)
        case UInt8(ascii: "t"):
            try literal("true")
            return .bool(true)
        case UInt8(ascii: "f"):
            try literal("false")
            return .bool(false)
        case UInt8(ascii: "n"):
            try literal("null")
            return .null
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default: throw unexpected("a value")
        }
    }

    private mutating func object(depth: Int, node: Node?) throws(JSONFault) -> Tree {
        try enter(depth)
        let mark = entries.count
        var seen: UInt64 = 0
        skipSpace()
        if take(UInt8(ascii: "}")) { return .object(TreeObject()) }
        while true {
            let offset = position
            guard take(UInt8(ascii: "\"")) else { throw unexpected("a key in double quotes") }
            let key = try string()
            let hash = lastHash
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw unexpected("':' after the key") }
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
                try skipValue(depth: depth + 1)
            }
            skipSpace()
            if take(UInt8(ascii: ",")) {
                skipSpace()
                continue
            }
            guard take(UInt8(ascii: "}")) else { throw unexpected("',' or '}'") }
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
        try enter(depth)
        let mark = values.count
        skipSpace()
        if take(UInt8(ascii: "]")) { return .array([]) }
        while true {
            if let child = selection(of: nil, below: node) {
                values.push(try value(depth: depth + 1, node: child.node))
            } else {
                try skipValue(depth: depth + 1)
            }
            skipSpace()
            if take(UInt8(ascii: ",")) { continue }
            guard take(UInt8(ascii: "]")) else { throw unexpected("',' or ']'") }
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
}

extension JSONEngine {
    @inline(__always)
    mutating func skipSpace() {
        while position < end {
            switch base[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position += 1
            default: return
            }
        }
    }

    @inline(__always)
    mutating func take(_ byte: UInt8) -> Bool {
        guard position < end, base[position] == byte else { return false }
        position += 1
        return true
    }

    @inline(__always)
    mutating func enter(_ depth: Int) throws(JSONFault) {
        guard depth < maxDepth else {
            let message = "objects and arrays are nested deeper than \(maxDepth)"
            throw JSONFault(code: .tooDeep, offset: position, message: message)
        }
        position += 1
    }

    mutating func literal(_ word: StaticString) throws(JSONFault) {
        let length = word.utf8CodeUnitCount
        guard end - position >= length, memcmp(base + position, word.utf8Start, length) == 0 else {
            throw unexpected("a value")
        }
        position += length
    }

    @inline(never)
    func unexpected(_ expectation: String) -> JSONFault {
        guard position < end else {
            return JSONFault(code: .unexpectedEnd, offset: end, message: "the text ends where \(expectation) should be")
        }
        let found = Self.show(base[position])
        let message = "expected \(expectation), found \(found)"
        return JSONFault(code: .syntax, offset: position, message: message)
    }

    @inline(never)
    private func duplicate(_ key: String, _ offset: Int) -> JSONFault {
        JSONFault(code: .duplicateKey, offset: offset, message: "duplicate key \"\(key)\"")
    }

    static func show(_ byte: UInt8) -> String {
        (0x21...0x7E).contains(byte) ? "'\(Unicode.Scalar(byte))'" : "byte 0x\(String(byte, radix: 16))"
    }
}
