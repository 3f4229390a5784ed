internal import DataTree
internal import KubeAPI
internal import ManifestRendering
internal import MeshAPI
internal import UpgradePlanning

/// What was read of a cluster; empty where none was read.
struct Survey: Sendable {
    /// A control plane that was found.
    struct ControlPlane: Sendable, Hashable {
        let revision: String
        let version: String
        /// The version that the hop to it came from, as the operator wrote it down.
        let left: String?
    }

    /// The Kubernetes version.
    var kubernetes: String?
    /// The annotations of the MeshOperator in the cluster.
    var annotations: [String: String] = [:]
    /// What the operator last said of the mesh.
    var status: MeshOperatorStatus?
    /// The control planes.
    var controlPlanes: [ControlPlane] = []
    /// What was found of namespaces, pods and the rest.
    var namespaces: [KubeObject] = []
    var pods: [KubeObject] = []
    var owners: [ResourceID: KubeObject] = [:]
    var budgets: [KubeObject] = []
    var autoscalers: [KubeObject] = []
    var istio: [KubeObject] = []
    /// What each revision tag of a MeshOperator points to.
    var tags: [String: String] = [:]
    /// What each revision tag of others points to.
    var foreignTags: [String: String] = [:]
    /// What was not looked at, and why.
    var notes: [String] = []

    /// Takes in an object of the cluster, keeping of it what plans look at; objects of other kinds are passed over.
    ///
    /// `mesh` is the name of the MeshOperator whose status and annotations count.
    mutating func add(_ object: KubeObject, mesh: String) {
        let kind = object.kind
        switch (kind.group, kind.kind) {
        case ("", "Namespace"): namespaces.append(KubeObject(kind: kind, key: object.key, labels: object.labels))
        case ("", "Pod"): pods.append(SidecarPod.trimmed(object))
        case ("apps", "Deployment"), ("apps", "StatefulSet"), ("apps", "DaemonSet"), ("argoproj.io", "Rollout"):
            let owner = OwnerProjection.trimmed(object)
            owners[ResourceID(owner)] = owner
            if let plane = OwnerProjection.controlPlane(owner) { controlPlanes.append(plane) }
        case ("policy", "PodDisruptionBudget"): budgets.append(object)
        case ("autoscaling", "HorizontalPodAutoscaler"): autoscalers.append(object)
        case ("admissionregistration.k8s.io", "MutatingWebhookConfiguration"):
            guard let tag = object.labels[MeshNames.Label.tag] else { return }
            let revision = object.labels[MeshNames.Label.revision] ?? "default"
            if object.labels[MeshNames.Label.owner] == nil { foreignTags[tag] = revision } else { tags[tag] = revision }
        case (MeshNames.group, MeshNames.kind.kind) where object.name == mesh:
            annotations = object.annotations
            status = MeshOperatorStatus(lenient: object.tree["status"] ?? .null)
        default: if IstioKinds.groups.contains(kind.group) { istio.append(object) }
        }
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

    /// Puts everything into a world.
    func fill(_ world: inout UpgradeWorld) {
        world.namespaces = namespaces
        world.foreignTags = foreignTags.filter { tags[$0.key] == nil }
        world.pods = pods
        world.owners = owners
        world.budgets = budgets
        world.autoscalers = autoscalers
        world.istio = istio
        world.inventory = WorkloadInventory(
            pods: pods,
            owners: owners,
            namespaces: namespaces,
            choice: RevisionChoice(tags: tags),
            rules: InjectionRules(values: world.spec.values),
            isOwn: { pod in owners[WorkloadInventory.owner(of: pod)].map(Self.isOwn) ?? false }
        )
        world.gateways = owners.values.filter { Self.isGateway($0) }
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
