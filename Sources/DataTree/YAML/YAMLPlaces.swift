extension YAML {
    /// Where the values of one document stand in its text.
    public struct Places: Sendable, Hashable {
        /// A place in a text, counted from 1.
        public struct Place: Sendable, Hashable, CustomStringConvertible {
            /// The line.
            public var line: Int
            /// The column, in characters.
            public var column: Int

            /// Makes a place.
            public init(line: Int, column: Int) {
                self.line = line
                self.column = column
            }

            /// `line 4, column 3`.
            public var description: String { "line \(line), column \(column)" }
        }

        private var known: [TreePath: Place] = [:]

        /// Where the value at a path is written, its key where it has one; else the nearest value around it.
        ///
        /// Nil only where the document is not known at all. What an alias or a merge key brings in stands where the alias does.
        public func nearest(to path: TreePath) -> Place? {
            var steps = path.steps[...]
            while true {
                if let place = known[TreePath(Array(steps))] { return place }
                guard !steps.isEmpty else { return nil }
                steps = steps.dropLast()
            }
        }

        fileprivate mutating func note(_ path: TreePath, _ event: YAMLEvent) {
            if known[path] == nil { known[path] = Place(line: event.line, column: event.column) }
        }
    }

    /// The places of all documents of a text, in the order of ``documents(_:options:)-(String,_)``.
    ///
    /// Reads the text a second time; for messages about texts that ``documents(_:options:)-(String,_)`` accepts. Throws
    /// ``ParseError`` for what that would refuse as text, and for JSON indented by tabs, which YAML does not allow.
    public static func places(_ text: String, options: Options = Options()) throws(ParseError) -> [Places] {
        let bytes = Array(text.utf8)
        return try unsafe bytes.withUnsafeBufferPointer { buffer throws(ParseError) in
            var reader = try unsafe PlaceReader(buffer, options: options)
            return try reader.documents()
        }
    }
}

/// Walks the events of a YAML text and notes where keys and elements begin.
private struct PlaceReader: ~Copyable {
    private var source: YAMLEventSource
    private let options: YAML.Options
    private var places = YAML.Places()

    init(_ bytes: UnsafeBufferPointer<UInt8>, options: YAML.Options) throws(ParseError) {
        self.source = try unsafe YAMLEventSource(bytes)
        self.options = options
    }

    mutating func documents() throws(ParseError) -> [YAML.Places] {
        var result: [YAML.Places] = []
        while true {
            let event = try source.next()
            switch event.kind {
            case .streamEnd: return result
            case .documentStart, .documentEnd: places = YAML.Places()
            case .scalar("", isPlain: true) where event.tag == nil: break
            default:
                places.note(.root, event)
                try value(event, .root, depth: 0)
                result.append(places)
            }
        }
    }

    private mutating func value(_ event: YAMLEvent, _ path: TreePath, depth: Int) throws(ParseError) {
        guard depth <= options.maxDepth else {
            throw event.error(.tooDeep, "collections are nested deeper than \(options.maxDepth)")
        }
        switch event.kind {
        case .sequenceStart:
            var index = 0
            while true {
                let element = try source.next()
                if case .collectionEnd = element.kind { return }
                let place = path.appending(index: index)
                places.note(place, element)
                try value(element, place, depth: depth + 1)
                index += 1
            }
        case .mappingStart:
            while true {
                let key = try source.next()
                if case .collectionEnd = key.kind { return }
                guard case .scalar(let name, _) = key.kind else {
                    throw key.error(.unsupported, "a key must be a scalar")
                }
                let place = path.appending(name)
                places.note(place, key)
                try value(source.next(), place, depth: depth + 1)
            }
        default: return
        }
    }
}
