internal import KubeAPI
internal import MeshAPI
internal import MeshBase

extension MeshPlanner {
    /// The plan for a mesh whose MeshOperator is being deleted.
    ///
    /// - Parameters:
    ///   - intent: what was asked for, as far as it can be read.
    ///   - blueprint: the objects of the mesh, where they can still be rendered; they give the order, and tell which of those without
    ///     marks go.
    /// - Returns: the next deletions; the stage `removed` once nothing is left.
    package func teardown(intent: MeshIntent, blueprint: MeshBlueprint?) -> MeshPlan {
        if intent.wishes.contains(.paused) { return MeshPlan(stage: .paused) }
        // What lost its marks goes where it has a name that the mesh uses; elsewhere it may be a copy that somebody made. Where no names
        // are known all of it goes: a webhook that outlives its control plane keeps pods from being made.
        let named = blueprint.map { Set($0.objects.map { ResourceID($0) }) }
        let left = named.map { observation.strays.subtracting($0) } ?? []
        let doomed = observation.ours(manager: Self.manager).filter {
            !left.contains(ResourceID($0)) && isDoomed($0, intent)
                && observation.marks.isMade($0, manager: Self.manager)
        }
        if observation.usage.isInUse, !intent.wishes.contains(.removeWhileInUse), !doomed.isEmpty {
            var plan = MeshPlan(stage: .inUse(observation.usage.claim))
            plan.lookAgain = now.advanced(by: .seconds(60))
            return plan
        }
        if observation.isUsageUnknown, !intent.wishes.contains(.removeWhileInUse), !doomed.isEmpty {
            let users = "pods or namespaces, which the operator is not allowed to read, may still use"
            var plan = MeshPlan(stage: .inUse(users))
            plan.lookAgain = now.advanced(by: .seconds(60))
            return plan
        }
        let order = blueprint.map { TeardownOrder($0) } ?? TeardownOrder(phases: [:])
        guard let wave = order.firstWave(of: doomed) else {
            return MeshPlan(stage: .removed)
        }
        let held = wave.lazy.filter(\.isDeleting).compactMap { object in
            ObjectReadiness.holders(of: object).map {
                "\(ResourceID(object)) to be gone, held by \($0): it goes once \(ObjectReadiness.release)"
            }
        }
        var plan = MeshPlan(stage: .removing("waiting for \(held.first ?? "\(ResourceID(wave[0])) to be gone")"))
        plan.steps = wave.filter { !$0.isDeleting && !observation.refused.contains(ResourceID($0)) }
            .map { .delete($0) }
        return plan
    }

    /// Whether `object` is one of ours that goes with the mesh.
    func removes(_ object: KubeObject, for intent: MeshIntent?) -> Bool {
        guard let intent, !intent.wishes.contains(.paused) else { return false }
        return observation.marks.isMade(object, manager: Self.manager) && isDoomed(object, intent)
    }

    private func isDoomed(_ object: KubeObject, _ intent: MeshIntent) -> Bool {
        guard object.annotations[MeshNames.Annotation.ignore] != "true" else { return false }
        return switch OwnedKind.of(ResourceID(object))?.removal {
        case .always: true
        case .onRequest: intent.wishes.contains(.removeDefinitions) && observation.otherOwners.isEmpty
        case .never, nil: false
        }
    }
}
