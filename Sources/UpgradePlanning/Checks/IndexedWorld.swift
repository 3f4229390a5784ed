internal import DataTree
internal import KubeAPI
internal import ManifestRendering

/// An ``UpgradeWorld`` with what several checks look up, worked out once.
struct IndexedWorld: Sendable {
    /// A pod with what checks look at.
    struct Pod: Sendable {
        let key: ObjectKey
        let labels: [String: String]
    }

    /// A PodDisruptionBudget.
    struct Budget: Sendable {
        let id: ResourceID
        let selector: LabelSelector
        let object: KubeObject
    }

    /// A hop with the catalogue's entries on both sides.
    struct Hop: Sendable {
        let from: MeshVersion
        let entry: VersionCatalogue.Entry
    }

    let world: UpgradeWorld
    /// The labels of every pod.
    let labels: [ObjectKey: [String: String]]
    /// The pods of each namespace.
    let pods: [String: [Pod]]
    /// The budgets of each namespace that select something.
    let budgets: [String: [Budget]]
    /// The EnvoyFilters, in order of their names.
    let filters: [EnvoyFilterView]
    /// The hops that lead forward or back, in order.
    let hops: [Hop]

    init(_ world: UpgradeWorld) {
        self.world = world
        var labels = [ObjectKey: [String: String]](minimumCapacity: world.pods.count)
        var pods: [String: [Pod]] = [:]
        for object in world.pods where !object.isDeleting {
            let pod = Pod(key: object.key, labels: object.labels)
            labels[pod.key] = pod.labels
            pods[pod.key.namespace ?? "", default: []].append(pod)
        }
        (self.labels, self.pods) = (labels, pods)
        var budgets: [String: [Budget]] = [:]
        for object in world.budgets where !object.isDeleting {
            // policy/v1: a missing selector selects nothing, an empty one everything.
            guard let tree = object.tree.value(at: "spec", "selector"), !tree.isNull,
                let selector = try? LabelSelector(tree)
            else { continue }
            let budget = Budget(id: ResourceID(object), selector: selector, object: object)
            budgets[object.namespace ?? "", default: []].append(budget)
        }
        self.budgets = budgets
        filters = world.istio.filter { $0.kind.group == "networking.istio.io" && $0.kind.kind == "EnvoyFilter" }
            .map { EnvoyFilterView($0) }.sorted { $0.id.key < $1.id.key }
        hops = world.hops.hops.compactMap { hop in
            guard let from = MeshVersion(hop.from), let entry = world.catalogue.entry(hop.to) else { return nil }
            return Hop(from: from, entry: entry)
        }
    }

    /// The version that runs before the first hop.
    var runningVersion: MeshVersion? { world.hops.from.flatMap { MeshVersion($0) } }

    /// The notes of the minors that a hop passes, the one it leads to included; none on a way back.
    func notes(of hop: Hop) -> [(minor: VersionCatalogue.Minor, note: VersionCatalogue.Note)] {
        var seen: Set<String> = []
        let passed = world.catalogue.entries.filter {
            $0.version.major == hop.from.major && $0.version.minor > hop.from.minor
                && $0.version.minor <= hop.entry.version.minor && seen.insert($0.minor.name).inserted
        }
        return passed.flatMap { entry in entry.minor.notes.map { (entry.minor, $0) } }
    }
}
