internal import DataTree
internal import KubeAPI
internal import MeshAPI

/// How a mesh stands that is not worked on, since writes are held or its spec is refused: what was applied before, as it is now.
///
/// What the spec asks for need not be known for that.
struct StandingMesh {
    /// Something that does not do its part.
    struct Problem: Sendable, Hashable {
        /// The object; it may be gone.
        let id: ResourceID
        /// What is wrong with it, beginning with its name.
        let text: String
        /// Whether it is wrong for sure, and not only on its way up.
        let isCertain: Bool
    }

    /// How things stand.
    let observation: MeshObservation
    /// The status as it was: what the mesh consists of.
    let previous: MeshOperatorStatus
    /// Problems, those of objects that are there first.
    let problems: [Problem]
    /// The parts of objects that are expected, whoever has seen them.
    private let expected: [ResourceID: String]

    /// Looks at a mesh; `asked` are objects that are asked for and not there, as far as that is known.
    init(_ observation: MeshObservation, previous: MeshOperatorStatus, asked: Set<ResourceID> = []) {
        self.observation = observation
        self.previous = previous
        let ours = observation.ours(manager: MeshPlanner.manager)
        let parts = ExpectedObjects(ours, observation, previous: previous).parts
        expected = Dictionary(parts.map { ($0.id, $0.component) }) { first, _ in first }
        let gone = Self.gone(ours, observation, previous, asked, parts.map(\.id)).map { id in
            Problem(id: id, text: "\(id) is gone", isCertain: true)
        }
        problems = ours.compactMap { Self.problem($0, observation) } + gone
    }

    /// Looks at what was applied before, where nothing else can be told of; nil where the mesh is worked on.
    init?(of draft: MeshStatusDraft) {
        guard draft.plan.stage.isStanding else { return nil }
        self.init(draft.observation, previous: draft.previous)
    }

    /// What is said beside why nothing is applied; empty where all does its part.
    var note: String { broken.map { "; and by now \($0)" } ?? "" }

    /// What is told first; nil where all does its part.
    var broken: String? { problems.first?.text }

    /// Whether nothing of the mesh is there.
    var isEmpty: Bool { observation.ours(manager: MeshPlanner.manager).isEmpty }

    /// The components that the status shows, as they are now.
    var components: [MeshOperatorStatus.Component] {
        var found: [String: String] = [:]
        for problem in problems {
            guard let name = component(of: problem.id), found[name] == nil else { continue }
            found[name] = problem.text
        }
        return previous.components.map {
            .init(name: $0.name, ready: found[$0.name] == nil, message: found[$0.name] ?? "")
        }
    }

    /// Whether new pods get a sidecar.
    var injection: InjectionReadiness {
        let ours = observation.ours(manager: MeshPlanner.manager)
        let injectors = Self.expectedControlPlanes(ours, previous).map { id -> ObjectReadiness in
            guard let live = observation.live[id] else { return .waiting("\(id) is not there") }
            if live.tree.value(at: "status", "availableReplicas")?.integer ?? 0 > 0 { return .ready }
            return ObjectReadiness.of(live)
        }
        return InjectionReadiness.of(ours, controlPlane: injectors) { id in
            observation.live[id] == nil && (expected[id] != nil || observation.known.contains(id))
        }
    }

    private func component(of id: ResourceID) -> String? {
        if let known = observation.parts[id] ?? expected[id] { return known }
        let names = previous.components.map(\.name)
        let label = observation.live[id]?.labels[MeshNames.Label.component]
        if let label, names.contains(label) { return label }
        // `ingressGateways/NAME`, whose objects are called NAME, or NAME and the revision.
        let part = names.filter { label.map($0.hasPrefix) ?? true }.first { name in
            guard let slash = name.lastIndex(of: "/") else { return false }
            let own = name[name.index(after: slash)...]
            return id.key.name == own || label != nil && id.key.name.hasPrefix(own + "-")
        }
        if let part { return part }
        return id.kind == "Deployment" && label == nil ? names.first { $0 == "pilot" } : nil
    }

