internal import DataTree
internal import KubeAPI

extension ControllerContext {
    /// Writes the status of `wanted` unless `current` shows it already.
    ///
    /// The resourceVersion of `wanted` counts: if somebody wrote in between, this throws a conflict and the key comes back.
    func publish(_ resource: APIResource, _ wanted: KubeObject, replacing current: KubeObject) async throws {
        guard wanted.tree["status"] != current.tree["status"] else { return }
        try await writer.update(resource, wanted, subresource: "status")
    }
}
