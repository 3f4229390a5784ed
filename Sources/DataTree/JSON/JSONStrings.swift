#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// Reads the strings of a JSON text; those read lately are taken from a cache rather than made again.
///
/// Safe to use while the cache lives, which the parser sees to: slots come from ``StringCache/slot(of:among:)``, always in range.
@safe
struct JSONStrings {
    private let cache: UnsafeMutableBufferPointer<StringCache.Slot>
    /// The bytes of a string with escapes, as far as it has been read.
    var unescaped: [UInt8] = []
    /// The hash of the string read last.
    private(set) var lastHash: UInt64 = 0

    init(cache: UnsafeMutableBufferPointer<StringCache.Slot>) {
        unsafe self.cache = unsafe cache
    }

    /// Reads a string whose opening quote has been taken, and sets ``lastHash``.
    mutating func read(_ cursor: inout JSONCursor) throws(JSONFault) -> String {
        let start = cursor.position
        var place = start
        var hash: UInt64 = 0
        var seen: UInt64 = 0
        while true {
            let word = cursor.word(at: place)
            let special = ByteWord.special(word)
            if special == 0 {
                hash = StringCache.mix(hash, word)
                seen |= word
                place += 8
                continue
            }
            let clear = special.trailingZeroBitCount & ~7
            if clear > 0 {
                let rest = word & (UInt64.max >> UInt64(64 - clear))
                hash = StringCache.mix(hash, rest)
                seen |= rest
                place += clear >> 3
            }
            break
        }
        guard place < cursor.end else { throw cursor.endWithinString() }
        guard unsafe cursor.base[place] == UInt8(ascii: "\"") else {
            try readEscaped(&cursor, plainUpTo: place)
            return try finishEscaped(from: start)
        }
        cursor.position = place + 1
        lastHash = StringCache.finish(hash, length: place - start)
        let bytes = unsafe UnsafeBufferPointer(start: cursor.base + start, count: place - start)
        return try unsafe make(bytes, isASCII: seen & ByteWord.highs == 0, offset: start)
    }

    @inline(__always)
    private func make(
        _ bytes: UnsafeBufferPointer<UInt8>,
        isASCII: Bool,
        offset: Int
    ) throws(JSONFault) -> String {
        guard bytes.count <= StringCache.maxLength else {
            return try unsafe fresh(bytes, isASCII: isASCII, offset: offset)
        }
        let slot = unsafe StringCache.slot(of: lastHash, among: cache.count)
        if unsafe cache[slot].hash == lastHash, unsafe Self.equal(cache[slot].string, bytes) {
            return unsafe cache[slot].string
        }
        let string = try unsafe fresh(bytes, isASCII: isASCII, offset: offset)
        unsafe cache[slot] = StringCache.Slot(hash: lastHash, string: string)
        return string
    }

    @inline(__always)
    private static func equal(_ string: String, _ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        let same: Bool? = unsafe string.utf8.withContiguousStorageIfAvailable { utf8 in
            guard utf8.count == bytes.count else { return false }
            guard let left = utf8.baseAddress, let right = bytes.baseAddress else { return true }
            return unsafe memcmp(left, right, bytes.count) == 0
        }
        return same ?? false
    }

    private func fresh(
        _ bytes: UnsafeBufferPointer<UInt8>,
        isASCII: Bool,
        offset: Int
    ) throws(JSONFault) -> String {
        if isASCII { return unsafe String(decoding: bytes, as: UTF8.self) }
        guard let string = unsafe String(validating: bytes, as: UTF8.self) else {
            throw JSONFault(code: .invalidUnicode, offset: offset, message: "the string is not valid UTF-8")
        }
        return string
    }

    /// The string whose bytes are in ``unescaped``.
    private mutating func finishEscaped(from start: Int) throws(JSONFault) -> String {
        let bytes = unescaped
        lastHash = StringCache.hash(bytes)
        return try unsafe bytes.withUnsafeBufferPointer { buffer throws(JSONFault) in
            try unsafe make(buffer, isASCII: false, offset: start)
        }
    }
}
