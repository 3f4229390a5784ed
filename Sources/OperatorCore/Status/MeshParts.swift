internal import DataTree
internal import KubeAPI
internal import MeshAPI

/// How the parts of a mesh stand.
struct MeshParts {
    /// The objects of the mesh.
    let blueprint: MeshBlueprint
    /// The plan made last.
    let plan: MeshPlan
    /// How things stand.
    let observation: MeshObservation

    /// One entry per component, in the order of their first objects.
    var components: [MeshOperatorStatus.Component] { judged.components }

    /// The components of which nothing worse is to be said than that an object is not there.
    var absent: Set<String> { judged.absent }

    private var judged: (components: [MeshOperatorStatus.Component], absent: Set<String>) {
        var names: [String] = []
        var problems: [String: String] = [:]
        var absent: Set<String> = []
        for object in blueprint.objects {
            let id = ResourceID(object)
            guard let name = blueprint.components[id] else { continue }
            if !names.contains(name) { names.append(name) }
            guard problems[name] == nil else { continue }
            switch plan.readiness[id] {
            case .ready?: break
            case .waiting?: problems[name] = "\(id) is not ready yet" + trouble(of: id)
            case .failed(let why)?: problems[name] = why + trouble(of: id)
            case nil:
                guard let live = observation.live[id] else {
                    problems[name] = "\(id) is not there yet"
                    absent.insert(name)
                    continue
                }
                if !isOurs(live) { problems[name] = "\(id) belongs to somebody else" }
            }
        }
        let components = names.map { name in
            let problem = problems[name]
            return MeshOperatorStatus.Component(name: name, ready: problem == nil, message: problem ?? "")
        }
        return (components, absent)
    }

    private func isOurs(_ live: KubeObject) -> Bool {
        observation.marks.verdict(on: live, manager: MeshPlanner.manager) == .ours
    }

    private func trouble(of id: ResourceID) -> String { observation.troubles[id].map { ": \($0)" } ?? "" }

    /// One entry per Service of a gateway.
    func gateways(revision: String) -> [MeshOperatorStatus.Gateway] {
        blueprint.objects.compactMap { object in
            let id = ResourceID(object)
            guard object.kind == .service, let component = blueprint.components[id],
                component.hasPrefix("ingressGateways") || component.hasPrefix("egressGateways"),
                let live = observation.live[id], isOurs(live)
            else { return nil }
            return MeshOperatorStatus.Gateway(
                name: object.name,
                namespace: object.namespace ?? "",
                revision: revision,
                address: Self.address(of: live)
            )
        }
    }

    /// The one revision that runs.
    func revision(_ name: String, version: String) -> MeshOperatorStatus.Revision {
        var revision = MeshOperatorStatus.Revision()
        revision.name = name
        revision.version = version
        revision.ready = controlPlane.allSatisfy(\.isReady)
        revision.proxies = observation.usage.pods.count
        revision.weight = 100
        revision.inUse = observation.usage.isInUse
        return revision
    }

    /// The workloads of the control plane that the mesh uses; that of a revision being rolled out is looked at apart.
    private var controlPlanes: [ResourceID] {
        blueprint.objects.filter { $0.kind == .deployment }.map { ResourceID($0) }.filter { id in
            blueprint.components[id]?.hasPrefix("pilot") == true && blueprint.groups[id] == nil
        }
    }

    /// The readiness of the workloads of the control plane that the mesh uses.
    var controlPlane: [ObjectReadiness] {
        controlPlanes.map { plan.readiness[$0] ?? .waiting("\($0) is not there yet") }
    }

    /// Whether each control plane that the mesh uses has a pod that injects, be the others still replaced.
    var injectors: [ObjectReadiness] {
        controlPlanes.map { id in
            guard let live = observation.live[id] else { return .waiting("\(id) is not there") }
            if live.tree.value(at: "status", "availableReplicas")?.integer ?? 0 > 0 { return .ready }
            return plan.readiness[id] ?? ObjectReadiness.of(live)
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
}
