#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

extension JSONEngine {
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highs: UInt64 = 0x8080_8080_8080_8080
    private static let quotes: UInt64 = 0x2222_2222_2222_2222
    private static let backslashes: UInt64 = 0x5C5C_5C5C_5C5C_5C5C
    private static let spaces: UInt64 = 0x2020_2020_2020_2020

    /// Reads a string whose opening quote has been taken, and sets ``lastHash``.
    mutating func string() throws(JSONFault) -> String {
        let start = position
        var cursor = position
        var hash: UInt64 = 0
        var seen: UInt64 = 0
        while true {
            let word = word(at: cursor)
            let special = Self.special(word)
            if special == 0 {
                hash = StringCache.mix(hash, word)
                seen |= word
                cursor += 8
                continue
            }
            let clear = special.trailingZeroBitCount & ~7
            if clear > 0 {
                let rest = word & (UInt64.max >> UInt64(64 - clear))
                hash = StringCache.mix(hash, rest)
                seen |= rest
                cursor += clear >> 3
            }
            break
        }
        guard cursor < end else { throw unterminated(start) }
        guard base[cursor] == UInt8(ascii: "\"") else { return try escapedString(from: start, upTo: cursor) }
        position = cursor + 1
        let length = cursor - start
        lastHash = StringCache.finish(hash, length: length)
        let bytes = UnsafeBufferPointer(start: base + start, count: length)
        return try make(bytes, isASCII: seen & Self.highs == 0, offset: start)
    }

    /// Eight bytes from `cursor` on, quotes where the text has ended.
    @inline(__always)
    private func word(at cursor: Int) -> UInt64 {
        if end - cursor >= 8 {
            return UnsafeRawPointer(base + cursor).loadUnaligned(as: UInt64.self).littleEndian
        }
        return lastWord(at: cursor)
    }

    @inline(never)
    private func lastWord(at cursor: Int) -> UInt64 {
        var word = Self.quotes
        for offset in 0..<max(0, end - cursor) {
            let shift = UInt64(offset) * 8
            word = word & ~(0xFF << shift) | UInt64(base[cursor + offset]) << shift
        }
        return word
    }

    /// The high bit of the first byte that is a quote, a backslash or a control character; the bits above it mean nothing.
    @inline(__always)
    private static func special(_ word: UInt64) -> UInt64 {
        let quote = word ^ quotes
        let backslash = word ^ backslashes
        let found = ((quote &- ones) & ~quote) | ((backslash &- ones) & ~backslash) | ((word &- spaces) & ~word)
        return found & highs
    }

    @inline(__always)
    private mutating func make(
        _ bytes: UnsafeBufferPointer<UInt8>,
        isASCII: Bool,
        offset: Int
    ) throws(JSONFault) -> String {
        guard bytes.count <= StringCache.maxLength else { return try fresh(bytes, isASCII: isASCII, offset: offset) }
        let slot = StringCache.slot(of: lastHash)
        if cache[slot].hash == lastHash, Self.equal(cache[slot].string, bytes) { return cache[slot].string }
        let string = try fresh(bytes, isASCII: isASCII, offset: offset)
        cache[slot] = StringCache.Slot(hash: lastHash, string: string)
        return string
    }

    @inline(__always)
    private static func equal(_ string: String, _ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        let same: Bool? = string.utf8.withContiguousStorageIfAvailable { utf8 in
            guard utf8.count == bytes.count else { return false }
            guard let left = utf8.baseAddress, let right = bytes.baseAddress else { return true }
            return memcmp(left, right, bytes.count) == 0
        }
        return same ?? false
    }

    private func fresh(
        _ bytes: UnsafeBufferPointer<UInt8>,
        isASCII: Bool,
        offset: Int
    ) throws(JSONFault) -> String {
        if isASCII { return String(decoding: bytes, as: UTF8.self) }
        guard let string = String(validating: bytes, as: UTF8.self) else {
            throw JSONFault(code: .invalidUnicode, offset: offset, message: "the string is not valid UTF-8")
        }
        return string
    }

    private func unterminated(_ start: Int) -> JSONFault {
        JSONFault(code: .unexpectedEnd, offset: end, message: "the text ends within a string")
    }

    /// Reads on at the first byte that is no plain character: an escape or a control character.
    private mutating func escapedString(from start: Int, upTo first: Int) throws(JSONFault) -> String {
        unescaped.removeAll(keepingCapacity: true)
        unescaped.append(contentsOf: UnsafeBufferPointer(start: base + start, count: first - start))
        position = first
        while true {
            guard position < end else { throw unterminated(start) }
            let byte = base[position]
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                return try finishEscaped(start)
            case UInt8(ascii: "\\"):
                position += 1
                try escape()
            case 0..<0x20:
                let message = "control character \(Self.show(byte)) within a string; write it as an escape"
                throw JSONFault(code: .syntax, offset: position, message: message)
            default:
                let plain = position
                while position < end, base[position] >= 0x20, base[position] != 0x22, base[position] != 0x5C {
                    position += 1
                }
                unescaped.append(contentsOf: UnsafeBufferPointer(start: base + plain, count: position - plain))
            }
        }
    }

    private mutating func finishEscaped(_ start: Int) throws(JSONFault) -> String {
        let bytes = unescaped
        lastHash = Self.hash(bytes)
        return try bytes.withUnsafeBufferPointer { buffer throws(JSONFault) in
            try make(buffer, isASCII: false, offset: start)
        }
    }

    /// The hash that ``string()`` computes for the same bytes.
    private static func hash(_ bytes: [UInt8]) -> UInt64 {
        var hash: UInt64 = 0
        var cursor = 0
        while cursor < bytes.count {
            var word: UInt64 = 0
            for offset in 0..<min(8, bytes.count - cursor) {
                word |= UInt64(bytes[cursor + offset]) << (UInt64(offset) * 8)
            }
            hash = StringCache.mix(hash, word)
            cursor += 8
        }
        return StringCache.finish(hash, length: bytes.count)
    }

    /// Reads an escape whose backslash has been taken.
    private mutating func escape() throws(JSONFault) {
        guard position < end else { throw unterminated(position) }
        let byte = base[position]
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): unescaped.append(byte)
        case UInt8(ascii: "b"): unescaped.append(0x08)
        case UInt8(ascii: "f"): unescaped.append(0x0C)
        case UInt8(ascii: "n"): unescaped.append(0x0A)
        case UInt8(ascii: "r"): unescaped.append(0x0D)
        case UInt8(ascii: "t"): unescaped.append(0x09)
        case UInt8(ascii: "u"): try unicodeEscape()
        default:
            let message = "unknown escape: a backslash before \(Self.show(byte))"
            throw JSONFault(code: .syntax, offset: position - 2, message: message)
        }
    }

    private mutating func unicodeEscape() throws(JSONFault) {
        let offset = position - 2
        var code = try hexDigits()
        if (0xD800..<0xDC00).contains(code) {
            guard take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else { throw loneSurrogate(offset) }
            let low = try hexDigits()
            guard (0xDC00..<0xE000).contains(low) else { throw loneSurrogate(offset) }
            code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(code) else { throw loneSurrogate(offset) }
        unescaped.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    }

    private func loneSurrogate(_ offset: Int) -> JSONFault {
        JSONFault(code: .invalidUnicode, offset: offset, message: "the escape is half of a surrogate pair")
    }

    private mutating func hexDigits() throws(JSONFault) -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<4 {
            guard position < end else { throw unterminated(position) }
            let digit: UInt8
            switch base[position] {
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
