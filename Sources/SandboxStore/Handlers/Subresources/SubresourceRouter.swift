internal import DataTree

/// Leads a request to a subresource to whoever serves it.
struct SubresourceRouter: Sendable {
    let context: ServerContext

    func handle(_ scope: RequestScope, _ name: String) async throws(APIFault) -> APIResponse {
        guard let subresource = scope.resource.subresource(name) else {
            if let connect = context.configuration.hooks.connect, let answer = await connect(scope.info, scope.request)
            {
                return answer
            }
            if case .custom = scope.resource.origin { return .text("404 page not found\n", status: 404) }
            throw .unknownPath()
        }
        guard subresource.verbs.contains(scope.info.verb.rawValue) else { throw .methodNotAllowed() }
        switch name {
        case "scale": return try await ScaleHandler(context: context).handle(scope)
        case "eviction": return try await EvictionHandler(context: context).evict(scope)
        case "binding": return try await BindingHandler(context: context).bind(scope)
        case "token": return try await TokenHandler(context: context).issue(scope)
        case "log":
            guard let pod = try await context.read(scope.resource, scope.key()) else {
                throw .notFound(scope.resource.groupResource, scope.info.name ?? "")
            }
            // A pod that no node has taken has nothing to say.
            if pod.tree.value(at: "spec", "nodeName")?.string?.isEmpty ?? true { return .text("", status: 204) }
            if let connect = context.configuration.hooks.connect, let answer = await connect(scope.info, scope.request)
            {
                return answer
            }
            throw .unknownPath()
        default: return try await whole(scope, name)
        }
    }

    /// Subresources that are the object itself, written in part: `status`, `finalize`, `approval` and their like.
    private func whole(_ scope: RequestScope, _ name: String) async throws(APIFault) -> APIResponse {
        switch scope.info.verb {
        case .get: return try await ObjectReader(context: context).get(scope)
        case .update: return try await UpdateHandler(context: context).update(scope, subresource: name)
        case .patch: return try await PatchHandler(context: context).patch(scope, subresource: name)
        default: throw .methodNotAllowed()
        }
    }
}
