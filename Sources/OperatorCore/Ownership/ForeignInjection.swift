internal import KubeAPI
internal import ManifestRendering
internal import MeshAPI

/// Who injects the pods of a mesh and is no MeshOperator.
struct ForeignInjection {
    private let observation: MeshObservation
    private let blueprint: MeshBlueprint

    /// Looks at the injection webhooks that there are.
    init(_ observation: MeshObservation, _ blueprint: MeshBlueprint) {
        (self.observation, self.blueprint) = (observation, blueprint)
    }

    private var ours: [KubeObject] { observation.ours(manager: MeshPlanner.manager) }

    /// Whether the mesh is there already, with a control plane or a webhook.
    var isInstalled: Bool {
        ours.contains { ControlPlaneRevision.isControlPlane($0) || !InjectionEntry.all(of: $0).isEmpty }
    }

    /// Pods that the mesh would inject and a webhook injects that no MeshOperator made, as one that Helm or istioctl installed; one entry
    /// for each webhook of theirs.
    ///
    /// One that calls a control plane of ours is none: it was made by `istioctl tag set`, or stayed from what was taken over.
    var webhooks: [TakenName] {
        guard !observation.injectors.isEmpty else { return [] }
        let names = Set(blueprint.objects.map { ResourceID($0) })
        let strangers = observation.injectors.filter {
            !names.contains(ResourceID($0)) && !observation.strays.contains(ResourceID($0))
        }
        guard !strangers.isEmpty else { return [] }
        let own = (blueprint.objects + ours).filter { $0.kind == .mutatingWebhookConfiguration }
        let services = Set(own.flatMap(InjectionEntry.services))
        let desired = blueprint.objects.flatMap(InjectionEntry.all)
        return strangers.compactMap { stranger in
            guard InjectionEntry.services(of: stranger).isDisjoint(with: services) else { return nil }
            var pods: [String] = []
            for entry in InjectionEntry.all(of: stranger) {
                for own in desired {
                    if let shared = own.shared(with: entry), !pods.contains(shared) { pods.append(shared) }
                }
            }
            guard !pods.isEmpty else { return nil }
            let id = ResourceID(stranger)
            let text = "\(id), which no MeshOperator made, injects sidecars into \(pods.joined(separator: ", "))"
            return TakenName(id: id, text: text, holder: .nobody, isForeignInjector: true)
        }
    }
}
