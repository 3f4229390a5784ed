extension JSONStrings {
    /// Reads a string into ``unescaped`` up to its closing quote.
    ///
    /// - Parameters:
    ///   - cursor: At the first byte of the string.
    ///   - first: Where the first byte stands that is no plain character: an escape or a control character.
    /// - Throws: a fault of the string; what has been read then means nothing.
    mutating func readEscaped(_ cursor: inout JSONCursor, plainUpTo first: Int) throws(JSONFault) {
        unescaped.removeAll(keepingCapacity: true)
        append(cursor, cursor.position..<first)
        cursor.position = first
        while true {
            guard cursor.position < cursor.end else { throw cursor.endWithinString() }
            let byte = unsafe cursor.base[cursor.position]
            switch byte {
            case UInt8(ascii: "\""):
                cursor.position += 1
                return
            case UInt8(ascii: "\\"):
                cursor.position += 1
                try readEscape(&cursor)
            case 0..<0x20:
                let message = "control character \(JSONCursor.show(byte)) within a string; write it as an escape"
                throw JSONFault(code: .syntax, offset: cursor.position, message: message)
            default:
                let plain = cursor.position
                while cursor.position < cursor.end, unsafe Self.isPlain(cursor.base[cursor.position]) {
                    cursor.position += 1
                }
                append(cursor, plain..<cursor.position)
            }
        }
    }

    private static func isPlain(_ byte: UInt8) -> Bool { byte >= 0x20 && byte != 0x22 && byte != 0x5C }

    private mutating func append(_ cursor: JSONCursor, _ range: Range<Int>) {
        unsafe unescaped.append(
            contentsOf: UnsafeBufferPointer(start: cursor.base + range.lowerBound, count: range.count)
        )
    }

    /// Reads an escape whose backslash has been taken.
    private mutating func readEscape(_ cursor: inout JSONCursor) throws(JSONFault) {
        guard cursor.position < cursor.end else { throw cursor.endWithinString() }
        let byte = unsafe cursor.base[cursor.position]
        cursor.position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): unescaped.append(byte)
        case UInt8(ascii: "b"): unescaped.append(0x08)
        case UInt8(ascii: "f"): unescaped.append(0x0C)
        case UInt8(ascii: "n"): unescaped.append(0x0A)
        case UInt8(ascii: "r"): unescaped.append(0x0D)
        case UInt8(ascii: "t"): unescaped.append(0x09)
        case UInt8(ascii: "u"): try readUnicodeEscape(&cursor)
        default:
            let message = "unknown escape: a backslash before \(JSONCursor.show(byte))"
            throw JSONFault(code: .syntax, offset: cursor.position - 2, message: message)
        }
    }

    private mutating func readUnicodeEscape(_ cursor: inout JSONCursor) throws(JSONFault) {
        let offset = cursor.position - 2
        let lone = JSONFault(
            code: .invalidUnicode,
            offset: offset,
            message: "the escape is half of a surrogate pair"
        )
        var code = try cursor.hexDigits()
        if (0xD800..<0xDC00).contains(code) {
            guard cursor.take(UInt8(ascii: "\\")), cursor.take(UInt8(ascii: "u")) else { throw lone }
            let low = try cursor.hexDigits()
            guard (0xDC00..<0xE000).contains(low) else { throw lone }
            code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(code) else { throw lone }
        unescaped.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    }
}

extension JSONCursor {
    /// Reads the four digits of a `\u` escape.
    fileprivate mutating func hexDigits() throws(JSONFault) -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<4 {
            guard position < end else { throw endWithinString() }
            let digit: UInt8
            switch unsafe base[position] {
            case let byte where (0x30...0x39).contains(byte): digit = byte - 0x30
            case let byte where (0x41...0x46).contains(byte): digit = byte - 0x41 + 10
            case let byte where (0x61...0x66).contains(byte): digit = byte - 0x61 + 10
            default: throw unexpected("a hexadecimal digit")
            }
            code = code << 4 | UInt32(digit)
            position += 1
        }
        return code
    }
}
