internal import KubeAPI
internal import MeshAPI
internal import RolloutEngine

/// Says in words of the cluster why a rollout ended although nothing failed: something else is wanted, or nothing is left of it.
struct RolloutSupersession: Sendable {
    private let world: RolloutWorld

    /// Looks at a world.
    init(_ world: RolloutWorld) { self.world = world }

    /// Why what is written down as being rolled out is no longer that, and where it stood.
    var message: String {
        let step = world.routeRecord?.record.step ?? -1
        let place = step < 0 ? "before the first step" : "at step \(step + 1) of \(world.plan.steps.count)"
        return "\(cause) \(place) of the rollout of version \(world.canarySpec.version)"
    }

    /// How the last rollout ended, where it ended because nothing of it was left; nil otherwise.
    var last: String? {
        guard let verdict = world.endedRecord?.record.verdict, verdict.cause == .superseded else { return nil }
        return "the last rollout ended: \(verdict.message)"
    }

    private var cause: String {
        let canary = world.canary
        guard canary.kind != .pods else { return "no pods of version \(canary.version) are left" }
        let title = "\(canary.kind.rawValue) \(world.canarySpec.name ?? canary.version)"
        guard let object = canary.object else { return "\(title) was deleted" }
        if object.isDeleting { return "\(title) is being deleted" }
        return canary.wanted > 0 ? "the template of \(title) changed" : "\(title) was scaled to nothing"
    }
}
