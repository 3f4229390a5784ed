internal import DataTree
internal import KubeAPI
internal import StructuralSchema

/// Writes schemas as definitions that refer to each other.
struct OpenAPISchemas {
    private let flavour: OpenAPIFlavour
    /// The definitions written, by name.
    private(set) var written: [String: Tree] = [:]
    private var pending: [String] = []

    init(_ flavour: OpenAPIFlavour) {
        self.flavour = flavour
    }

    private static let meta = "io.k8s.apimachinery.pkg.apis.meta.v1."

    /// Writes the definitions of a kind, of its list and of all they refer to.
    mutating func add(_ kind: PublishedKind) {
        let name = resourceName(kind.resource.kind)
        if written[kind.definitionName] == nil {
            written[kind.definitionName] = .null
            // Clients that validate by Swagger refuse fields it does not name, so of a kind that keeps any it names none, as an API server.
            let isOpen = flavour == .v2 && !kind.isNative && kind.schema.facts.extensions.preservesUnknownFields
            var tree = isOpen ? ["type": "object"] : definition(kind.schema, isCustom: !kind.isNative)
            tree["x-kubernetes-group-version-kind"] = [name]
            written[kind.definitionName] = tree
        }
        if kind.verbs.contains("list") { addList(of: kind, name) }
        for subresource in kind.subresources {
            if let definition = Self.subresourceDefinitions[subresource.kind.kind] { _ = reference(definition) }
        }
        for helper in ["Status", "DeleteOptions", "Patch"] { _ = reference(Self.meta + helper) }
        drain()
    }

    private func resourceName(_ kind: GroupVersionKind) -> Tree {
        ["group": .string(kind.group), "kind": .string(kind.kind), "version": .string(kind.version)]
    }

    private mutating func addList(of kind: PublishedKind, _ name: Tree) {
        var listName = name
        listName["kind"] = .string(kind.resource.kind.kind + "List")
        written[kind.listDefinitionName] = [
            "description": .string("A list of \(kind.resource.kind.kind)."), "type": "object", "required": ["items"],
            "properties": [
                "apiVersion": ["type": "string"], "kind": ["type": "string"],
                "items": ["type": "array", "items": reference(kind.definitionName)],
                "metadata": reference(Self.meta + "ListMeta"),
            ],
            "x-kubernetes-group-version-kind": [listName],
        ]
    }

    static let subresourceDefinitions = [
        "Scale": "io.k8s.api.autoscaling.v1.Scale", "Eviction": "io.k8s.api.policy.v1.Eviction",
        "TokenRequest": "io.k8s.api.authentication.v1.TokenRequest", "Binding": "io.k8s.api.core.v1.Binding",
    ]

    /// A reference to a definition, which is then written too.
    mutating func reference(_ name: String) -> Tree {
        if written[name] == nil {
            written[name] = .null
            pending.append(name)
        }
        return ["$ref": .string(flavour.referencePrefix + name)]
    }

    private mutating func drain() {
        while let name = pending.popLast() {
            if let special = Self.special(name, flavour) {
                written[name] = special
            } else if let node = NativeSchemas.shared.schema(name) {
                var tree = definition(node, isCustom: false)
                if let kind = Self.extraKinds[name] { tree["x-kubernetes-group-version-kind"] = [resourceName(kind)] }
                written[name] = tree
            } else {
                written[name] = ["type": "object"]
            }
        }
    }

    /// Kinds that are not served by themselves.
    private static let extraKinds: [String: GroupVersionKind] = [
        "io.k8s.api.autoscaling.v1.Scale": GroupVersionKind(group: "autoscaling", version: "v1", kind: "Scale"),
        "io.k8s.api.policy.v1.Eviction": GroupVersionKind(group: "policy", version: "v1", kind: "Eviction"),
        "io.k8s.api.authentication.v1.TokenRequest": GroupVersionKind(
            group: "authentication.k8s.io",
            version: "v1",
            kind: "TokenRequest"
        ),
        meta + "Status": GroupVersionKind(group: "", version: "v1", kind: "Status"),
        meta + "DeleteOptions": GroupVersionKind(group: "", version: "v1", kind: "DeleteOptions"),
    ]

