internal import KubeAPI
internal import KubeSchema
internal import StructuralSchema
internal import Synchronization

/// Serves `/openapi/v2` and `/openapi/v3` for everything in the registry.
final class OpenAPIAnswers: Sendable {
    private struct Current: Sendable {
        var generation: UInt64
        var documents: OpenAPIDocuments
    }

    private let current = Mutex<Current?>(nil)

    /// The answer to a request; nil where there is no such document.
    func answer(_ request: APIRequest, _ context: ServerContext) -> APIResponse? {
        guard request.path.hasPrefix("/openapi/"), ["GET", "HEAD"].contains(request.method) else { return nil }
        let documents = documents(context)
        guard let document = documents.document(path: request.path, accept: request.header("Accept") ?? "") else {
            return nil
        }
        let tag = "\"\(document.hash)\""
        let headers = [
            HeaderField("Content-Type", document.contentType), HeaderField("ETag", tag), HeaderField("Vary", "Accept"),
        ]
        if request.header("If-None-Match") == tag { return APIResponse(status: 304, headers: headers) }
        return APIResponse(status: 200, headers: headers, body: .bytes(document.bytes))
    }

    /// The documents of what is served now; made anew when that changed.
    private func documents(_ context: ServerContext) -> OpenAPIDocuments {
        let generation = context.registry.generation
        if let known = current.withLock({ $0 }), known.generation == generation { return known.documents }
        let custom = context.registry.groups.flatMap { group in
            context.registry.versions(of: group).flatMap { version in
                context.registry.resources(group: group, version: version).compactMap { Self.published($0) }
            }
        }
        let documents = OpenAPIDocuments(custom: custom, version: "v" + context.configuration.version)
        current.withLock { $0 = Current(generation: generation, documents: documents) }
        return documents
    }

    private static func published(_ resource: ServedResource) -> PublishedKind? {
        guard case .custom = resource.origin else { return nil }
        return PublishedKind(
            custom: resource.api,
            schema: resource.schema.custom?.node ?? .anything,
            hasStatus: resource.hasStatus,
            hasScale: resource.subresource("scale") != nil
        )
    }
}
