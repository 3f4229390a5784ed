internal import KubeAPI

/// Leads a request to a resource to whoever serves it.
struct ResourceRouter: Sendable {
    let context: ServerContext

    func handle(_ scope: RequestScope) async throws(APIFault) -> APIResponse {
        if let warning = scope.resource.deprecation { scope.warnings.add(warning) }
        if let subresource = scope.info.subresource {
            return try await SubresourceRouter(context: context).handle(scope, subresource)
        }
        guard scope.resource.verbs.contains(scope.info.verb.rawValue) else { throw notAllowed(scope) }
        if scope.resource.verbs == ["create"] { return try await Reviews(context: context).handle(scope) }
        switch scope.info.verb {
        case .get: return try await ObjectReader(context: context).get(scope)
        case .list: return try await ObjectReader(context: context).list(scope)
        case .watch: return try await WatchHandler(context: context).watch(scope)
        default: break
        }
        if scope.resource.api.isNamespaced, scope.info.namespace == nil { throw notAllowed(scope) }
        let isOnCollection = [.create, .deleteCollection].contains(scope.info.verb)
        if isOnCollection != (scope.info.name == nil) { throw notAllowed(scope) }
        if scope.info.verb == .create, case .custom(let version) = scope.resource.origin, version.isTerminating {
            throw .notSupported(scope.resource.groupResource, "create")
        }
        switch scope.info.verb {
        case .create: return try await CreateHandler(context: context).create(scope)
        case .update: return try await UpdateHandler(context: context).update(scope)
        case .patch: return try await PatchHandler(context: context).patch(scope)
        case .delete: return try await DeleteHandler(context: context).delete(scope)
        case .deleteCollection: return try await DeleteHandler(context: context).deleteCollection(scope)
        case .get, .list, .watch: throw notAllowed(scope)
        }
    }

    private func notAllowed(_ scope: RequestScope) -> APIFault {
        if case .custom = scope.resource.origin {
            return .notSupported(scope.resource.groupResource, scope.info.verb.rawValue)
        }
        return .methodNotAllowed()
    }
}
