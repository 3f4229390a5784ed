/// JSON being written: bytes that grow.
///
/// Safe to use: it owns its storage, and every write is behind a reservation.
@safe
struct JSONOutput: ~Copyable {
    private var storage: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    private var count = 0
    private let format: JSONFormat

    init(format: JSONFormat, capacity: Int = 4096) {
        self.format = format
        self.capacity = capacity
        unsafe self.storage = .allocate(capacity: capacity)
    }

    deinit {
        unsafe storage.deallocate()
    }

    var bytes: [UInt8] { unsafe Array(UnsafeBufferPointer(start: storage, count: count)) }

    /// Makes room for `needed` more bytes.
    @inline(__always)
    private mutating func reserve(_ needed: Int) {
        if capacity - count < needed { grow(needed) }
    }

    @inline(never)
    private mutating func grow(_ needed: Int) {
        let larger = max(capacity * 2, count + needed)
        let fresh = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
        unsafe fresh.update(from: storage, count: count)
        unsafe storage.deallocate()
        unsafe storage = unsafe fresh
        capacity = larger
    }

    @inline(__always)
    private mutating func append(_ byte: UInt8) {
        reserve(1)
        unsafe storage[count] = byte
        count += 1
    }

    private mutating func append(_ word: StaticString) {
        reserve(word.utf8CodeUnitCount)
        unsafe (storage + count).update(from: word.utf8Start, count: word.utf8CodeUnitCount)
        count += word.utf8CodeUnitCount
    }

    /// Writes a value.
    mutating func write(_ tree: Tree, depth: Int) {
        switch tree {
        case .null: append("null")
        case .bool(let value): value ? append("true") : append("false")
        case .integer(let value): write(value)
        case .double(let value): writePlain(value.isFinite ? value.description : "null")
        case .bigInteger(let digits): writePlain(digits)
        case .string(let value): write(value)
        case .array(let elements): write(elements, depth: depth)
        case .object(let object): write(object, depth: depth)
        }
    }

    private mutating func write(_ elements: [Tree], depth: Int) {
        append(UInt8(ascii: "["))
        for index in elements.indices {
            if index > 0 { append(UInt8(ascii: ",")) }
            newLine(depth + 1)
            write(elements[index], depth: depth + 1)
        }
        if !elements.isEmpty { newLine(depth) }
        append(UInt8(ascii: "]"))
    }

    private mutating func write(_ object: TreeObject, depth: Int) {
        let entries = format == .canonical ? object.sorted().entries : object.entries
        append(UInt8(ascii: "{"))
        for index in entries.indices {
            if index > 0 { append(UInt8(ascii: ",")) }
            newLine(depth + 1)
            write(entries[index].key)
            append(UInt8(ascii: ":"))
            if format == .pretty { append(UInt8(ascii: " ")) }
            write(entries[index].value, depth: depth + 1)
        }
        if !entries.isEmpty { newLine(depth) }
        append(UInt8(ascii: "}"))
    }

    @inline(__always)
    private mutating func newLine(_ depth: Int) {
        guard format == .pretty else { return }
        append(UInt8(ascii: "\n"))
        for _ in 0..<depth { append("  ") }
    }

    private mutating func write(_ value: Int64) {
        reserve(20)
        var magnitude = value.magnitude
        if value < 0 { append(UInt8(ascii: "-")) }
        var digits = 1
        var limit: UInt64 = 10
        while magnitude >= limit {
            digits += 1
            let (next, overflow) = limit.multipliedReportingOverflow(by: 10)
            if overflow { break }
            limit = next
        }
        count += digits
        for place in 1...digits {
            unsafe storage[count - place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: magnitude % 10)
            magnitude /= 10
        }
    }

    private mutating func writePlain(_ text: String) {
        for byte in text.utf8 { append(byte) }
    }

    private mutating func write(_ text: String) {
        var text = text
        let length = text.utf8.count
        reserve(length + 2 + 8)
        unsafe storage[count] = UInt8(ascii: "\"")
        count += 1
        let isPlain = text.withUTF8 { unsafe copy($0) }
        if !isPlain { text.withUTF8 { unsafe writeEscaped($0) } }
        append(UInt8(ascii: "\""))
    }

    /// Copies bytes as long as none needs an escape; false, with nothing written, when one does.
    @inline(__always)
    private mutating func copy(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let source = bytes.baseAddress else { return true }
        let target = unsafe storage + count
        var offset = 0
        while bytes.count - offset >= 8 {
            let word = unsafe UnsafeRawPointer(source + offset).loadUnaligned(as: UInt64.self)
            if ByteWord.special(word) != 0 { return false }
            unsafe UnsafeMutableRawPointer(target + offset).storeBytes(of: word, as: UInt64.self)
            offset += 8
        }
        while offset < bytes.count {
            let byte = unsafe source[offset]
            if byte < 0x20 || byte == 0x22 || byte == 0x5C { return false }
            unsafe target[offset] = byte
            offset += 1
        }
        count += bytes.count
        return true
    }

    private mutating func writeEscaped(_ bytes: UnsafeBufferPointer<UInt8>) {
        for index in 0..<bytes.count {
            let byte = unsafe bytes[index]
            switch byte {
            case 0x22: append("\\\"")
            case 0x5C: append("\\\\")
            case 0x0A: append("\\n")
            case 0x0D: append("\\r")
            case 0x09: append("\\t")
            case 0x08: append("\\b")
            case 0x0C: append("\\f")
            case 0..<0x20:
                append("\\u00")
                append(UInt8(ascii: byte < 0x10 ? "0" : "1"))
                let low = byte & 0xF
                append(low < 10 ? 0x30 + low : 0x61 + low - 10)
            default: append(byte)
            }
        }
    }
}
