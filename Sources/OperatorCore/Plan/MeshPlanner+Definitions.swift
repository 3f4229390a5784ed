internal import KubeAPI
internal import ManifestRendering
internal import MeshAPI
internal import UpgradePlanning

extension MeshPlanner {
    /// CustomResourceDefinitions that some MeshOperator made serve all of them.
    func isSharedDefinition(_ live: KubeObject) -> Bool {
        guard live.kind.kind == "CustomResourceDefinition" else { return false }
        if case .otherOwner = observation.marks.verdict(on: live, manager: Self.manager) { return true }
        return false
    }

    /// Whether a definition that no MeshOperator made does as well as `desired`: who applied it, such as Helm or istioctl, keeps it.
    func isLent(_ live: KubeObject, for desired: KubeObject) -> Bool {
        guard let present = DefinitionService(live), let wanted = DefinitionService(desired),
            present.does(for: wanted)
        else { return false }
        return observation.marks.verdict(on: live, manager: Self.manager) == .unmarked
    }

    /// The definitions of `blueprint` that others made and keep; none where everything is to be taken over.
    func lentDefinitions(_ blueprint: MeshBlueprint, _ intent: MeshIntent) -> [ResourceID] {
        guard !intent.wishes.contains(.adopt) else { return [] }
        return blueprint.objects.compactMap { desired in
            let id = ResourceID(desired)
            guard let live = observation.live[id], !isHandsOff(live), isLent(live, for: desired) else { return nil }
            return id
        }.sorted()
    }

    /// Whether an object bears the annotation that keeps the operator's hands off it.
    func isHandsOff(_ live: KubeObject) -> Bool {
        live.annotations[MeshNames.Annotation.ignore] == "true"
    }
}
