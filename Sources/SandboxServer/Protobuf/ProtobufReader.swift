/// Takes the fields of a protobuf message apart ("Encoding" in the protobuf documentation).
struct ProtobufReader {
    /// The value of a field as it is on the wire.
    enum Value {
        case number(UInt64)
        case bytes(ArraySlice<UInt8>)
    }

    private var rest: ArraySlice<UInt8>

    /// Reads `bytes`.
    init(_ bytes: ArraySlice<UInt8>) {
        self.rest = bytes
    }

    /// The next field, nil at the end; throws ``ProtobufFault`` when the bytes are no protobuf.
    mutating func next() throws(ProtobufFault) -> (number: UInt64, value: Value)? {
        guard !rest.isEmpty else { return nil }
        let tag = try number()
        switch tag & 7 {
        case 0: return (tag >> 3, .number(try number()))
        case 1: return (tag >> 3, .number(try fixed(8)))
        case 2:
            guard let count = Int(exactly: try number()), count <= rest.count else { throw .truncated }
            let bytes = rest.prefix(count)
            rest = rest.dropFirst(count)
            return (tag >> 3, .bytes(bytes))
        case 5: return (tag >> 3, .number(try fixed(4)))
        default: throw .malformed
        }
    }

    private mutating func number() throws(ProtobufFault) -> UInt64 {
        var result: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            guard let byte = rest.popFirst() else { throw .truncated }
            if shift == 63, byte > 1 { throw .malformed }
            result |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return result }
        }
        throw .malformed
    }

    private mutating func fixed(_ count: Int) throws(ProtobufFault) -> UInt64 {
        guard rest.count >= count else { throw .truncated }
        let bytes = rest.prefix(count)
        rest = rest.dropFirst(count)
        return bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}

/// Why bytes are no message that can be read.
enum ProtobufFault: Error, Hashable {
    /// They end too early.
    case truncated
    /// They are no protobuf.
    case malformed
    /// Messages lie within each other too deeply.
    case tooDeep
    /// There are more values than ``ProtobufDecoder/mostValues``.
    case tooMany
    /// A text is no UTF-8.
    case notText
    /// The kind is not known in protobuf.
    case unknownKind(String)
}
