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

/// A place in the bytes of a JSON text, and what can be read there without building values.
///
/// Safe to use while the bytes live, which the parser sees to: every read is behind a comparison with ``end``.
@safe
struct JSONCursor {
    let base: UnsafePointer<UInt8>
    let end: Int
    let maxDepth: Int
    var position = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>, maxDepth: Int) {
        unsafe self.base = unsafe bytes.baseAddress ?? UnsafePointer(bitPattern: 1).unsafelyUnwrapped
        self.end = bytes.count
        self.maxDepth = maxDepth
    }

    @inline(__always)
    mutating func skipSpace() {
        while position < end {
            switch unsafe base[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position += 1
            default: return
            }
        }
    }

    @inline(__always)
    mutating func take(_ byte: UInt8) -> Bool {
        guard position < end, unsafe base[position] == byte else { return false }
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
        guard end - position >= length, unsafe memcmp(base + position, word.utf8Start, length) == 0 else {
            throw unexpected("a value")
        }
        position += length
    }

    /// Eight bytes from `place` on, quotes where the text has ended.
    @inline(__always)
    func word(at place: Int) -> UInt64 {
        if end - place >= 8 {
            return unsafe UnsafeRawPointer(base + place).loadUnaligned(as: UInt64.self).littleEndian
        }
        return lastWord(at: place)
    }

    @inline(never)
    private func lastWord(at place: Int) -> UInt64 {
        var word = ByteWord.quotes
        for offset in 0..<max(0, end - place) {
            let shift = UInt64(offset) * 8
            word = unsafe word & ~(0xFF << shift) | UInt64(base[place + offset]) << shift
        }
        return word
    }

    func endWithinString() -> JSONFault {
        JSONFault(code: .unexpectedEnd, offset: end, message: "the text ends within a string")
    }

    @inline(never)
    func unexpected(_ expectation: String) -> JSONFault {
        guard position < end else {
            return JSONFault(code: .unexpectedEnd, offset: end, message: "the text ends where \(expectation) should be")
        }
        let found = unsafe Self.show(base[position])
        let message = "expected \(expectation), found \(found)"
        return JSONFault(code: .syntax, offset: position, message: message)
    }

    static func show(_ byte: UInt8) -> String {
        (0x21...0x7E).contains(byte) ? "'\(Unicode.Scalar(byte))'" : "byte 0x\(String(byte, radix: 16))"
    }
}
