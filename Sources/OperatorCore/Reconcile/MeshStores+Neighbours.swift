internal import KubeAPI
internal import KubeClient
internal import KubeRuntime
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
        guard !others.isEmpty, let store = webhookStore else { return [] }
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
        return (webhookStore?.objects() ?? []).filter { webhook in
            InjectionEntry.isInjector(webhook)
                && webhook.label(MeshNames.Label.owner).map { !names.contains($0) } ?? true
        }
    }

    /// The cache of injection webhooks.
    private var webhookStore: ObjectStore? {
        OwnedKind.all.first { $0.resource == .mutatingWebhookConfigurations }.flatMap(kindStore)
    }
}
