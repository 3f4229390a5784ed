internal import DataTree
package import KubeAPI
package import MeshAPI
package import MeshBase

/// Writes down how a mesh stands: a function of what was planned and done.
package struct MeshStatusDraft: Sendable {
    /// The type of the condition that names fields others keep.
    package static let fieldConflict = "FieldConflict"

    /// The MeshOperator, with the status it has.
    package let resource: KubeObject
    /// The plan made last.
    package let plan: MeshPlan
    /// What is asked for, nil where it cannot be read.
    package let intent: MeshIntent?
    /// The objects of the mesh, nil where there are none.
    package var blueprint: MeshBlueprint?
    /// How things stand.
    package let observation: MeshObservation
    /// What was refused.
    package var failures: [StepFailure] = []
    /// Whether something was changed on purpose since the status was written last.
    package var isChanging = false
    /// The time.
    package let now: Timestamp

    /// Describes what happened.
    package init(
        resource: KubeObject,
        plan: MeshPlan,
        intent: MeshIntent?,
        observation: MeshObservation,
        now: Timestamp
    ) {
        self.resource = resource
        self.plan = plan
        self.intent = intent
        self.observation = observation
        self.now = now
    }

    /// The status as it was.
    var previous: MeshOperatorStatus { MeshOperatorStatus(lenient: resource.tree["status"] ?? .null) }

    var generation: Int64 { resource.generation ?? 0 }

    /// The status to show.
    package func status() -> MeshOperatorStatus {
        var status = previous
        status.observedGeneration = generation
        status.phase = phase
        if let intent {
            status.targetVersion = intent.version
            status.targetRevision = intent.revision
        }
        if let blueprint, let intent {
            status.components = components(blueprint)
            status.gateways = gateways(blueprint, intent)
            let others = otherVersions(than: intent.version)
            status.version = others.first ?? (plan.stage == .settled ? intent.version : status.version)
            if plan.stage == .settled { status.revision = intent.revision }
            status.revisions = revisions(blueprint, intent, running: status.version)
            let proxies = observation.usage.pods.count
            status.proxies = "\(proxies)/\(proxies)"
            status.plan = wayAhead(intent)
        }
        setConditions(&status)
        return status
    }

    /// Where the mesh stands in its life.
    private var phase: MeshPhase {
        switch plan.stage {
        case .invalid, .refused, .notOwned: return .failed
        case .paused: return .paused
        case .removing, .removed, .inUse: return .deleting
        case .settled: return failures.isEmpty ? .ready : .degraded
        case .working, .stuck: break
        }
        if previous.version == nil { return .installing }
        if let intent, !otherVersions(than: intent.version).isEmpty || previous.version != intent.version {
            return .upgrading
        }
        switch previous.phase {
        case .upgrading?: return .upgrading
        case .updating?: return .updating
        case .installing?: return .installing
        default: return isChanging || previous.observedGeneration != generation ? .updating : .degraded
        }
    }

    func otherVersions(than target: String) -> [String] {
        observation.installedVersions(manager: MeshPlanner.manager).filter { $0 != target }
    }

    private func wayAhead(_ intent: MeshIntent) -> MeshOperatorStatus.Plan? {
        guard case .working(let awaited) = plan.stage else { return nil }
        var way = MeshOperatorStatus.Plan()
        way.hops = [intent.version]
        way.waitingFor = awaited
        return way
    }

    // MARK: Parts

    private func components(_ blueprint: MeshBlueprint) -> [MeshOperatorStatus.Component] {
        var names: [String] = []
        var problems: [String: String] = [:]
        for object in blueprint.objects {
            let id = ResourceID(object)
            guard let name = blueprint.components[id] else { continue }
            if !names.contains(name) { names.append(name) }
            guard problems[name] == nil else { continue }
            switch plan.readiness[id] {
            case .ready?: break
            case .waiting?: problems[name] = "\(id) is not ready yet"
            case .failed(let why)?: problems[name] = why
            case nil: problems[name] = observation.live[id] == nil ? "\(id) is not there yet" : nil
            }
        }
        return names.map { .init(name: $0, ready: problems[$0] == nil, message: problems[$0] ?? "") }
    }

    private func gateways(_ blueprint: MeshBlueprint, _ intent: MeshIntent) -> [MeshOperatorStatus.Gateway] {
        blueprint.objects.compactMap { object in
            let id = ResourceID(object)
            guard object.kind == .service, let component = blueprint.components[id],
                component.hasPrefix("ingressGateways") || component.hasPrefix("egressGateways"),
                let live = observation.live[id]
            else { return nil }
            return MeshOperatorStatus.Gateway(
                name: object.name,
                namespace: object.namespace ?? "",
                revision: intent.revision,
                address: Self.address(of: live)
            )
        }
    }

    private static func address(of service: KubeObject) -> String {
        let ingress = service.tree.value(at: "status", "loadBalancer", "ingress")?[0]
        if let outside = ingress?["ip"]?.string ?? ingress?["hostname"]?.string { return outside }
        let spec = service.tree["spec"]
        if spec?["type"]?.string == "LoadBalancer" { return "<pending>" }
        let inside = spec?["clusterIP"]?.string ?? ""
        return inside.isEmpty || inside == "None" ? "<none>" : inside
    }

    private func revisions(
        _ blueprint: MeshBlueprint,
        _ intent: MeshIntent,
        running: String?
    ) -> [MeshOperatorStatus.Revision] {
        guard let version = running ?? (plan.readiness.isEmpty ? nil : intent.version) else { return [] }
        var revision = MeshOperatorStatus.Revision()
        revision.name = intent.revision
        revision.version = version
        revision.ready = controlPlane(blueprint).allSatisfy(\.isReady)
        revision.proxies = observation.usage.pods.count
        revision.weight = 100
        revision.inUse = observation.usage.isInUse
        return [revision]
    }

    /// The readiness of the control plane's workloads.
    func controlPlane(_ blueprint: MeshBlueprint) -> [ObjectReadiness] {
        blueprint.objects.compactMap { object in
            let id = ResourceID(object)
            guard object.kind == .deployment, blueprint.components[id]?.hasPrefix("pilot") == true else { return nil }
            return plan.readiness[id] ?? .waiting("\(id) is not there yet")
        }
    }
}
