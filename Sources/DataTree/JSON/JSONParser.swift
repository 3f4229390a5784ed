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
        throw ParseError(code: .unsupported, message: "not written yet", line: 1, column: 1)
    }
}

extension Tree {
    /// Reads JSON bytes with the default options of ``JSONParser``.
    public init(json bytes: [UInt8]) throws(ParseError) {
        self = try JSONParser.parse(bytes)
    }

    /// Reads a JSON text with the default options of ``JSONParser``.
    public init(json text: String) throws(ParseError) {
        self = try JSONParser.parse(Array(text.utf8))
    }
}
