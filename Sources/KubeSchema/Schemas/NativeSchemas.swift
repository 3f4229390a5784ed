package import StructuralSchema

/// The schemas of all native definitions, built once when first asked for.
package struct NativeSchemas: Sendable {
    /// Schemas by their names in OpenAPI, such as `io.k8s.api.apps.v1.Deployment`.
    package let definitions: [String: SchemaNode]
    /// The names in alphabetical order.
    package let names: [String]

    /// The one table there is.
    package static let shared = NativeSchemas(NativeDefinitionReader.read(NativeDefinitionText.all))

    init(_ definitions: [NativeDefinition]) {
        var builder = NativeSchemaBuilder(definitions)
        for definition in definitions { _ = builder.node(definition.name) }
        self.definitions = builder.nodes
        self.names = builder.nodes.keys.sorted()
    }
}
