internal import DataTree
internal import KubeAPI
internal import ManifestRendering
internal import MeshAPI
internal import UpgradePlanning

/// What was read of a cluster; empty where none was read.
struct Survey: Sendable {
    /// Whose something is, the nearest first.
    enum Holder: Int, Sendable, Hashable, Comparable {
        /// The MeshOperator's that is planned for.
        case mesh
        /// No MeshOperator's.
        case nobody
        /// Another MeshOperator's.
        case other

        static func < (left: Holder, right: Holder) -> Bool { left.rawValue < right.rawValue }
    }

    /// An injection webhook that was found, with the revision it leads to, and the tag it is of.
    private struct Injector {
        let revision: String
        let tag: String?
        let holder: Holder
    }

    /// A control plane that was found.
    struct ControlPlane: Sendable, Hashable {
        let revision: String
        let version: String
        /// The version that the hop to it came from, as the operator wrote it down.
        let left: String?
        /// Whether a rollout has made it the stable one, and given it its name.
        let isPromoted: Bool
        let holder: Holder
    }

    /// The name of the MeshOperator; empty where it has none.
    let mesh: String
    /// The Kubernetes version.
    var kubernetes: String?
    /// The annotations of the MeshOperator in the cluster.
    var annotations: [String: String] = [:]
    /// What the operator last said of the mesh.
    var status: MeshOperatorStatus?
    /// All control planes, those of other meshes too.
    private var planes: [ControlPlane] = []
    private var injectors: [Injector] = []
    /// What was found of namespaces, pods and the rest.
    var namespaces: [KubeObject] = []
    var pods: [KubeObject] = []
    var owners: [ResourceID: KubeObject] = [:]
    var budgets: [KubeObject] = []
    var autoscalers: [KubeObject] = []
    var istio: [KubeObject] = []
    /// What was not looked at, and why.
    var notes: [String] = []

    /// Knows nothing yet of what there is for the MeshOperator of a name.
    init(mesh: String = "") { self.mesh = mesh }

    /// Takes in an object of the cluster, keeping of it what plans look at; objects of other kinds are passed over.
    mutating func add(_ object: KubeObject) {
        let kind = object.kind
        switch (kind.group, kind.kind) {
        case ("", "Namespace"): namespaces.append(KubeObject(kind: kind, key: object.key, labels: object.labels))
        case ("", "Pod"): pods.append(SidecarPod.trimmed(object))
        case ("apps", "Deployment"), ("apps", "StatefulSet"), ("apps", "DaemonSet"), ("argoproj.io", "Rollout"):
            let owner = OwnerProjection.trimmed(object)
            owners[ResourceID(owner)] = owner
            if let plane = OwnerProjection.controlPlane(owner, of: holder(of: owner)) { planes.append(plane) }
        case ("policy", "PodDisruptionBudget"): budgets.append(object)
        case ("autoscaling", "HorizontalPodAutoscaler"): autoscalers.append(object)
        case ("admissionregistration.k8s.io", "MutatingWebhookConfiguration"):
            let (revision, tag) = (object.labels[MeshNames.Label.revision], object.labels[MeshNames.Label.tag])
            guard revision != nil || tag != nil else { return }
            injectors.append(Injector(revision: revision ?? "default", tag: tag, holder: holder(of: object)))
        case (MeshNames.group, MeshNames.kind.kind) where object.name == mesh:
            annotations = object.annotations
            status = MeshOperatorStatus(lenient: object.tree["status"] ?? .null)
        default: if IstioKinds.groups.contains(kind.group) { istio.append(object) }
        }
    }

    // MARK: Whose is what

    private func holder(of object: KubeObject) -> Holder {
        guard let owner = object.labels[MeshNames.Label.owner] else { return .nobody }
        return mesh.isEmpty || owner == mesh ? .mesh : .other
    }

    /// Whose control planes are planned for: the MeshOperator's; where it has none those that nobody marked, which it would take over; else
    /// all there are.
    private var nearest: Holder { planes.map(\.holder).min() ?? .other }

    /// The control planes of the mesh.
    var controlPlanes: [ControlPlane] { planes.filter { $0.holder == nearest } }

    /// What each revision tag of the mesh points to.
    var tags: [String: String] {
        tags { $0 == .mesh || $0 == .other && nearest == .other }
    }

    /// What each revision tag of others points to.
    var foreignTags: [String: String] {
        let own = tags
        return tags { _ in true }.filter { own[$0.key] == nil }
    }

    private func tags(of isMeant: (Holder) -> Bool) -> [String: String] {
        let pairs = injectors.filter { isMeant($0.holder) }.compactMap { found in found.tag.map { ($0, found.revision) }
        }
        return Dictionary(pairs) { _, last in last }
    }

