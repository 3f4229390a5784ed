internal import MeshBase

/// Builds trees from the events of a YAML text.
struct YAMLComposer: ~Copyable {
    /// A value and what limits need to know about it.
    struct Node {
        var tree: Tree
        /// How many values it holds, itself included.
        var count = 1
        /// How deep it is nested: 0 for a scalar.
        var height = 0
    }

    private var source: YAMLEventSource
    private let options: YAML.Options
    private var anchors: [String: Node] = [:]
    private var aliasedNodes = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>, options: YAML.Options) throws(ParseError) {
        self.source = try unsafe YAMLEventSource(bytes)
        self.options = options
    }

    /// All documents that are not empty.
    mutating func documents() throws(ParseError) -> [Tree] {
        var documents: [Tree] = []
        while true {
            let event = try source.next()
            switch event.kind {
            case .streamEnd: return documents
            case .documentStart, .documentEnd: anchors.removeAll()
            case .scalar("", isPlain: true) where event.tag == nil: break
            default: documents.append(try node(event, depth: 0).tree)
            }
        }
    }

    private mutating func node(_ event: YAMLEvent, depth: Int) throws(ParseError) -> Node {
        let result: Node
        switch event.kind {
        case .scalar(let text, let isPlain): result = Node(tree: try scalar(text, isPlain: isPlain, event))
        case .alias(let name): return try alias(name, event, depth: depth)
        case .sequenceStart: result = try sequence(event, depth: depth)
        case .mappingStart: result = try mapping(event, depth: depth)
        case .documentStart, .documentEnd, .streamEnd, .collectionEnd:
            throw event.error(.syntax, "expected a value")
        }
        if let anchor = event.anchor { anchors[anchor] = result }
        return result
    }

    private mutating func alias(_ name: String, _ event: YAMLEvent, depth: Int) throws(ParseError) -> Node {
        guard let node = anchors[name] else {
            throw event.error(.syntax, "alias *\(name) names no anchor that is complete before it")
        }
        aliasedNodes += node.count
        guard aliasedNodes <= options.maxAliasedNodes else {
            throw event.error(.tooManyAliases, "aliases add more than \(options.maxAliasedNodes) values")
        }
        guard depth + node.height <= options.maxDepth else { throw tooDeep(event) }
        return node
    }

    private func tooDeep(_ event: YAMLEvent) -> ParseError {
        event.error(.tooDeep, "collections are nested deeper than \(options.maxDepth)")
    }

    private mutating func sequence(_ start: YAMLEvent, depth: Int) throws(ParseError) -> Node {
        guard depth < options.maxDepth else { throw tooDeep(start) }
        var elements: [Tree] = []
        var result = Node(tree: .null, height: 1)
        while true {
            let event = try source.next()
            if case .collectionEnd = event.kind { break }
            let element = try node(event, depth: depth + 1)
            result.count += element.count
            result.height = max(result.height, element.height + 1)
            elements.append(element.tree)
        }
        result.tree = .array(elements)
        return result
    }

    private mutating func mapping(_ start: YAMLEvent, depth: Int) throws(ParseError) -> Node {
        guard depth < options.maxDepth else { throw tooDeep(start) }
        var object = TreeObject()
        var merged: [TreeObject] = []
        var result = Node(tree: .null, height: 1)
        while true {
            let event = try source.next()
            if case .collectionEnd = event.kind { break }
            let isMerge = Self.isMergeKey(event)
            let key = isMerge ? "<<" : try key(event)
            let valueEvent = try source.next()
            let value = try node(valueEvent, depth: depth + 1)
            result.count += value.count
            result.height = max(result.height, value.height + 1)
            if isMerge {
                merged += try mergeSources(value.tree, valueEvent)
                continue
            }
            guard object.position(of: key) == nil else { throw event.error(.duplicateKey, "duplicate key \"\(key)\"") }
            object[key] = value.tree
        }
        for source in merged {
            for entry in source where object.position(of: entry.key) == nil { object[entry.key] = entry.value }
        }
        result.tree = .object(object)
        return result
    }

    private static func isMergeKey(_ event: YAMLEvent) -> Bool {
        guard case .scalar(let text, let isPlain) = event.kind, text == "<<" else { return false }
        return event.tag == "tag:yaml.org,2002:merge" || (isPlain && event.tag == nil)
    }

    /// The objects named by a merge key, the strongest first.
    private func mergeSources(_ value: Tree, _ event: YAMLEvent) throws(ParseError) -> [TreeObject] {
        switch value {
        case .object(let object): return [object]
        case .array(let elements):
            let objects = elements.compactMap(\.object)
            if objects.count == elements.count { return objects }
        default: break
        }
        throw event.error(.syntax, "the value of a merge key must be a mapping or a list of mappings")
    }

    /// The key of a JSON object that a YAML key stands for.
    private mutating func key(_ event: YAMLEvent) throws(ParseError) -> String {
        switch event.kind {
        case .sequenceStart, .mappingStart: throw event.error(.unsupported, "a key must be a scalar")
        default: break
        }
        switch try node(event, depth: 0).tree {
        case .string(let text): return text
        case .bool(let value): return value ? "true" : "false"
        case .integer(let value): return String(value)
        case .bigInteger(let digits): return digits
        case .double(let value): return value.description
        case .null: throw event.error(.unsupported, "a key must not be null; quote it to make it a string")
        case .array, .object: throw event.error(.unsupported, "a key must be a scalar")
        }
    }

    private func scalar(_ text: String, isPlain: Bool, _ event: YAMLEvent) throws(ParseError) -> Tree {
        switch event.tag {
        case nil where !isPlain: return .string(text)
        case nil:
            guard let value = YAMLScalar.resolve(text) else {
                throw event.error(.unsupported, "\(text) has no JSON form")
            }
            return value
        case "tag:yaml.org,2002:null", "tag:yaml.org,2002:bool", "tag:yaml.org,2002:int", "tag:yaml.org,2002:float":
            return try tagged(text, event)
        case "tag:yaml.org,2002:binary": return try binary(text, event)
        default: return .string(text)
        }
    }

    private func tagged(_ text: String, _ event: YAMLEvent) throws(ParseError) -> Tree {
        let value = YAMLScalar.resolve(text)
        switch (event.tag, value) {
        case ("tag:yaml.org,2002:null", .null), ("tag:yaml.org,2002:bool", .bool),
            ("tag:yaml.org,2002:int", .integer), ("tag:yaml.org,2002:int", .bigInteger),
            ("tag:yaml.org,2002:float", .double):
            return value ?? .null
        case ("tag:yaml.org,2002:float", .integer(let number)): return .double(Double(number))
        default:
            let kind = event.tag?.split(separator: ":").last.map(String.init) ?? ""
            throw event.error(.syntax, "\"\(text)\" is not what its tag !!\(kind) says")
        }
    }

    private func binary(_ text: String, _ event: YAMLEvent) throws(ParseError) -> Tree {
        let bytes = Base64.decode(utf8: text.utf8.filter { $0 > 0x20 })
        guard let bytes, let decoded = String(validating: bytes, as: UTF8.self) else {
            throw event.error(.unsupported, "!!binary must be base64 of UTF-8 text")
        }
        return .string(decoded)
    }
}
