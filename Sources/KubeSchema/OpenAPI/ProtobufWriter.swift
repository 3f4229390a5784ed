/// Writes fields of a protobuf message (https://protobuf.dev/programming-guides/encoding).
struct ProtobufWriter {
    /// The message so far.
    private(set) var bytes: [UInt8] = []

    private mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    /// Writes a nested message or a text.
    mutating func bytes(_ field: UInt64, _ value: some Collection<UInt8>) {
        varint(field << 3 | 2)
        varint(UInt64(value.count))
        bytes.append(contentsOf: value)
    }

    /// Writes a text unless it is nil.
    mutating func string(_ field: UInt64, _ value: String?) {
        if let value { bytes(field, value.utf8) }
    }

    /// Writes a boolean unless it is nil or false.
    mutating func bool(_ field: UInt64, _ value: Bool?) {
        guard value == true else { return }
        varint(field << 3)
        varint(1)
    }

    /// Writes an integer unless it is nil.
    mutating func integer(_ field: UInt64, _ value: Int64?) {
        guard let value else { return }
        varint(field << 3)
        varint(UInt64(bitPattern: value))
    }

    /// Writes a double unless it is nil.
    mutating func double(_ field: UInt64, _ value: Double?) {
        guard let value else { return }
        varint(field << 3 | 1)
        withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
    }

    /// Writes a nested message.
    mutating func message(_ field: UInt64, _ body: (inout ProtobufWriter) -> Void) {
        var inner = ProtobufWriter()
        body(&inner)
        bytes(field, inner.bytes)
    }
}
