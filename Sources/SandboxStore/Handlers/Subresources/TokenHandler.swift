internal import DataTree
internal import KubeAPI

/// Serves `serviceaccounts/token`.
struct TokenHandler: Sendable {
    let context: ServerContext

    /// Seconds that a token holds whose author does not say.
    private static let lifetime: Tree = 3600

    func issue(_ scope: RequestScope) async throws(APIFault) -> APIResponse {
        let presenter = try ObjectPresenter(context: context, scope: scope)
        let parameters = try WriteParameters(scope.request, kind: "CreateOptions")
        var request = try request(scope, parameters)
        guard let account = try await context.read(scope.resource, scope.key()) else {
            throw .notFound(scope.resource.groupResource, scope.info.name ?? "")
        }
        guard let issue = context.configuration.hooks.issueToken else { throw .unknownPath() }
        request["status"] = try await issue(account.tree, request)
        return presenter.plain(request, status: 201)
    }

    /// The request as it was read, with defaults, an identity and an owner.
    private func request(_ scope: RequestScope, _ parameters: WriteParameters) throws(APIFault) -> Tree {
        let inner = RequestScope(
            request: scope.request,
            info: scope.info,
            resource: Self.resource,
            warnings: scope.warnings
        )
        let decoder = ObjectDecoder(context: context, scope: inner, validation: parameters.fieldValidation)
        var request = try decoder.decode(try BodyCodec.decode(scope.request))
        request.fill("spec", [:])
        request.edit("spec") { $0.fill("expirationSeconds", Self.lifetime) }
        if KubeObject(request).name.isEmpty {
            request.set(.string(scope.info.name ?? ""), at: ["metadata", "name"])
        }
        try CreateHandler.settleNamespace(&request, inner)
        request = FieldOwnership(
            resource: Self.resource,
            subresource: "",
            manager: parameters.manager,
            time: context.timestamp
        ).tracked(request, from: nil)
        var owners = request.value(at: "metadata", "managedFields")?.array ?? []
        for index in owners.indices { owners[index]["subresource"] = "token" }
        if !owners.isEmpty { request.set(.array(owners), at: ["metadata", "managedFields"]) }
        request.edit("spec") { if $0["boundObjectRef"] == nil { $0["boundObjectRef"] = Tree.null } }
        request.set(.string(context.uid()), at: ["metadata", "uid"])
        request.set(.string(context.timestamp), at: ["metadata", "creationTimestamp"])
        return request
    }

    private static let resource: ServedResource = {
        let kind = GroupVersionKind(group: "authentication.k8s.io", version: "v1", kind: "TokenRequest")
        var result = ServedResource(
            APIResource(kind: kind, plural: "tokenrequests", isNamespaced: true),
            singular: "tokenrequest",
            verbs: ["create"]
        )
        result.schema = ObjectSchema(definition: "io.k8s.api.authentication.v1.TokenRequest")
        return result
    }()
}