    private static func special(_ name: String, _ flavour: OpenAPIFlavour) -> Tree? {
        switch name.split(separator: ".").last {
        case "Quantity":
            let summary: Tree = "A number with a unit suffix, such as 100m, 1.5 or 2Gi."
            if flavour == .v2 { return ["description": summary, "type": "string"] }
            return ["description": summary, "oneOf": [["type": "string"], ["type": "number"]]]
        case "IntOrString":
            let summary: Tree = "A number or a string."
            if flavour == .v2 { return ["description": summary, "type": "string", "format": "int-or-string"] }
            return [
                "description": summary, "format": "int-or-string", "oneOf": [["type": "integer"], ["type": "string"]],
            ]
        case "Time", "MicroTime":
            return ["description": "A time as RFC 3339.", "type": "string", "format": "date-time"]
        case "RawExtension", "FieldsV1", "Patch": return ["description": "Any object.", "type": "object"]
        case "JSON": return ["description": "Any value."]
        default: return nil
        }
    }
}

// MARK: - Nodes

extension OpenAPISchemas {
    private mutating func definition(_ node: SchemaNode, isCustom: Bool) -> Tree {
        write(node.facts, isCustom: isCustom)
    }

    private mutating func tree(_ node: SchemaNode, isCustom: Bool) -> Tree {
        guard let name = node.facts.extensions.definitionName else { return write(node.facts, isCustom: isCustom) }
        let target = NativeSchemas.shared.schema(name)
        var siblings = TreeObject()
        if let summary = node.facts.summary, summary != target?.facts.summary {
            siblings["description"] = .string(summary)
        }
        let strategies = node.facts.extensions.patchStrategies
        if !strategies.isEmpty {
            siblings["x-kubernetes-patch-strategy"] = .string(strategies.joined(separator: ","))
        }
        let reference = reference(name)
        if siblings.isEmpty { return reference }
        switch flavour {
        case .v2: siblings["$ref"] = reference["$ref"]
        case .v3: siblings["allOf"] = [reference]
        }
        return .object(siblings)
    }

    private mutating func write(_ facts: SchemaFacts, isCustom: Bool) -> Tree {
        let facts = flavour == .v2 ? Self.reduced(facts, isCustom: isCustom) : facts
        // `child` cannot change `self`, so the children are written beforehand, in the order in which they are asked for.
        var children: [ObjectIdentifier: Tree] = [:]
        for node in Self.children(of: facts) { children[ObjectIdentifier(node)] = tree(node, isCustom: isCustom) }
        return facts.tree { children[ObjectIdentifier($0)] ?? [:] }
    }

    private static func children(of facts: SchemaFacts) -> [SchemaNode] {
        var nodes = facts.properties.map(\.schema)
        if let items = facts.items { nodes.append(items) }
        if case .schema(let node) = facts.additional { nodes.append(node) }
        let combinations = facts.combinations
        nodes += combinations.allOf + combinations.anyOf + combinations.oneOf
        if let not = combinations.not { nodes.append(not) }
        return nodes
    }

    /// What Swagger 2.0 can say, in the way old clients need it.
    ///
    /// Like an API server, this leaves out what those clients would reject objects for: types of nullable fields, and fields of
    /// objects that keep unknown ones.
    private static func reduced(_ facts: SchemaFacts, isCustom: Bool) -> SchemaFacts {
        var facts = facts
        facts.defaultValue = nil
        facts.combinations = SchemaCombinations()
        facts.rules = []
        if !isCustom { facts.limits = ValueLimits() }
        if facts.isNullable || facts.extensions.isIntOrString {
            facts.isNullable = false
            facts.type = nil
            facts.items = nil
            facts.properties = []
            facts.additional = .none
        }
        if facts.extensions.preservesUnknownFields, isCustom {
            facts.items = nil
            facts.properties = facts.properties.filter { ["apiVersion", "kind", "metadata"].contains($0.name) }
            facts.required = []
        }
        if !isCustom {
            facts.extensions.preservesUnknownFields = false
            facts.extensions.isIntOrString = false
        }
        return facts
    }
}
