internal import ExpressionLanguage

/// Derives the types that rules see from schemas (apiextensions-apiserver `schema/cel/model`).
struct RuleTypes {
    private var known: [ObjectIdentifier: ExpressionType?] = [:]

    /// The type of values of a node; nil where rules cannot see them, because nothing is known of them.
    mutating func type(of node: SchemaNode, isWholeObject: Bool = false) -> ExpressionType? {
        if isWholeObject { return make(Self.wholeObject(node)) }
        let identity = ObjectIdentifier(node)
        if let type = known[identity] { return type }
        let type = make(node.facts.extensions.isEmbeddedResource ? Self.wholeObject(node) : node.facts)
        known[identity] = .some(type)
        return type
    }

    private mutating func make(_ facts: SchemaFacts) -> ExpressionType? {
        if facts.extensions.isIntOrString { return .dynamic }
        switch facts.type {
        case nil: return nil
        case .boolean: return .bool
        case .integer: return .int
        case .number: return .double
        case .string:
            switch facts.format {
            case "byte": return .bytes
            case "duration": return .duration
            case "date", "date-time": return .timestamp
            default: return .string
            }
        case .array:
            guard let items = facts.items, let element = type(of: items) else { return nil }
            return .list(element, Self.identity(facts.extensions.listType))
        case .object:
            if case .schema(let values) = facts.additional {
                return type(of: values).map { .map(.string, $0) }
            }
            var fields: [ObjectType.Field] = []
            for property in facts.properties {
                guard let type = type(of: property.schema) else { continue }
                fields.append(ObjectType.Field(key: property.name, type: type))
            }
            return .object(ObjectType(fields: fields))
        }
    }

    private static func identity(_ type: SchemaFacts.ListType?) -> ExpressionType.ListIdentity {
        switch type {
        case nil, .atomic: .atomic
        case .set: .set
        case .map(let keys): .map(keys: keys)
        }
    }

    /// Rules on a whole object see `apiVersion`, `kind` and the names in `metadata`.
    private static func wholeObject(_ node: SchemaNode) -> SchemaFacts {
        var text = SchemaFacts()
        text.type = .string
        let string = SchemaNode(text)
        var metadata = SchemaFacts()
        metadata.type = .object
        metadata.properties = ["name", "generateName"].map { SchemaProperty(name: $0, schema: string) }
        var facts = node.facts
        facts.type = .object
        facts.properties.removeAll { SchemaNode.isAlwaysKept($0.name) }
        facts.properties += [
            SchemaProperty(name: "apiVersion", schema: string), SchemaProperty(name: "kind", schema: string),
            SchemaProperty(name: "metadata", schema: SchemaNode(metadata)),
        ]
        return facts
    }
}
