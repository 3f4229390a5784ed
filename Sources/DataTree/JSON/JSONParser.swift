/// Reads JSON (RFC 8259) from bytes.
public enum JSONParser {
    /// What is done about a key that an object has twice.
    public enum DuplicateKeys: Sendable, Hashable {
        /// The text is refused.
        case refuse
        /// The last value counts, as in Go's decoder.
        case lastWins
    }

    /// Limits and rules of one parse.
    public struct Options: Sendable, Hashable {
        /// How deep objects and arrays may be nested.
        public var maxDepth: Int
        /// How many bytes the text may have.
        public var maxBytes: Int
        /// What is done about duplicate keys.
        public var duplicateKeys: DuplicateKeys
        /// What to leave out; nil keeps everything.
        public var projection: TreeProjection?

        /// Makes options; the defaults suit one Kubernetes object or one page of a list.
        public init(
            maxDepth: Int = 256,
            maxBytes: Int = 256 << 20,
            duplicateKeys: DuplicateKeys = .refuse,
            projection: TreeProjection? = nil
        ) {
            self.maxDepth = maxDepth
            self.maxBytes = maxBytes
            self.duplicateKeys = duplicateKeys
            self.projection = projection
        }
    }

    /// Reads the one value that `bytes` hold.
    public static func parse(_ bytes: [UInt8], options: Options = Options()) throws(ParseError) -> Tree {
        try parse(bytes[...], options: options)
    }

    /// Reads the one value that `bytes` hold.
    public static func parse(_ bytes: ArraySlice<UInt8>, options: Options = Options()) throws(ParseError) -> Tree {
        var cache = StringCache(length: bytes.count)
        return try parse(bytes, options: options, cache: &cache)
    }

    /// Reads the one value that a text holds, without a copy of its bytes.
    public static func parse(_ text: String, options: Options = Options()) throws(ParseError) -> Tree {
        var text = text
        let result = text.withUTF8 { bytes in
            Result { () throws(ParseError) in
                var cache = StringCache(length: bytes.count)
                return try unsafe parse(bytes, options: options, cache: &cache)
            }
        }
        return try result.get()
    }

    /// Reads a value, taking strings read before from `cache`.
    static func parse(
        _ bytes: ArraySlice<UInt8>,
        options: Options,
        cache: inout StringCache
    ) throws(ParseError) -> Tree {
        try unsafe bytes.withUnsafeBufferPointer { bytes throws(ParseError) in
            try unsafe parse(bytes, options: options, cache: &cache)
        }
    }

    private static func parse(
        _ bytes: UnsafeBufferPointer<UInt8>,
        options: Options,
        cache: inout StringCache
    ) throws(ParseError) -> Tree {
        guard bytes.count <= options.maxBytes else {
            let message = "the text has \(bytes.count) bytes, more than the \(options.maxBytes) allowed"
            throw ParseError(code: .tooLarge, message: message, line: 1, column: 1)
        }
        do {
            return try unsafe cache.slots.withUnsafeMutableBufferPointer { slots throws(JSONFault) in
                var engine = unsafe JSONEngine(bytes: bytes, options: options, cache: slots)
                return try engine.document(options.projection?.root)
            }
        } catch {
            throw unsafe located(error, in: bytes)
        }
    }

    private static func located(_ fault: JSONFault, in bytes: UnsafeBufferPointer<UInt8>) -> ParseError {
        let before = unsafe Array(bytes.prefix(fault.offset))
        let line = before.count { $0 == UInt8(ascii: "\n") } + 1
        let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? before.startIndex
        let column = before.endIndex - lineStart + 1
        return ParseError(code: fault.code, message: fault.message, line: line, column: column)
    }
}

extension Tree {
    /// Reads JSON bytes with the default options of ``JSONParser``.
    public init(json bytes: [UInt8]) throws(ParseError) {
        self = try JSONParser.parse(bytes)
    }

    /// Reads a JSON text with the default options of ``JSONParser``.
    public init(json text: String) throws(ParseError) {
        self = try JSONParser.parse(text)
    }
}
