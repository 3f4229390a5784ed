internal import DataTree

/// The lines of a log: a check sum in eight hexadecimal digits, a space, JSON, and a line feed.
struct LogLines {
    private let content: [UInt8]
    private var position = 0

    /// The key under which a line that does not begin a write names the offset at which its write begins.
    static let batchKey = "b"

    /// How many lines were handed out.
    private(set) var number = 0
    /// The offset of the line handed out last.
    private(set) var start = 0
    /// The bytes up to the end of the last line that was accepted.
    private(set) var accepted = 0

    /// Reads the lines of `content`.
    init(_ content: [UInt8]) {
        self.content = content
    }

    /// The next line without its line feed, nil at the end; the header is accepted at once.
    mutating func next() -> ArraySlice<UInt8>? {
        guard position < content.count else { return nil }
        start = position
        let rest = content[position...]
        let end = rest.firstIndex(of: UInt8(ascii: "\n"))
        let line = rest[..<(end ?? content.endIndex)]
        position = end.map { $0 + 1 } ?? content.endIndex
        number += 1
        // A last line without its line feed was cut off, whatever its check sum says.
        if end == nil { return [] }
        if number == 1 { accepted = position }
        return line
    }

    /// Whether after the line handed out last there is one of a write that began after it.
    func hasLaterWrite() -> Bool {
        var rest = self
        while let line = rest.next() {
            guard let tree = Self.checked(line) else { continue }
            if tree[Self.batchKey]?.integer ?? Int64(rest.start) > Int64(start) { return true }
        }
        return false
    }

    /// Counts the line handed out last as whole.
    mutating func accept() {
        accepted = position
    }

    /// The line that holds a value.
    static func line(_ tree: Tree) -> [UInt8] {
        let json = tree.json(.compact)
        let digits = String(checkSum(json[...]), radix: 16)
        let padded = String(repeating: "0", count: 8 - digits.count) + digits
        return Array(padded.utf8) + [UInt8(ascii: " ")] + json + [UInt8(ascii: "\n")]
    }

    /// How deep the values of a line may be nested: what a request may bring, with the records of its managers and of the line around.
    static let maxDepth = 1_024

    /// The value on a line, nil when the check sum or the JSON is wrong.
    static func checked(_ line: ArraySlice<UInt8>) -> Tree? {
        guard let json = whole(line) else { return nil }
        return try? JSONParser.parse(json, options: JSONParser.Options(maxDepth: maxDepth))
    }

    /// The JSON of a line that is as it was written; nil for one that was cut off or changed.
    static func whole(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard line.count > 9, line[line.startIndex + 8] == UInt8(ascii: " "),
            let sum = UInt32(String(decoding: line.prefix(8), as: UTF8.self), radix: 16)
        else { return nil }
        let json = line.dropFirst(9)
        return checkSum(json) == sum ? json : nil
    }

    /// CRC-32 (ISO 3309), bit by bit through a table of sixteen entries.
    static func checkSum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        var sum: UInt32 = 0xFFFF_FFFF
        for byte in bytes {
            sum ^= UInt32(byte)
            sum = sum >> 4 ^ table[Int(sum & 15)]
            sum = sum >> 4 ^ table[Int(sum & 15)]
        }
        return ~sum
    }

    private static let table: [UInt32] = (0..<16).map { (index: UInt32) in
        (0..<4).reduce(index) { value, _ in value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
    }
}

/// The first line of a log: at which revision the snapshot was taken, and how many objects it has.
struct LogHeader: Sendable, Hashable {
    /// The revision of the snapshot.
    var revision: UInt64
    /// The number of records that belong to it.
    var count: Int

    /// Makes a header.
    init(revision: UInt64, count: Int) {
        self.revision = revision
        self.count = count
    }

    /// Reads a header; nil for anything else.
    init?(_ line: ArraySlice<UInt8>) {
        guard let tree = LogLines.checked(line), tree["format"]?.integer == 1,
            let revision = tree["revision"]?.string.flatMap({ UInt64($0) }),
            let count = tree["count"]?.integer.flatMap({ Int(exactly: $0) }), count >= 0
        else { return nil }
        self.init(revision: revision, count: count)
    }

    /// The header as a line.
    var line: [UInt8] {
        LogLines.line(["format": 1, "revision": .string(String(revision)), "count": .integer(Int64(count))])
    }
}
