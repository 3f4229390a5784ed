internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import KubeRuntime
internal import MeshAPI
internal import MeshBase
internal import RolloutEngine
internal import UpgradePlanning

/// Reads what a MeshRollout is decided from; always the newest state, so that no decision rests on a cache that is behind.
struct WorldReader: Sendable {
    let client: ClusterClient
    let stores: MeshRolloutStores
    let memories: RolloutMemories

    /// The MeshRollout as it is, provided it is still as the cache showed it.
    ///
    /// - Throws: ``MeshRolloutError`` with code `superseded` when it is not; `KubeError` when it cannot be read.
    func confirm(_ object: KubeObject) async throws {
        let live = try await client.find(RolloutNames.resource, object.key)
        guard let live, live.uid == object.uid, live.resourceVersion == object.resourceVersion else {
            throw MeshRolloutError(
                .superseded,
                "MeshRollout \(object.key) is no longer as the cache shows it; waiting for the cache"
            )
        }
    }

    /// The world of a MeshRollout.
    func world(_ object: KubeObject, _ spec: MeshRolloutSpec, now: Timestamp) async throws -> RolloutWorld {
        var world = RolloutWorld(object: object, spec: spec, now: now)
        if world.usesSubsets, let rule = try await client.find(TrafficResources.destinationRules, ruleKey(world)),
            !rule.isDeleting
        {
            world.subsets = SubsetObject(rule)
        }
        try await readRoutes(&world)
        try await readRivals(&world)
        try await readSides(&world)
        return world
    }

    /// Where the DestinationRule is.
    func ruleKey(_ world: RolloutWorld) -> ObjectKey {
        ObjectKey(namespace: world.namespace, name: world.spec.destinationRule ?? world.object.name)
    }

    /// Other objects for the host, where one is to be made: two of them would contend.
    private func readRivals(_ world: inout RolloutWorld) async throws {
        guard world.spec.virtualServices.isEmpty, !world.missing.isEmpty else { return }
        let gateways = world.spec.gateways.isEmpty ? ["mesh"] : world.spec.gateways
        for other in try await client.list(TrafficResources.virtualServices, .namespace(world.namespace)).objects {
            let hosts = other.tree.value(at: "spec", "hosts")?.array?.compactMap(\.string) ?? []
            let theirs = other.tree.value(at: "spec", "gateways")?.array?.compactMap(\.string) ?? ["mesh"]
            let isSame = hosts.contains { HostName($0, namespace: world.namespace) == world.host }
            guard isSame, !Set(theirs).isDisjoint(with: gateways) else { continue }
            world.refusals.append(
                "VirtualService \(other.key) routes \(world.spec.host) already; name it in spec.virtualServices"
            )
        }
    }

    // MARK: Routes

    private func readRoutes(_ world: inout RolloutWorld) async throws {
        var seen: Set<ObjectKey> = []
        let named = world.spec.virtualServices.map { route in
            (key: ObjectKey(namespace: route.namespace ?? world.namespace, name: route.name), routes: route.routes)
        }
        let made = [(key: ObjectKey(namespace: world.namespace, name: world.object.name), routes: [String]())]
        for (key, selection) in named.isEmpty ? made : named {
            try await readRoute(key, selection, &world, &seen)
        }
        memories.update(world.object) { ($0.watched, $0.missesService) = (seen, false) }
        for route in heldBy(world) where !seen.contains(route) {
            guard let live = try await client.find(TrafficResources.virtualServices, route) else { continue }
            let stray = RouteObject(live, selection: [])
            if stray.holder == world.holder { world.strays.append(stray) }
        }
    }

