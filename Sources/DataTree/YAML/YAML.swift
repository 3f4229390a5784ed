/// Reads and writes YAML as Kubernetes tools do: the part of YAML 1.1 that has a counterpart in JSON.
public enum YAML {
    /// Limits of one parse.
    public struct Options: Sendable, Hashable {
        /// How deep collections may be nested.
        public var maxDepth: Int
        /// How many bytes the text may have.
        public var maxBytes: Int
        /// How many values aliases may add to all documents together.
        public var maxAliasedNodes: Int

        /// Makes options.
        public init(maxDepth: Int = 256, maxBytes: Int = 64 << 20, maxAliasedNodes: Int = 100_000) {
            self.maxDepth = maxDepth
            self.maxBytes = maxBytes
            self.maxAliasedNodes = maxAliasedNodes
        }
    }

    /// Reads all documents of `text`; those that are empty are left out.
    public static func documents(_ text: String, options: Options = Options()) throws(ParseError) -> [Tree] {
        try documents(Array(text.utf8), options: options)
    }

    /// Reads all documents of `bytes`; those that are empty are left out.
    public static func documents(_ bytes: [UInt8], options: Options = Options()) throws(ParseError) -> [Tree] {
        guard bytes.count <= options.maxBytes else {
            let message = "the text has \(bytes.count) bytes, more than the \(options.maxBytes) allowed"
            throw ParseError(code: .tooLarge, message: message, line: 1, column: 1)
        }
        if let values = jsonValues(bytes, options: options) { return values }
        return try unsafe bytes.withUnsafeBufferPointer { buffer throws(ParseError) in
            var composer = try unsafe YAMLComposer(buffer, options: options)
            return try composer.documents()
        }
    }

    /// The values of a text that is JSON, whose tabs YAML would refuse; nil when it is no JSON.
    private static func jsonValues(_ bytes: [UInt8], options: Options) -> [Tree]? {
        guard let first = bytes.first(where: { $0 > 0x20 }), first == UInt8(ascii: "{") else { return nil }
        var reader = JSONSequenceReader(options: .init(maxDepth: options.maxDepth, maxBytes: options.maxBytes))
        guard let values = try? reader.push(bytes), (try? reader.finish()) == [] else { return nil }
        return values
    }

    /// Reads a text that holds one document; throws when there is none or more than one.
    public static func document(_ text: String, options: Options = Options()) throws(ParseError) -> Tree {
        let all = try documents(text, options: options)
        guard all.count == 1, let only = all.first else {
            let message = "expected one document, found \(all.count)"
            throw ParseError(code: .syntax, message: message, line: 1, column: 1)
        }
        return only
    }

    /// Several documents as one text, with `---` between them.
    public static func text(_ documents: [Tree]) -> String {
        documents.map { $0.yaml() }.joined(separator: "---\n")
    }
}

extension Tree {
    /// This value as readable YAML, in block style, ending with a new line; reading it gives an equal value.
    public func yaml() -> String {
        var output = YAMLOutput()
        output.writeDocument(self)
        return output.text
    }
}
