internal import DataTree
internal import KubeAPI

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