    private func readRoute(
        _ key: ObjectKey,
        _ selection: [String],
        _ world: inout RolloutWorld,
        _ seen: inout Set<ObjectKey>
    ) async throws {
        guard seen.insert(key).inserted else { return }
        watch(key, world)
        guard let live = try await client.find(TrafficResources.virtualServices, key), !live.isDeleting else {
            world.missing.append(key)
            return
        }
        let route = RouteObject(live, selection: selection)
        guard isConsented(route, &world) else { return }
        let delegates = route.lists.delegates(namespace: route.namespace)
        // A root that only delegates has nothing to change itself.
        let isOnlyRoot = !delegates.isEmpty && world.parts(route).isEmpty && route.holder != world.holder
        if !isOnlyRoot { world.routes.append(route) }
        for delegate in delegates.prefix(Self.delegateLimit) {
            let key = ObjectKey(namespace: delegate.namespace, name: delegate.name)
            let roots = route.lists.matches(leadingTo: delegate, namespace: route.namespace)
            guard seen.insert(key).inserted else {
                // Named by itself or by another root, or once more by this one.
                guard let index = world.routes.firstIndex(where: { $0.object.key == key }) else { continue }
                for root in roots where !world.routes[index].roots.contains(root) {
                    world.routes[index].roots.append(root)
                }
                continue
            }
            watch(key, world)
            guard let child = try await client.find(TrafficResources.virtualServices, key) else { continue }
            var route = RouteObject(child, selection: selection)
            route.roots = roots
            // A delegate that leads elsewhere is not the rollout's business.
            guard route.holder == world.holder || !world.parts(route).isEmpty else { continue }
            if isConsented(route, &world) { world.routes.append(route) }
        }
    }

    /// Has what changes of a VirtualService from now on looked at; said before it is read, so that no change falls between.
    private func watch(_ key: ObjectKey, _ world: RolloutWorld) {
        memories.update(world.object) { $0.watched.insert(key) }
    }

    /// Whether the rollout may change a VirtualService: one of its own namespace, or one whose owner says so.
    ///
    /// Otherwise whoever may make a MeshRollout could divert the traffic of other namespaces with the operator's rights.
    private func isConsented(_ route: RouteObject, _ world: inout RolloutWorld) -> Bool {
        guard route.namespace != world.namespace, route.holder != world.holder else { return true }
        let name = RolloutNames.Annotation.allowedFrom
        let allowed = route.object.annotations[name]?.split(separator: ",") ?? []
        if allowed.contains(where: { ["*", world.namespace].contains($0.filter { $0 != " " }) }) { return true }
        world.refusals.append(
            "VirtualService \(route.object.key) is in another namespace; its owner allows the change by the annotation "
                + "\(name): \(world.namespace)"
        )
        return false
    }

    /// How many delegates of one VirtualService are followed.
    private static let delegateLimit = 64

    /// The VirtualServices that say that the rollout has changed them, as the cache shows them.
    private func heldBy(_ world: RolloutWorld) -> [ObjectKey] {
        stores.virtualServices.objects(MeshRolloutStores.holderIndex, world.holder).map(\.key)
    }

    // MARK: Sides

    private func readSides(_ world: inout RolloutWorld) async throws {
        let kind = world.spec.workloadKind
        let scalers = kind == .deployment || kind == .statefulSet ? try await scalers(world.namespace) : []
        for side in [world.spec.stable, world.spec.canary] {
            if kind == .pods {
                world.states[side.version] = SideState(version: side.version, pods: try await pods(side, &world))
                continue
            }
            var state = SideState(version: side.version, kind: kind)
            let key = ObjectKey(namespace: world.namespace, name: side.name ?? "")
            if let resource = kind.resource, let workload = try await client.find(resource, key) {
                state = SideState(version: side.version, kind: kind, workload: workload)
                state.take(scalers)
            }
            world.states[side.version] = state
        }
        try await readTrouble(&world)
    }

    /// Looks at the pods of a side that is to carry everything again and cannot: only they tell why.
    private func readTrouble(_ world: inout RolloutWorld) async throws {
        let stable = world.stable
        guard world.routeRecord?.record.verdict != nil, stable.readyNow < stable.wanted, stable.isSeen,
            let workload = stable.object
        else { return }
        let labels = LabelSelector(matching: [world.spec.versionLabel: stable.version])
        let selector = workload.tree.value(at: "spec", "selector").flatMap { try? LabelSelector($0) }
        let selection = Selection(namespace: world.namespace, labels: selector ?? labels)
        let template = try await presentTemplate(workload, selection)
        let pods = try await client.list(.pods, selection).objects.filter { pod in
            !pod.isDeleting && template.map { pod.labels[$0.label] == $0.hash } ?? true
        }
        let now = world.now
        let told = [PodTrouble.text(of:), { Self.lasting($0, now: now) }].lazy.flatMap { why in
            pods.sorted { $0.name < $1.name }.lazy.compactMap { pod in why(pod).map { "pod \(pod.name): \($0)" } }
        }
        world.states[stable.version]?.podTrouble = told.first
    }

