internal import DataTree
internal import MeshBase
internal import StructuralSchema

/// Turns definitions into schema nodes, sharing one node per definition.
struct NativeSchemaBuilder {
    /// Finished nodes by definition name.
    private(set) var nodes: [String: SchemaNode] = [:]
    private let definitions: [String: NativeDefinition]
    private let reader: NativeDefinitionReader
    private var inProgress: Set<String> = []
    private var simple: [String: SchemaNode] = [:]

    init(_ reader: NativeDefinitionReader) {
        var table = [String: NativeDefinition](minimumCapacity: reader.definitions.count)
        for definition in reader.definitions { table[definition.name] = definition }
        self.definitions = table
        self.reader = reader
    }

    /// The node of a definition; nil where there is none.
    mutating func schema(_ name: String) -> SchemaNode? {
        guard definitions[name] != nil else { return nil }
        return node(name)
    }

    /// The node of a definition; an open node where the definition contains itself.
    mutating func node(_ name: String) -> SchemaNode {
        if let known = nodes[name] { return known }
        guard let definition = definitions[name], inProgress.insert(name).inserted else { return openNode(name) }
        defer { inProgress.remove(name) }
        var facts = SchemaFacts()
        facts.type = .object
        facts.summary = definition.summary
        facts.extensions.definitionName = name
        facts.extensions.isAtomicMap = definition.isAtomic
        for field in reader.fields(of: definition) {
            if field.isRequired { facts.required.append(field.name) }
            facts.properties.append(SchemaProperty(name: field.name, schema: fieldNode(field)))
        }
        let node = SchemaNode(facts)
        nodes[name] = node
        return node
    }

    private func openNode(_ name: String) -> SchemaNode {
        var facts = SchemaFacts()
        facts.type = .object
        facts.extensions.definitionName = name
        facts.extensions.preservesUnknownFields = true
        return SchemaNode(facts)
    }

    private mutating func fieldNode(_ field: NativeDefinition.Field) -> SchemaNode {
        let plain = node(field.type)
        guard !field.facts.isEmpty || field.summary != nil else { return plain }
        var facts = plain.facts
        if let summary = field.summary { facts.summary = summary }
        for fact in field.facts { apply(fact, to: &facts) }
        return SchemaNode(facts)
    }

    private func apply(_ fact: Substring, to facts: inout SchemaFacts) {
        if fact.hasPrefix("=") {
            facts.defaultValue = .string(String(fact.dropFirst()))
            return
        }
        let parts = fact.split(ascii: ":", maxSplits: 1)
        let values = parts.count > 1 ? parts[1].split(ascii: parts[0] == "enum" ? "|" : ",").map(String.init) : []
        switch parts[0] {
        case "key":
            facts.extensions.listType = .map(keys: values)
            facts.extensions.patchMergeKey = values.first
            facts.extensions.patchStrategies.append("merge")
        case "map": facts.extensions.listType = .map(keys: values)
        case "merge":
            facts.extensions.patchMergeKey = values.first
            facts.extensions.patchStrategies.append("merge")
        case "set": facts.extensions.listType = .set
        case "atomic": facts.extensions.isAtomicMap = true
        case "retainKeys", "replace": facts.extensions.patchStrategies.append(String(parts[0]))
        case "enum": facts.limits.allowed = values.map { .string($0) }
        default: break
        }
    }

    private mutating func node(_ type: NativeDefinition.FieldType) -> SchemaNode {
        switch type {
        case .definition(let name): return node(name)
        case .simple(let name):
            if let known = simple[name] { return known }
            let made = SchemaNode(Self.simpleFacts(name))
            simple[name] = made
            return made
        case .list(let element):
            var facts = SchemaFacts()
            facts.type = .array
            facts.items = node(element)
            facts.extensions.listType = .atomic
            return SchemaNode(facts)
        case .map(let value):
            var facts = SchemaFacts()
            facts.type = .object
            facts.additional = .schema(node(value))
            return SchemaNode(facts)
        }
    }

    private static func simpleFacts(_ name: String) -> SchemaFacts {
        var facts = SchemaFacts()
        let machinery = "io.k8s.apimachinery.pkg."
        func make(_ type: SchemaFacts.ValueType?, _ format: String?, _ definition: String? = nil) {
            facts.type = type
            facts.format = format
            facts.extensions.definitionName = definition
        }
        switch name {
        case "string": make(.string, nil)
        case "bool": make(.boolean, nil)
        case "int32", "int64": make(.integer, name)
        case "double": make(.number, name)
        case "bytes": make(.string, "byte")
        case "time": make(.string, "date-time", machinery + "apis.meta.v1.Time")
        case "microTime": make(.string, "date-time", machinery + "apis.meta.v1.MicroTime")
        case "quantity": make(nil, "quantity", machinery + "api.resource.Quantity")
        case "intOrString":
            make(nil, "int-or-string", machinery + "util.intstr.IntOrString")
            facts.extensions.isIntOrString = true
        case "fields": make(.object, nil, machinery + "apis.meta.v1.FieldsV1")
        case "raw": make(.object, nil, machinery + "runtime.RawExtension")
        case "json": make(nil, nil, "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON")
        default: make(.object, nil)
        }
        if facts.type == .object || name == "json" { facts.extensions.preservesUnknownFields = true }
        return facts
    }
}
