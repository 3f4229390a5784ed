/// Finds where a JSON value ends in bytes that come in pieces, without building anything.
///
/// It only balances brackets and quotes; whether the value is well formed is for the parser to say.
struct JSONValueScanner: Sendable, Hashable {
    private enum Kind: Sendable, Hashable {
        case string, collection, plain
    }

    private var kind: Kind
    private var depth = 0
    private var isInString: Bool
    private var isEscaped = false

    /// Begins at the first byte of a value; that byte counts as scanned.
    init(first: UInt8) {
        switch first {
        case UInt8(ascii: "\""): (kind, isInString) = (.string, true)
        case UInt8(ascii: "{"), UInt8(ascii: "["): (kind, isInString, depth) = (.collection, false, 1)
        default: (kind, isInString) = (.plain, false)
        }
    }

    /// Scans on from `start`; gives the position after the last byte of the value, nil when all bytes belong to it.
    ///
    /// A number or literal ends before the byte that cannot be part of it.
    mutating func scan(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
        if kind == .plain { return unsafe endOfPlain(bytes, from: start) }
        var position = start
        while position < bytes.count {
            if isInString, !isEscaped {
                position = unsafe Self.endOfPlainText(bytes, from: position)
                guard position < bytes.count else { return nil }
            }
            let byte = unsafe bytes[position]
            position += 1
            if isInString {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isInString = false
                    if kind == .string { return position }
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isInString = true
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                if depth == 0 { return position }
            default: break
            }
        }
        return nil
    }

    /// Where plain text within a string ends, at most seven bytes early at the end of a piece.
    private static func endOfPlainText(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        guard let base = bytes.baseAddress else { return start }
        var position = start
        while bytes.count - position >= 8 {
            let word = unsafe UnsafeRawPointer(base + position).loadUnaligned(as: UInt64.self).littleEndian
            let special = ByteWord.special(word)
            guard special == 0 else { return position + special.trailingZeroBitCount >> 3 }
            position += 8
        }
        return position
    }

    private func endOfPlain(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
        for position in start..<bytes.count {
            switch unsafe bytes[position] {
            case UInt8(ascii: ","), UInt8(ascii: ":"), UInt8(ascii: "]"), UInt8(ascii: "}"), UInt8(ascii: "["),
                UInt8(ascii: "{"), UInt8(ascii: "\""), 0x20, 0x0A, 0x0D, 0x09:
                return position
            default: break
            }
        }
        return nil
    }

    /// Whether the value may end where the text ends: only a number or literal may.
    var mayEndWithText: Bool { kind == .plain }
}
