internal import DataTree
internal import KubeAPI

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

/// Serves `pods/binding`: puts a pod on a node.
struct BindingHandler: Sendable {
    let context: ServerContext

    func bind(_ scope: RequestScope) async throws(APIFault) -> APIResponse {
        let presenter = try ObjectPresenter(context: context, scope: scope)
        let parameters = try WriteParameters(scope.request, kind: "CreateOptions")
        let binding = try BodyCodec.decode(scope.request)
        guard let node = binding.value(at: "target", "name")?.string, !node.isEmpty else {
            throw .invalid(
                GroupVersionKind(group: "", version: "v1", kind: "Binding"),
                scope.info.name ?? "",
                [.required("target.name")]
            )
        }
        var update = ObjectUpdate(context: context, scope: scope, parameters: parameters)
        update.subresource = "binding"
        update.retriesConflicts = true
        let time = context.timestamp
        let resource = scope.resource.groupResource
        _ = try await update.run { old throws(APIFault) in
            guard var pod = old else { throw .notFound(resource, scope.info.name ?? "") }
            if let present = pod.value(at: "spec", "nodeName")?.string, !present.isEmpty {
                throw .conflict(
                    GroupResource(group: "", resource: "pods/binding"),
                    KubeObject(pod).name,
                    "pod \(KubeObject(pod).name) is already assigned to node \"\(present)\""
                )
            }
            pod.set(.string(node), at: ["spec", "nodeName"])
            var conditions = (pod.value(at: "status", "conditions")?.array ?? [])
                .filter { $0["type"] != "PodScheduled" }
            conditions.append([
                "type": "PodScheduled", "status": "True", "lastProbeTime": .null,
                "lastTransitionTime": .string(time),
            ])
            pod.set(.array(conditions), at: ["status", "conditions"])
            return ObjectUpdate.Wanted(object: pod, isOwned: true)
        }
        return presenter.plain(
            ["kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Success", "code": 201],
            status: 201
        )
    }
}
