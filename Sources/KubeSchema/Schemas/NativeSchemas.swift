package import StructuralSchema
internal import Synchronization

/// The schemas of all native definitions, each built when first asked for.
package final class NativeSchemas: Sendable {
    /// The names in alphabetical order.
    package let names: [String]
    private let builder: Mutex<NativeSchemaBuilder>

    /// The one table there is.
    package static let shared = NativeSchemas(NativeDefinitionReader(NativeDefinitionText.all))

    init(_ reader: NativeDefinitionReader) {
        names = reader.definitions.map(\.name).sorted()
        builder = Mutex(NativeSchemaBuilder(reader))
    }

    /// A schema by its name in OpenAPI, such as `io.k8s.api.apps.v1.Deployment`; nil for what is not defined.
    package func schema(_ name: String) -> SchemaNode? { builder.withLock { $0.schema(name) } }
}