    /// The names of revisions and tags of other meshes, without tags that lead to a revision of this one.
    private var others: Set<String> {
        let own = Set(controlPlanes.map(\.revision))
        func names(_ isMeant: (Holder) -> Bool) -> Set<String> {
            let planes = planes.filter { isMeant($0.holder) && $0.holder != .nobody }
            return Set(injectors.filter { isMeant($0.holder) }.map { $0.tag ?? $0.revision } + planes.map(\.revision))
        }
        let tags = foreignTags
        return names { $0 > nearest }.subtracting(names { $0 <= nearest }).subtracting(own)
            .filter { name in tags[name].map { !own.contains($0) } ?? true }
    }

    /// The versions that run, the hop under way, and the one that the last hop came from while its control plane is there.
    func situation(day: String, running: [String]? = nil, over base: HopSituation? = nil) -> HopSituation {
        var situation = base ?? HopSituation(day: day)
        if let running {
            situation.running = running
            (situation.underWay, situation.justLeft) = (nil, nil)
            return situation
        }
        situation.kubernetes = kubernetes
        let controlPlanes = controlPlanes.sorted { ($0.revision, $0.version) < ($1.revision, $1.version) }
        let stable = status?.revision.flatMap { name in controlPlanes.first { $0.revision == name } }
        let current = stable?.version
        let target = status?.targetRevision.flatMap { name in controlPlanes.first { $0.revision == name }?.version }
        if let current {
            let isMoving = target != nil && target != current
            situation.running = [current] + (isMoving ? [target].compactMap(\.self) : [])
            situation.underWay = isMoving ? target : nil
            situation.justLeft = stable?.left.flatMap { left in controlPlanes.map(\.version).first { $0 == left } }
        } else {
            situation.running = controlPlanes.map(\.version)
        }
        return situation
    }

    /// What the cluster shows of revisions; where no MeshOperator tells which is the stable one, the one of the version planned from.
    func revisions(of world: UpgradeWorld) -> RevisionSituation {
        var situation = RevisionSituation()
        for plane in controlPlanes { situation.revisions[plane.revision] = plane.version }
        situation.tags = Set(tags.keys)
        let told = status?.revision.flatMap { situation.revisions[$0] == nil ? nil : $0 }
        situation.stable =
            told ?? controlPlanes.filter { $0.version == world.hops.from }.map(\.revision).min()
        return situation
    }

    /// What comes of a `spec.revision` that names another revision than the one that runs, where no hop leads to it; nil where it does not.
    func renaming(_ world: UpgradeWorld) -> String? {
        let (spec, name) = (world.spec, revisions(of: world).stable)
        let asked = spec.revision ?? "default"
        guard world.hops.direction == .settled || spec.upgrade.strategy == .inPlace, asked != name, let name,
            let stable = controlPlanes.first(where: { $0.revision == name }),
            situation(day: "").underWay == nil
        else { return nil }
        if stable.isPromoted {
            if spec.revision == nil { return nil }
            return
                "spec.revision: \(asked) names the revision of the next canary upgrade; until then \(name) stays, which an upgrade has made"
        }
        return
            "spec.revision: revision \(asked) is made at once, without steps, and \(name) stays while anything uses it; "
            + "nothing is moved: relabel the namespaces and restart what runs there"
    }

    /// Puts everything into a world.
    func fill(_ world: inout UpgradeWorld) {
        world.namespaces = namespaces
        world.foreignTags = foreignTags
        world.others = others
        world.pods = pods
        world.owners = owners
        world.budgets = budgets
        world.autoscalers = autoscalers
        world.istio = istio
        let own = Set(owners.filter { Self.isOwn($0.value) }.keys)
        let places = Set(own.map { $0.key.namespace ?? "" })
        world.inventory = WorkloadInventory(
            pods: pods,
            owners: owners,
            namespaces: namespaces,
            choice: RevisionChoice(tags: tags),
            rules: InjectionRules(values: world.spec.values),
            others: world.others,
            isOwn: { pod in
                places.contains(pod.namespace ?? "") && own.contains(WorkloadInventory.owner(of: pod))
            }
        )
        world.gateways = owners.values.filter { Self.isGateway($0) && holder(of: $0) <= max(nearest, .nobody) }
        world.revision = revisions(of: world).stable
    }

    /// Whether a workload belongs to the mesh itself.
    static func isOwn(_ owner: KubeObject) -> Bool {
        owner.label(MeshNames.Label.owner) != nil || owner.label("operator.istio.io/component") != nil
            || owner.label("app") == "istiod"
    }

    private static func isGateway(_ owner: KubeObject) -> Bool {
        guard owner.kind.kind == "Deployment" else { return false }
        let component = owner.label(MeshNames.Label.component) ?? owner.label("operator.istio.io/component") ?? ""
        return component.lowercased().hasSuffix("gateways")
    }
}