    // MARK: What is wrong

    private static func problem(_ object: KubeObject, _ observation: MeshObservation) -> Problem? {
        let id = ResourceID(object)
        let cause = observation.troubles[id].map { ": \($0)" } ?? ""
        switch ObjectReadiness.of(object) {
        case .ready:
            guard ControlPlaneRevision.isControlPlane(object),
                object.tree.value(at: "spec", "replicas")?.integer == 0
            else { return nil }
            return Problem(id: id, text: "\(id) has 0 replicas, so the mesh has no control plane", isCertain: true)
        case .waiting(let what): return Problem(id: id, text: what + cause, isCertain: !cause.isEmpty)
        case .failed(let what): return Problem(id: id, text: what + cause, isCertain: true)
        }
    }

    /// Objects that were there and are asked for, or without which traffic suffers: those that this process has seen, Services of
    /// gateways, the control planes that webhooks call, and what belongs to parts of the mesh that are there otherwise.
    private static func gone(
        _ ours: [KubeObject],
        _ observation: MeshObservation,
        _ previous: MeshOperatorStatus,
        _ asked: Set<ResourceID>,
        _ expected: [ResourceID]
    ) -> [ResourceID] {
        let services = previous.gateways.map { gateway in
            ResourceID(group: "", kind: "Service", key: ObjectKey(namespace: gateway.namespace, name: gateway.name))
        }
        let kinds: Set = ["Deployment", "DaemonSet", "Service", "MutatingWebhookConfiguration"]
        let known = observation.known.filter { kinds.contains($0.kind) || asked.contains($0) }.sorted()
        var seen: Set<ResourceID> = []
        return (known + services + expectedControlPlanes(ours, previous) + expected).filter {
            observation.live[$0] == nil && seen.insert($0).inserted
        }
    }

    /// The Deployments that stand behind the Services which injection webhooks call; none where the mesh has no control plane of its
    /// own, as with an external one, whose Service selects no pods.
    private static func expectedControlPlanes(_ ours: [KubeObject], _ previous: MeshOperatorStatus) -> [ResourceID] {
        guard previous.components.contains(where: { $0.name.hasPrefix("pilot") }) else { return [] }
        var result: Set<ResourceID> = []
        for webhook in ours where webhook.kind.kind == "MutatingWebhookConfiguration" {
            for entry in webhook.tree["webhooks"]?.array ?? [] {
                let service = entry["clientConfig"]?["service"]
                guard let name = service?["name"]?.string, let namespace = service?["namespace"]?.string else {
                    continue
                }
                let key = ObjectKey(namespace: namespace, name: name)
                let front = ours.first { $0.kind == .service && $0.key == key }
                guard front?.tree.value(at: "spec", "selector")?.object?.isEmpty == false else { continue }
                result.insert(ResourceID(group: "apps", kind: "Deployment", key: key))
            }
        }
        return result.sorted()
    }
}

extension MeshPlan.Stage {
    /// Whether the mesh stays as it is, and what was rendered before is all that can be told of.
    var isStanding: Bool {
        switch self {
        case .invalid, .refused, .notOwned, .paused, .inUse: true
        case .working, .stuck, .settled, .removing, .removed: false
        }
    }

    /// Whether the removal waits until nobody uses the mesh any more.
    var isInUse: Bool {
        if case .inUse = self { true } else { false }
    }
}

extension MeshOperatorStatus {
    /// Leaves out the rollout that was over before the spec came to be refused, and the revisions that went with it.
    mutating func leaveOut(_ survey: RevisionSurvey) {
        guard survey.underWay == nil, survey.stable != nil, survey.stable?.marks.failure == nil else { return }
        revisions.removeAll { survey[$0.name] == nil }
        if plan?.progress.target != nil { plan = nil }
    }
}
