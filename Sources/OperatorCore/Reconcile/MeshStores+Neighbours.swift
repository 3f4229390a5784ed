internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import KubeRuntime
internal import ManifestRendering
internal import MeshAPI

extension MeshStores {
    /// The other MeshOperators with the injection webhooks of each that are there.
    ///
    /// - Parameters:
    ///   - resource: the MeshOperator whose neighbours they are.
    ///   - ledger: what this process knows before the caches do; nil for the caches alone.
    ///   - now: the time.
    /// - Returns: one for each, in no order.
    func neighbours(
        of resource: KubeObject,
        ledger: WriteLedger? = nil,
        now: Duration = .zero
    ) -> [MeshNeighbour] {
        let others = resources.objects().filter { $0.uid != resource.uid }
        guard !others.isEmpty, let store = ownedStore(.mutatingWebhookConfigurations) else { return [] }
        let version = store.version
        return others.map { other in
            var neighbour = MeshNeighbour(other, of: resource)
            let marks = OwnershipMarks(owner: other.name, uid: other.uid ?? "")
            neighbour.webhooks = store.objects(Self.ownerIndex, other.name).compactMap { cached in
                let id = ResourceID(cached)
                let latest = ledger.map { $0.latest(id, cached: cached, version: version, now: now) } ?? cached
                return latest.flatMap { marks.verdict(on: $0, manager: MeshPlanner.manager) == .ours ? $0 : nil }
            }
            return neighbour
        }
    }

    /// The injection webhooks that belong to no MeshOperator.
    var foreignInjectors: [KubeObject] {
        let names = Set(resources.objects().map(\.name))
        return (ownedStore(.mutatingWebhookConfigurations)?.objects() ?? []).filter { webhook in
            InjectionEntry.isInjector(webhook)
                && webhook.label(MeshNames.Label.owner).map { !names.contains($0) } ?? true
        }
    }

    /// The names of revisions and tags that others have, and this mesh has not: those by which webhooks of others answer, and those of the
    /// control planes of other MeshOperators, whose webhooks may be somebody else's to keep.
    ///
    /// What bears the mesh's label is none of others: the cache may still show a webhook of its own that is gone.
    func namesOfOthers(_ observation: MeshObservation) -> Set<String> {
        func name(_ object: KubeObject) -> String? {
            object.label(MeshNames.Label.revision).map { object.label(MeshNames.Label.tag) ?? $0 }
        }
        func tells(_ object: KubeObject) -> Bool {
            object.kind == .mutatingWebhookConfiguration || ControlPlaneRevision.isControlPlane(object)
        }
        let ours = observation.ours(manager: MeshPlanner.manager).filter(tells)
        let ids = Set(ours.map { ResourceID($0) })
        let meshes = resources.objects().map(\.name)
        let planes = meshes.flatMap { ownedStore(.deployments)?.objects(Self.ownerIndex, $0).filter(tells) ?? [] }
        let others = ((ownedStore(.mutatingWebhookConfigurations)?.objects() ?? []) + planes).filter { object in
            object.label(MeshNames.Label.owner) != observation.resource.name && !object.isDeleting
                && !ids.contains(ResourceID(object))
        }
        return Set(others.compactMap(name)).subtracting(ours.compactMap(name))
    }

    /// Has a wish heed other meshes: their names, which a new revision must not take, and the versions they are yet to pass.
    ///
    /// Of two that choose at the same time the older one chooses first, as with webhooks (``MeshNeighbour/isOlder``).
    func heedOthers(in wish: inout UpgradeCourse.Wish, _ observation: MeshObservation) {
        wish.namesOfOthers = namesOfOthers(observation)
        for other in resources.objects() where other.uid != observation.resource.uid && !other.isDeleting {
            guard let spec = try? MeshOperatorResource(decoding: other).spec else { continue }
            wish.namesOfOthers.formUnion(spec.injectionNames)
            let status = MeshOperatorStatus(lenient: other.tree["status"] ?? .null)
            guard spec.upgrade.strategy == .canary, !spec.paused,
                MeshNeighbour(other, of: observation.resource).isOlder,
                let running = status.version.flatMap({ MeshVersion($0) }),
                let goal = MeshVersion(spec.version ?? wish.catalogue.defaultVersion.description), running != goal
            else { continue }
            wish.comingFirst.append(min(running, goal)...max(running, goal))
        }
    }
}
