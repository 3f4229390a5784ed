internal import DataTree
internal import KubeAPI
internal import KubeSchema
internal import StructuralSchema

/// What objects of one kind look like: the schema of the whole object, `metadata` included, and its defaults.
struct ObjectSchema: Sendable {
    /// The schema of the whole object.
    let node: SchemaNode
    /// The schema as the definition of a custom kind states it, with its rules; nil for native kinds.
    let custom: CustomResourceSchema?
    /// The native kind, whose defaults depend on more than a schema can say; nil for custom ones.
    private let native: String?

    static let anything = ObjectSchema(node: .anything, native: nil)

    private init(node: SchemaNode, native: String?, custom: CustomResourceSchema? = nil) {
        self.node = node
        self.custom = custom
        self.native = native
    }

    init(native kind: NativeKind) {
        self.init(node: kind.schema, native: kind.kind.kind)
    }

    /// Makes the schema of a native definition that is asked but not stored.
    init(definition name: String) {
        self.init(node: NativeSchemas.shared.schema(name) ?? .anything, native: nil)
    }

    /// Makes the schema of a custom kind: as its definition says, with the `metadata` that every object has.
    init(custom schema: CustomResourceSchema) {
        let meta = NativeSchemas.shared.schema("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta") ?? .anything
        var facts = schema.node.facts
        facts.properties.removeAll { ["metadata", "apiVersion", "kind"].contains($0.name) }
        var text = SchemaFacts()
        text.type = .string
        for name in ["apiVersion", "kind"] {
            facts.properties.append(SchemaProperty(name: name, schema: SchemaNode(text)))
        }
        facts.properties.append(SchemaProperty(name: "metadata", schema: meta))
        self.init(node: SchemaNode(facts), native: nil, custom: schema)
    }

    /// The schema of `metadata`.
    var metadata: SchemaNode { node.property("metadata") ?? .anything }

    /// Gives absent fields their defaults.
    func complete(_ tree: inout Tree) {
        node.applyDefaults(&tree)
        if let native { NativeDefaults.apply(kind: native, &tree) }
    }
}

extension ServedResource {
    /// How the parts of an object merge.
    var mergeSchema: any MergeSchema { schema.node }

    /// An object as this resource shows it, from how it is stored.
    func served(_ stored: Tree) -> Tree {
        switch origin {
        case .custom:
            var tree = stored
            if tree["apiVersion"]?.string != kind.apiVersion { tree["apiVersion"] = .string(kind.apiVersion) }
            schema.complete(&tree)
            return tree
        case .native:
            return kind == storedKind ? stored : NativeConversion.convert(stored, from: storedKind, to: kind)
        }
    }

    /// An object as it is stored, from how this resource shows it.
    func stored(_ served: Tree) -> Tree {
        switch origin {
        case .custom:
            var tree = served
            tree["apiVersion"] = .string(storedKind.apiVersion)
            return tree
        case .native:
            return kind == storedKind ? served : NativeConversion.convert(served, from: kind, to: storedKind)
        }
    }
}
