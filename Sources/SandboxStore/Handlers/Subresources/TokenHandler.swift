internal import DataTree
internal import KubeAPI

/// Serves `serviceaccounts/token`.
struct TokenHandler: Sendable {
    let context: ServerContext

    func issue(_ scope: RequestScope) async throws(APIFault) -> APIResponse {
        let presenter = try ObjectPresenter(context: context, scope: scope)
        guard let account = try await context.read(scope.resource, scope.key()) else {
            throw .notFound(scope.resource.groupResource, scope.info.name ?? "")
        }
        guard let issue = context.configuration.hooks.issueToken else { throw .unknownPath() }
        var request = try BodyCodec.decode(scope.request)
        let status = try await issue(account.tree, request)
        request["kind"] = "TokenRequest"
        request["apiVersion"] = "authentication.k8s.io/v1"
        var metadata: Tree = ["name": .string(scope.info.name ?? ""), "creationTimestamp": .string(context.timestamp)]
        if let namespace = scope.namespace { metadata["namespace"] = .string(namespace) }
        request["metadata"] = metadata
        request["status"] = status
        return presenter.plain(request, status: 201)
    }
}
