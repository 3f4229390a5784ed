internal import DataTree
internal import KubeAPI
internal import SandboxStore

/// Answers for what would reach into containers: a hollow node has none.
struct HollowConnections: Sendable {
    let reader: ClusterReader

    /// The answer for a subresource of a pod; nil for any other resource.
    func answer(_ info: RequestInfo, _ request: APIRequest) async -> APIResponse? {
        guard info.resource == "pods", info.group.isEmpty, let name = info.name, let subresource = info.subresource
        else {
            return nil
        }
        guard let pod = try? await reader.get(.pods, ObjectKey(namespace: info.namespace, name: name)) else {
            return Self.refusal(APIFault.notFound(GroupResource(.pods), name))
        }
        let node = PodView(pod).node ?? HollowNode.name
        switch subresource {
        case "log":
            return .text("the node \(node) is hollow: this container was never started\n")
        case "exec", "attach", "portforward", "proxy":
            return Self.refusal(
                APIFault.badRequest("the node \(node) is hollow: there is no container to reach into")
            )
        default:
            return nil
        }
    }

    private static func refusal(_ fault: APIFault) -> APIResponse {
        APIResponse(
            status: fault.status.code,
            headers: [HeaderField("Content-Type", "application/json")],
            body: .bytes(fault.status.tree.json(.compact))
        )
    }
}
