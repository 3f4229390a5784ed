internal import DataTree
internal import KubeAPI
internal import MeshBase

/// Turns objects in Kubernetes' protobuf into trees, as their JSON would be.
struct ProtobufDecoder: Sendable {
    /// What every body begins with.
    static let magic: [UInt8] = [0x6B, 0x38, 0x73, 0x00]  // "k8s" and a zero
    /// How many values one body may hold, each of which costs memory many times its two bytes on the wire.
    static let mostValues = 1 << 18
    private static let deepest = 48

    private let table = ProtobufTable.shared

    /// The fields of one object while they are read: lists and maps grow on their own, so that each element costs the same.
    private struct Fields {
        var object: Tree
        var lists: [String: [Tree]] = [:]
        var maps: [String: TreeObject] = [:]

        /// The whole object.
        func gathered() -> Tree {
            var object = object
            for (name, items) in lists { object[name] = .array(items) }
            for (name, map) in maps { object[name] = .object(map) }
            return object
        }
    }

    /// Reads a body: the magic bytes and a `runtime.Unknown`.
    func decode(_ body: [UInt8]) throws(ProtobufFault) -> Tree {
        guard body.starts(with: Self.magic) else { throw .malformed }
        var reader = ProtobufReader(body.dropFirst(Self.magic.count))
        var apiVersion = ""
        var kind = ""
        var raw: ArraySlice<UInt8> = []
        while let (number, value) = try reader.next() {
            guard case .bytes(let bytes) = value else { continue }
            switch number {
            case 1:
                var type = ProtobufReader(bytes)
                while let (number, value) = try type.next() {
                    guard case .bytes(let text) = value else { continue }
                    if number == 1 { apiVersion = try Self.text(text) }
                    if number == 2 { kind = try Self.text(text) }
                }
            case 2: raw = bytes
            default: break
            }
        }
        let name = GroupVersionKind(apiVersion: apiVersion, kind: kind)
        guard let message = table.message(for: name) else { throw .unknownKind("\(name)") }
        var fields = Fields(object: ["apiVersion": .string(apiVersion), "kind": .string(kind)])
        var left = Self.mostValues
        try decode(raw, message, into: &fields, depth: 0, left: &left)
        return fields.gathered()
    }

    private func decode(
        _ bytes: ArraySlice<UInt8>,
        _ message: String,
        into gathered: inout Fields,
        depth: Int,
        left: inout Int
    ) throws(ProtobufFault) {
        guard depth < Self.deepest else { throw .tooDeep }
        let fields = table.fields(of: message) ?? [:]
        var reader = ProtobufReader(bytes)
        while let (number, value) = try reader.next() {
            guard let field = fields[number] else { continue }
            guard let name = field.name else {
                if case .message(let inner) = field.kind, case .bytes(let bytes) = value {
                    try decode(bytes, inner, into: &gathered, depth: depth + 1, left: &left)
                }
                continue
            }
            if case .map(let kind) = field.kind, case .bytes(let entry) = value {
                let (key, item) = try self.entry(entry, kind, depth: depth, left: &left)
                gathered.maps[name, default: [:]][key] = item
            } else if field.isRepeated {
                // Numbers and booleans may come packed; Kubernetes does not pack them.
                let item = try self.value(value, field.kind, depth: depth, left: &left)
                gathered.lists[name, default: []].append(item)
            } else {
                let item = try self.value(value, field.kind, depth: depth, left: &left)
                if field.keepsZero || !Self.isZero(item) { gathered.object[name] = item }
            }
        }
    }

    private func entry(
        _ bytes: ArraySlice<UInt8>,
        _ kind: ProtobufTable.Kind,
        depth: Int,
        left: inout Int
    ) throws(ProtobufFault) -> (String, Tree) {
        var reader = ProtobufReader(bytes)
        var key = ""
        var item = try value(.bytes([]), kind, depth: depth, left: &left)
        while let (number, value) = try reader.next() {
            if number == 1, case .bytes(let text) = value { key = try Self.text(text) }
            if number == 2 { item = try self.value(value, kind, depth: depth, left: &left) }
        }
        return (key, item)
    }

    private func value(
        _ value: ProtobufReader.Value,
        _ kind: ProtobufTable.Kind,
        depth: Int,
        left: inout Int
    ) throws(ProtobufFault) -> Tree {
        guard left > 0 else { throw .tooMany }
        left -= 1
        switch (kind, value) {
        case (.integer, .number(let number)): return .integer(Int64(bitPattern: number))
        case (.bool, .number(let number)): return .bool(number != 0)
        case (.double, .number(let bits)):
            let double = Double(bitPattern: bits)
            return double.isFinite ? .double(double) : .null
        case (.string, .bytes(let bytes)): return .string(try Self.text(bytes))
        case (.bytes, .bytes(let bytes)): return .string(Base64.encode(Array(bytes)))
        case (.message(let name), .bytes(let bytes)):
            var fields = Fields(object: [:])
            try decode(bytes, name, into: &fields, depth: depth + 1, left: &left)
            return fields.gathered()
        case (.wrapped(let inner), .bytes(let bytes)):
            var items: [Tree] = []
            var reader = ProtobufReader(bytes)
            while let (number, item) = try reader.next() {
                if number == 1 { items.append(try self.value(item, inner, depth: depth + 1, left: &left)) }
            }
            return .array(items)
        case (_, .bytes(let bytes)): return try special(bytes, kind)
        default: throw .malformed
        }
    }

    /// The types that have a form of their own in JSON.
    private func special(_ bytes: ArraySlice<UInt8>, _ kind: ProtobufTable.Kind) throws(ProtobufFault) -> Tree {
        var numbers: [UInt64: Int64] = [:]
        var texts: [UInt64: ArraySlice<UInt8>] = [:]
        var reader = ProtobufReader(bytes)
        while let (number, value) = try reader.next() {
            switch value {
            case .number(let bits): numbers[number] = Int64(bitPattern: bits)
            case .bytes(let bytes): texts[number] = bytes
            }
        }
        switch kind {
        case .time, .microTime:
            guard let seconds = numbers[1] else { return .null }
            let time = Timestamp(seconds: seconds, microseconds: (numbers[2] ?? 0) / 1000)
            return .string(kind == .time ? time.rfc3339 : time.rfc3339Micro)
        case .quantity: return .string(try Self.text(texts[1] ?? []))
        case .intOrString:
            return numbers[1] == 1 ? .string(try Self.text(texts[3] ?? [])) : .integer(numbers[2] ?? 0)
        case .raw: return (try? JSONParser.parse(texts[1] ?? [])) ?? .null
        case .duration: return .string("\((numbers[1] ?? 0) / 1_000_000_000)s")
        default: throw .malformed
        }
    }

    private static func text(_ bytes: ArraySlice<UInt8>) throws(ProtobufFault) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .notText }
        return text
    }

    private static func isZero(_ value: Tree) -> Bool {
        switch value {
        case .null: true
        case .bool(let value): !value
        case .integer(let value): value == 0
        case .double(let value): value == 0
        case .string(let value): value.isEmpty
        case .array(let items): items.isEmpty
        case .object(let object): object.isEmpty
        case .bigInteger: false
        }
    }
}
