/// Finds keys that objects of a JSON text have twice, as strict field validation reports them.
///
/// The text is known to be well-formed.
struct DuplicateFields {
    private let text: [UInt8]
    private var bytes: ArraySlice<UInt8>
    private var found: [String] = []

    /// The paths of the second and later occurrences, for example `spec.containers[0].image`, each once.
    static func paths(in bytes: [UInt8]) -> [String] {
        var scan = DuplicateFields(bytes)
        scan.value("", 0)
        return scan.found
    }

    private init(_ text: [UInt8]) {
        self.text = text
        self.bytes = text[...]
    }

    private mutating func skipSpace() {
        while let byte = bytes.first, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 {
            bytes.removeFirst()
        }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        skipSpace()
        guard bytes.first == byte else { return false }
        bytes.removeFirst()
        return true
    }

    private mutating func value(_ path: String, _ depth: Int) {
        guard depth < 512 else {
            bytes = []
            return
        }
        if take(UInt8(ascii: "{")) {
            object(path, depth)
        } else if take(UInt8(ascii: "[")) {
            array(path, depth)
        } else if bytes.first == UInt8(ascii: "\"") {
            _ = string()
        } else {
            while let byte = bytes.first, !",]} \n\r\t".utf8.contains(byte) { bytes.removeFirst() }
        }
    }

    private mutating func object(_ path: String, _ depth: Int) {
        var seen: Set<String> = []
        while !bytes.isEmpty {
            if take(UInt8(ascii: "}")) { return }
            _ = take(UInt8(ascii: ","))
            skipSpace()
            let key = string()
            let place = path.isEmpty ? key : "\(path).\(key)"
            if !seen.insert(key).inserted, !found.contains(place) { found.append(place) }
            guard take(UInt8(ascii: ":")) else { return }
            value(place, depth + 1)
        }
    }

    private mutating func array(_ path: String, _ depth: Int) {
        var index = 0
        while !bytes.isEmpty {
            if take(UInt8(ascii: "]")) { return }
            _ = take(UInt8(ascii: ","))
            value("\(path)[\(index)]", depth + 1)
            index += 1
        }
    }

    /// Takes a string as it is written, escapes untouched.
    private mutating func string() -> String {
        guard bytes.first == UInt8(ascii: "\"") else {
            bytes = []
            return ""
        }
        bytes.removeFirst()
        let start = bytes.startIndex
        while let byte = bytes.first, byte != UInt8(ascii: "\"") {
            bytes.removeFirst(byte == UInt8(ascii: "\\") ? min(2, bytes.count) : 1)
        }
        let text = String(decoding: self.text[start..<bytes.startIndex], as: UTF8.self)
        _ = bytes.popFirst()
        return text
    }
}
