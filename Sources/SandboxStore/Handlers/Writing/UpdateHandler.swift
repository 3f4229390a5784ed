internal import DataTree
internal import KubeAPI

/// Answers updates (PUT).
struct UpdateHandler: Sendable {
    let context: ServerContext

    /// Kinds that a PUT creates when they are not there.
    private static let created: Set<String> = [
        "clusterrolebindings", "clusterroles", "endpoints", "events", "leases", "limitranges", "resourcequotas",
        "rolebindings", "roles", "services",
    ]

    func update(_ scope: RequestScope, subresource: String = "") async throws(APIFault) -> APIResponse {
        let presenter = try ObjectPresenter(context: context, scope: scope)
        let parameters = try WriteParameters(scope.request, kind: "UpdateOptions")
        let body = try BodyCodec.decode(scope.request)
        let decoder = ObjectDecoder(context: context, scope: scope, validation: parameters.fieldValidation)
        let decoded = try decoder.decode(body)
        try Self.checkName(decoded, scope)
        var new = decoded
        try CreateHandler.settleNamespace(&new, scope)
        let wanted = ObjectUpdate.Wanted(object: new)
        var update = ObjectUpdate(context: context, scope: scope, parameters: parameters)
        update.subresource = subresource
        update.needsRevision = !scope.resource.allowsBlindUpdates
        if case .native = scope.resource.origin {
            update.allowsCreate = subresource.isEmpty && Self.created.contains(scope.resource.api.plural)
        }
        let result = try await update.run { _ throws(APIFault) in wanted }
        let served = try await context.served(result.object, scope.resource)
        return presenter.object(served, status: result.isNew ? 201 : 200)
    }

    /// - Throws: 400 when the object is not the one the path names.
    static func checkName(_ object: Tree, _ scope: RequestScope) throws(APIFault) {
        let (name, wanted) = (KubeObject(object).name, scope.info.name ?? "")
        if name.isEmpty { throw .badRequest("name must be provided") }
        guard name != wanted else { return }
        throw .badRequest("the name of the object (\(name)) does not match the name on the URL (\(wanted))")
    }
}

extension ServedResource {
    /// Whether an update without `metadata.resourceVersion` writes over whatever is there.
    var allowsBlindUpdates: Bool {
        switch origin {
        case .custom: false
        case .native: !["leases", "customresourcedefinitions"].contains(api.plural)
        }
    }
}
