internal import KubeAPI
internal import KubeClient
internal import KubeRuntime
internal import ManifestRendering
internal import MeshAPI

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
        var live = mesh.observe(run).live
        let read = mesh.memories.of(run.object).taken
        let webhooks = run.neighbours(seenBy: mesh).flatMap(\.webhooks) + mesh.parts.stores.foreignInjectors
        for webhook in webhooks { live[ResourceID(webhook)] = webhook }
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

extension MeshRun {
    /// The other MeshOperators, with what is to come of those that come first and of which nothing is there.
    ///
    /// What an older one asks for is rendered only where it has the name of a revision or tag in common with this one.
    func neighbours(seenBy mesh: MeshOperatorReconciler) -> [MeshNeighbour] {
        guard !object.isDeleting, let spec else { return [] }
        let found = mesh.parts.stores.neighbours(of: object, ledger: mesh.ledger, now: mesh.environment.time.now)
        let names = spec.injectionNames
        return found.map { neighbour in
            guard neighbour.isOlder, neighbour.webhooks.isEmpty,
                let other = mesh.parts.stores.resources.object(ObjectKey(name: neighbour.name)), !other.isDeleting,
                let theirs = try? MeshOperatorResource(decoding: other).spec, !theirs.paused,
                !names.isDisjoint(with: theirs.injectionNames)
            else { return neighbour }
            var (result, plan) = (neighbour, MeshRun(object: other, intent: nil))
            plan.kubernetes = kubernetes
            let version = theirs.version ?? mesh.parts.catalogue.defaultVersion.description
            let slot = RevisionSlot(name: theirs.ownRevision, version: version)
            let blueprint = try? mesh.parts.renderer(theirs.rendered(as: slot), plan.options(mesh.parts.definitions))
            result.planned = blueprint?.objects.filter { $0.kind == .mutatingWebhookConfiguration } ?? []
            return result
        }
    }
}

extension MeshOperatorSpec {
    /// The names by which namespaces and pods may choose a mesh that is installed by this spec: its revision and its tags.
    var injectionNames: Set<String> { Set(tagNames).union([ownRevision]) }
}
