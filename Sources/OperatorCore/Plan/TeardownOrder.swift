package import KubeAPI

/// The order in which the objects of a mesh are deleted.
package struct TeardownOrder: Sendable {
    /// The phase in which each object was applied, where it is known.
    package let phases: [ResourceID: Int]

    /// Makes an order.
    package init(phases: [ResourceID: Int]) {
        self.phases = phases
    }

    /// Makes the order for a mesh whose objects were applied as `blueprint` has it.
    package init(_ blueprint: MeshBlueprint) {
        var phases: [ResourceID: Int] = [:]
        for (number, phase) in blueprint.phases.enumerated() {
            for object in phase { phases[ResourceID(object)] = number }
        }
        self.phases = phases
    }

    /// The objects that go before all others, nil when none is left.
    ///
    /// Webhooks go first, so that nothing asks a control plane that is on its way out; then what no phase knows, then the
    /// phases in reverse. Within a phase what runs goes before what it runs on.
    package func firstWave(of objects: [KubeObject]) -> [KubeObject]? {
        let ranked = objects.map { (object: $0, rank: rank(ResourceID($0))) }
        guard let first = ranked.map(\.rank).min(by: { ($0.phase, $0.kind) < ($1.phase, $1.kind) }) else { return nil }
        return ranked.filter { $0.rank.phase == first.phase && $0.rank.kind == first.kind }.map(\.object)
    }

    private func rank(_ id: ResourceID) -> (phase: Int, kind: Int) {
        let place = OwnedKind.all.lastIndex { $0 == OwnedKind.of(id) } ?? OwnedKind.all.count
        let kind = OwnedKind.all.count - place
        if OwnedKind.of(id)?.isWebhook == true { return (Int.min, 0) }
        if OwnedKind.of(id)?.removal != .always { return (Int.max, kind) }
        return (phases[id].map { 0 - $0 } ?? Int.min + 1, kind)
    }
}
