internal import KubeAPI
internal import KubeRuntime
internal import MeshBase
internal import RolloutControl
internal import RolloutEngine

/// Keeps requests from a canary that has nothing ready in the middle of a rollout.
///
/// Its share goes to the side that serves until it is up again, as Argo Rollouts has it, in place of errors for that share of users up to
/// the deadline. The step, its hold and its deadline are the engine's: it holds, and ends the rollout at the deadline.
struct CanaryWatch: Sendable {
    let tools: RolloutTools

    /// How long a canary may have nothing ready before its share goes to the other side, so that a single missed probe moves nothing.
    static let grace = Duration.seconds(5)

    /// Gives what the canary gets to the side that serves, while it has nothing ready.
    ///
    /// - Returns: whether something was written; nil where the canary is to keep what it has.
    func withdraw(_ world: RolloutWorld, _ written: WrittenRecord, _ run: inout RolloutRun) async throws -> Bool? {
        guard written.record.step >= 0, world.canary.isWanted, world.canary.readyNow == 0, world.stable.readyNow > 0
        else {
            tools.memories.update(world.object) { $0.canaryDown = nil }
            run.isWithdrawn = false
            return nil
        }
        let since = tools.memories.of(world.object).canaryDown ?? world.now
        tools.memories.update(world.object) { $0.canaryDown = since }
        guard since + Self.grace <= world.now else {
            run.lookAgain(at: since + Self.grace)
            return nil
        }
        run.isWithdrawn = true
        for route in world.routes {
            guard let shape = route.mark?.written, shape != RouteShape(), !route.isTouched(world.object.name) else {
                continue
            }
            try await RouteKeeper(tools: tools).write(route, world, written, RouteShape())
            tell(shape, world)
            return true
        }
        return false
    }

    private func tell(_ shape: RouteShape, _ world: RolloutWorld) {
        let share = shape.weight > 0 ? "its \(shape.weight)%" : "its requests"
        let what = "\(world.canary.title) has no ready replicas; \(share) go to \(world.stable.title) until it has"
        let isTold = tools.memories.of(world.object).notes.contains { $0.reason == Self.reason }
        if !isTold { tools.note(.warning, Self.reason, what, world.object) }
    }

    private static let reason = "Withdrawn"
}
