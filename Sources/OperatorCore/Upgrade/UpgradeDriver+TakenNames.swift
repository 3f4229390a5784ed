internal import KubeAPI
internal import KubeClient
internal import KubeRuntime

/// Looking twice before others are said to be in the way.
extension UpgradeDriver {
    /// Makes sure that names are taken by others before that is said, once for each version of what takes them.
    ///
    /// After an outage the caches may show for a while what is gone.
    ///
    /// - Returns: whether things are not as they seemed: the plan is to be made anew.
    /// - Throws: `KubeError` when it cannot be told.
    func findsNamesFree(_ plan: MeshPlan, _ run: MeshRun) async throws -> Bool {
        guard !plan.taken.isEmpty else { return false }
        let (live, read) = (mesh.observe(run).live, mesh.memories.of(run.object).taken)
        let unread = plan.taken.sorted().compactMap { live[$0] }
            .filter { read[ResourceID($0)] != $0.resourceVersion }
        let changed = try await mesh.executor.reread(unread)
        mesh.memories.update(run.object) { memory in
            for object in unread where !changed.contains(ResourceID(object)) {
                memory.taken[ResourceID(object)] = object.resourceVersion
            }
        }
        return !changed.isEmpty
    }
}
