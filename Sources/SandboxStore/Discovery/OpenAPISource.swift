internal import DataTree
internal import KubeSchema
internal import StructuralSchema
internal import Synchronization

/// Serves the OpenAPI documents, made anew when the set of custom kinds changes.
final class OpenAPISource: Sendable {
    private let current = Mutex<(generation: UInt64, documents: OpenAPIDocuments)?>(nil)
    private let registry: ResourceRegistry
    private let version: String

    init(registry: ResourceRegistry, version: String) {
        self.registry = registry
        self.version = version
    }

    /// The document at the path of the request; nil when there is none.
    func answer(_ request: APIRequest) -> APIResponse? {
        guard request.path.hasPrefix("/openapi/") else { return nil }
        let accept = request.header("Accept") ?? ""
        guard let document = documents().document(path: request.path, accept: accept) else { return nil }
        let tag = "\"\(document.hash)\""
        let headers = [
            HeaderField("Content-Type", document.contentType), HeaderField("ETag", tag), HeaderField("Vary", "Accept"),
        ]
        if request.header("If-None-Match") == tag { return APIResponse(status: 304, headers: headers) }
        return APIResponse(status: 200, headers: headers, body: .bytes(document.bytes))
    }

    private func documents() -> OpenAPIDocuments {
        let generation = registry.generation
        if let known = current.withLock({ $0 }), known.generation == generation { return known.documents }
        let made = OpenAPIDocuments(custom: registry.custom.compactMap(Self.published), version: "v" + version)
        current.withLock { $0 = (generation, made) }
        return made
    }

    private static func published(_ resource: ServedResource) -> PublishedKind? {
        guard case .custom(let version) = resource.origin else { return nil }
        let schema = resource.schema.custom?.node ?? ObjectSchema.anything.node
        return PublishedKind(
            custom: resource.api,
            schema: schema,
            hasStatus: version.hasStatus,
            hasScale: version.scale != nil
        )
    }
}
