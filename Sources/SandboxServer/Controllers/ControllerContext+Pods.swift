internal import DataTree
internal import KubeAPI
internal import SandboxStore

extension ControllerContext {
    /// Creates a pod of a workload; nil when one of that name exists.
    ///
    /// A refusal is told as the Event `FailedCreate` of the workload, as Kubernetes' controllers do, and thrown on.
    ///
    /// - Parameters:
    ///   - pod: the pod.
    ///   - owner: the workload.
    ///   - what: how the Event begins, before what the API server said.
    /// - Returns: the pod as it was stored.
    /// - Throws: ``SandboxError`` when the API server refuses.
    func create(
        _ pod: KubeObject,
        for owner: KubeObject,
        _ what: String = "Error creating:"
    ) async throws -> KubeObject? {
        do {
            return try await writer.create(.pods, pod)
        } catch {
            await events.record(owner, "FailedCreate", "\(what) \(Self.refusal(error))", isWarning: true)
            throw error
        }
    }

    /// What the API server said.
    static func refusal(_ error: any Error) -> String {
        guard let error = error as? SandboxError else { return "\(error)" }
        return (error.cause as? APIFault)?.message ?? error.message
    }
}