    /// What the readiness of a pod lacks that has not been ready for a while: on its way up it is not ready either.
    private static func lasting(_ pod: KubeObject, now: Timestamp) -> String? {
        guard let lack = PodTrouble.unreadiness(of: pod), let since = lack.since.flatMap({ Timestamp(rfc3339: $0) }),
            now - since >= unreadyPatience
        else { return nil }
        return lack.text
    }

    /// How long a pod may be on its way up before what its readiness lacks is a cause.
    static let unreadyPatience = Duration.seconds(30)

    /// The label that tells pods of the workload's present template from those of others, and its value; nil where nobody says.
    ///
    /// Of a Deployment it is that of the ReplicaSet with the highest `deployment.kubernetes.io/revision`, which a return to an earlier
    /// template gets as well; of a StatefulSet it is `status.updateRevision` (apps/v1).
    private func presentTemplate(
        _ workload: KubeObject,
        _ selection: Selection
    ) async throws -> (label: String, hash: String)? {
        switch workload.kind.kind {
        case "StatefulSet":
            let hash = workload.tree.value(at: "status", "updateRevision")?.string
            return hash.map { ("controller-revision-hash", $0) }
        case "Deployment":
            let sets = try await replicaSets(selection).filter { $0.controllerReference?.uid == workload.uid }
            func number(_ set: KubeObject) -> Int {
                set.annotations["deployment.kubernetes.io/revision"].flatMap { Int($0) } ?? 0
            }
            let present = sets.max { number($0) < number($1) }
            return present?.labels["pod-template-hash"].map { ("pod-template-hash", $0) }
        default: return nil
        }
    }

    /// The ReplicaSets of a selection; none where they may not be read, since nothing but words depends on them.
    private func replicaSets(_ selection: Selection) async throws -> [KubeObject] {
        do throws(KubeError) {
            return try await client.list(.replicaSets, selection).objects
        } catch {
            guard error.code == .forbidden else { throw error }
            return []
        }
    }

    private func scalers(_ namespace: String) async throws -> [KubeObject] {
        try await client.list(.horizontalPodAutoscalers, .namespace(namespace)).objects
    }

    private func pods(_ side: MeshRolloutSpec.Side, _ world: inout RolloutWorld) async throws -> [KubeObject] {
        let host = side.host.map { HostName($0, namespace: world.namespace) } ?? world.host
        guard let service = host.service else {
            world.refusals.append("host \(host) is no Service of the cluster; its pods cannot be found")
            return []
        }
        let key = ObjectKey(namespace: service.namespace, name: service.name)
        let selector = try await client.find(.services, key)?.tree.value(at: "spec", "selector")?.object
        guard let selector, !selector.isEmpty else {
            memories.update(world.object) { $0.missesService = true }
            world.refusals.append("Service \(key) is not there or selects no pods; kind: Pods finds them by it")
            return []
        }
        var labels: [String: String] = [:]
        for entry in selector.entries { labels[entry.key] = entry.value.string }
        labels[world.spec.versionLabel] = side.version
        let selection = Selection(namespace: service.namespace, labels: LabelSelector(matching: labels))
        return try await client.list(.pods, selection).objects
    }
}

extension MeshRolloutSpec.WorkloadKind {
    /// How workloads of the kind are reached; nil for pods.
    var resource: APIResource? {
        switch self {
        case .deployment: .deployments
        case .statefulSet: .statefulSets
        case .daemonSet: .daemonSets
        case .pods: nil
        }
    }
}
