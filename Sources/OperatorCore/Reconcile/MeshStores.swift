internal import DataTree
package import KubeAPI
package import KubeClient
package import KubeRuntime
internal import MeshAPI
internal import UpgradePlanning

/// The caches a mesh is planned from.
package struct MeshStores: Sendable {
    /// The MeshOperators.
    package let resources: ObjectStore
    /// All pods, reduced to what tells who uses a mesh.
    package let pods: ObjectStore
    /// StatefulSets and Argo Rollouts, which a mesh does not consist of but which run its sidecars.
    package let others: [(resource: APIResource, store: ObjectStore)]
    private let owned: [OwnedKind: ObjectStore]

    /// The index of objects by the name of their MeshOperator.
    static let ownerIndex = StoreIndex.Name.label(MeshNames.Label.owner)

    /// The objects that the operator applied and that lost their marks.
    private static let strays = StoreIndex("mesh-strays") { StrayObject.isCandidate($0) ? [""] : [] }

    /// The index of pods made of templates of the operator, by namespace: a handful among all.
    private static let ownPods = StoreIndex("mesh-pods") { PodTrouble.concerns($0) ? [$0.namespace ?? ""] : [] }

    /// Makes empty caches.
    package init() {
        resources = ObjectStore(.init(name: "meshoperators"))
        pods = ObjectStore(.init(name: "pods", indexes: [Self.ownPods], trimming: MeshProjection.pods))
        var owned: [OwnedKind: ObjectStore] = [:]
        for kind in OwnedKind.all {
            let trimming = kind.resource == .namespaces ? MeshProjection.namespaces : MeshProjection.owned
            let configuration = ObjectStore.Configuration(
                name: kind.resource.plural,
                indexes: [.label(MeshNames.Label.owner), Self.strays],
                trimming: trimming
            )
            owned[kind] = ObjectStore(configuration)
        }
        self.owned = owned
        others = [APIResource.statefulSets, RestartableWorkload.argoRollouts].map { resource in
            (resource, ObjectStore(.init(name: resource.qualifiedName, trimming: MeshProjection.foreignOnly)))
        }
    }

    /// Every cache with the resource it holds, in a fixed order.
    package var all: [(resource: APIResource, store: ObjectStore)] {
        var result: [(resource: APIResource, store: ObjectStore)] = [(MeshNames.resource, resources), (.pods, pods)]
        for kind in OwnedKind.all {
            if let store = owned[kind] { result.append((kind.resource, store)) }
        }
        return result + others
    }

    /// What keeps the caches; call it once.
    ///
    /// - Parameters:
    ///   - client: calls the API.
    ///   - configuration: how they are kept.
    ///   - keepsSchemas: whether the schemas of definitions are looked at.
    ///   - environment: time, chance, log and metrics.
    /// - Returns: one for each cache.
    /// - Throws: `StoreError` when a cache is already being written.
    package func watchers(
        client: ClusterClient,
        configuration: Watcher.Configuration = .init(),
        keepsSchemas: Bool = true,
        environment: RuntimeEnvironment
    ) throws -> [Watcher] {
        try all.map { resource, store in
            let mayBeMissing =
                resource == RestartableWorkload.argoRollouts
                || OwnedKind.all.contains { $0.resource == resource && !$0.isServedByAll }
            let small = mayBeMissing ? configuration.smallFirst : configuration.smallFirst.expected
            return try Watcher(
                source: ClusterSource(
                    client: client,
                    resource: resource,
                    selection: Self.selection(of: resource),
                    projection: MeshProjection.decoding(resource, keepsSchemas: keepsSchemas),
                    mayBeMissing: mayBeMissing
                ),
                store: store,
                configuration: resource == .pods ? small : small.paged,
                environment: environment
            )
        }
    }

    private static func selection(of resource: APIResource) -> Selection {
        guard OwnedKind.all.contains(where: { $0.resource == resource && $0.isWatchedByLabel }) else {
            return .everything
        }
        let isOurs = LabelRequirement(key: MeshNames.Label.owner, operation: .exists)
        return Selection(labels: LabelSelector([isOurs]))
    }

    func kindStore(_ kind: OwnedKind) -> ObjectStore? { owned[kind] }

    /// The cache of a kind.
    package func store(of id: ResourceID) -> ObjectStore? {
        OwnedKind.of(id).flatMap { owned[$0] }
    }

    /// The caches of the kinds a mesh consists of.
    package var ownedStores: [ObjectStore] { OwnedKind.all.compactMap { owned[$0] } }

    /// The cache of namespaces.
    var namespaceStore: ObjectStore? {
        OwnedKind.all.first { $0.resource == .namespaces }.flatMap { owned[$0] }
    }

    /// The cache of CustomResourceDefinitions.
    var definitionStore: ObjectStore? {
        OwnedKind.all.first { $0.resource == .customResourceDefinitions }.flatMap { owned[$0] }
    }

    // MARK: Observing

    /// Which moment the caches show: equal as long as none of them took anything in.
    var moment: [ResourceVersion?] { all.map(\.store.version) }

    /// How things stand for a MeshOperator.
    ///
    /// - Parameters:
    ///   - resource: the MeshOperator.
    ///   - wanted: the names to look up besides what bears its label.
    ///   - ledger: what this process knows before the caches do.
    ///   - now: the time.
    /// - Returns: everything but the cluster's version, accepted values and usage.
    package func observe(
        _ resource: KubeObject,
        wanted: [ResourceID],
        ledger: WriteLedger,
        now: Duration
    ) -> MeshObservation {
        var observation = MeshObservation(resource: resource)
        var ids = Set(wanted)
        ids.formUnion(ledger.notedIDs)
        // Versions are read before objects: what is read later is never older than its version says.
        var versions: [OwnedKind: ResourceVersion] = [:]
        var labelled: [ResourceID: KubeObject] = [:]
        for (kind, store) in owned {
            versions[kind] = store.version
            for object in store.objects(Self.ownerIndex, resource.name) + store.objects(Self.strays.name, "") {
                labelled[ResourceID(object)] = object
            }
        }
        ids.formUnion(labelled.keys)
        for id in ids {
            guard let kind = OwnedKind.of(id), let store = owned[kind] else { continue }
            let cached = labelled[id] ?? store.object(id.key)
            let latest = ledger.latest(id, cached: cached, version: versions[kind], now: now)
            if let latest { observation.live[id] = latest }
        }
        observation.troubles = troubles(observation.live.values)
        observation.otherOwners = Set(resources.objects().compactMap(\.uid).filter { $0 != resource.uid })
        return observation
    }

    /// What keeps pods of workloads that are not ready from coming up.
    private func troubles(_ objects: some Collection<KubeObject>) -> [ResourceID: String] {
        var result: [ResourceID: String] = [:]
        for object in objects where ObjectReadiness.isWorkload(object.kind) && !ObjectReadiness.of(object).isReady {
            let own = pods.objects(Self.ownPods.name, object.namespace ?? "")
            result[ResourceID(object)] = WorkloadPods(object).trouble(among: own)
        }
        return result
    }

    /// An observation with what is there under more names.
    ///
    /// - Parameters:
    ///   - observation: what was observed at this moment.
    ///   - wanted: the names to look up besides.
    ///   - ledger: what this process knows before the caches do.
    ///   - now: the time.
    /// - Returns: the observation with what was found.
    func completed(
        _ observation: MeshObservation,
        wanted: [ResourceID],
        ledger: WriteLedger,
        now: Duration
    ) -> MeshObservation {
        var result = observation
        for id in wanted where result.live[id] == nil {
            guard let kind = OwnedKind.of(id), let store = owned[kind] else { continue }
            let version = store.version
            result.live[id] = ledger.latest(id, cached: store.object(id.key), version: version, now: now)
        }
        return result
    }

    /// An observation with the objects as well that the status shows and that were there before, to tell whether they still are.
    func shown(_ observation: MeshObservation, ledger: WriteLedger, now: Duration) -> MeshObservation {
        let status = MeshOperatorStatus(lenient: observation.resource.tree["status"] ?? .null)
        let gateways = status.gateways.map { gateway in
            ResourceID(group: "", kind: "Service", key: ObjectKey(namespace: gateway.namespace, name: gateway.name))
        }
        var result = observation
        let more = observe(observation.resource, wanted: gateways + observation.known, ledger: ledger, now: now)
        result.live.merge(more.live) { first, _ in first }
        return result
    }

    /// What an upgrade has to know of namespaces, pods and those who run them.
    ///
    /// - Parameters:
    ///   - observation: the mesh's own objects.
    ///   - written: what this process moved before the caches show it.
    ///   - now: the time.
    /// - Returns: what the caches show, this process's own writes taken in.
    package func crowd(_ observation: MeshObservation, written: WriteLedger, now: Duration) -> UpgradeCrowd.Sight {
        var sight = UpgradeCrowd.Sight()
        sight.pods = pods.objects().filter { !SidecarPod.isFinished($0) }
        sight.injection = InjectionRules(values: observation.resource.tree.value(at: "spec", "values"))
        sight.own = observation.live.values.filter { ObjectReadiness.isWorkload($0.kind) }
        func latest(_ store: ObjectStore?) -> [KubeObject] {
            (store?.objects() ?? []).compactMap {
                written.latest(ResourceID($0), cached: $0, version: store?.version, now: now)
            }
        }
        sight.namespaces = latest(namespaceStore)
        sight.foreignTags = foreignTags(observation)
        sight.revisions = Set(RevisionSurvey(observation).revisions.map(\.slot.name))
        sight.others = namesOfOthers(observation)
        sight.budgets = ownedStore(.podDisruptionBudgets)?.objects() ?? []
        let stores = [ownedStore(.deployments), ownedStore(.daemonSets)] + others.map(\.store)
        for object in stores.flatMap({ latest($0) }) { sight.owners[ResourceID(object)] = object }
        return sight
    }

    /// The revision tags that others made, with the revision each leads to.
    private func foreignTags(_ observation: MeshObservation) -> [String: String] {
        let own = TagView(observation.ours(manager: MeshPlanner.manager)).objects
        return TagView(ownedStore(.mutatingWebhookConfigurations)?.objects() ?? []).objects
            .filter { own[$0.key] == nil }
    }

    /// Every HorizontalPodAutoscaler.
    var autoscalers: [KubeObject] { ownedStore(.horizontalPodAutoscalers)?.objects() ?? [] }

    /// The stores of what runs pods, those of the mesh among them.
    var ownerStores: [ObjectStore] {
        [ownedStore(.deployments), ownedStore(.daemonSets)].compactMap(\.self) + others.map(\.store)
    }

    func ownedStore(_ resource: APIResource) -> ObjectStore? {
        OwnedKind.all.first { $0.resource == resource }.flatMap { owned[$0] }
    }

    /// An observation with who uses the mesh, which takes looking at all pods; the same where it cannot be told what is asked for.
    func used(_ observation: MeshObservation, _ intent: MeshIntent?) -> MeshObservation {
        guard let intent else { return observation }
        var (result, names) = (observation, observation.revisionNames(or: intent.revision))
        // Of a mesh that is not there nobody knows the pods: those of another mesh may have its revision's name.
        if RevisionSurvey(observation).revisions.isEmpty {
            names.subtract(namesOfOthers(observation))
        }
        result.usage = usage(of: names, observation: observation)
        return result
    }

    /// Who uses revisions, by their names and those of tags that lead to them.
    package func usage(of revisions: Set<String>, observation: MeshObservation) -> RevisionUsage {
        let workloads = observation.live.values.filter { ObjectReadiness.isWorkload($0.kind) }
        let foreign = foreignTags(observation).filter { revisions.contains($0.value) }.keys
        return RevisionUsage(
            of: revisions.union(foreign),
            pods: pods.objects(),
            namespaces: namespaceStore?.objects() ?? [],
            workloads: workloads,
            tags: Set(TagView(observation.ours(manager: MeshPlanner.manager)).objects.keys),
            rules: InjectionRules(values: observation.resource.tree.value(at: "spec", "values"))
        )
    }
}
