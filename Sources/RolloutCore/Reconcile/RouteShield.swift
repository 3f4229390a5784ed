internal import KubeAPI
internal import KubeRuntime
internal import MeshAPI
internal import MeshBase
internal import RolloutControl
internal import RolloutEngine

/// Keeps requests from a version that failed, where routes as they were before would lead to it.
///
/// A route that names the host without a subset leads to whatever pods the Service selects, those of the failed version included. Such
/// routes stay with the side that serves, their original beside them, until the failed version is taken down, or a person aborts; then
/// they are given back exactly as they were. A person who aborts has them back at once, and is told what that means.
struct RouteShield: Sendable {
    let tools: RolloutTools

    private var routes: RouteKeeper { RouteKeeper(tools: tools) }

    /// The type of the condition, and the reason of the Event, that tells that the failed version gets requests.
    static let exposed = "Exposed"

    // MARK: Questions

    /// Whether a route is kept with the side that serves once everything is back.
    func keeps(_ route: RouteObject, _ world: RolloutWorld, _ run: RolloutRun) -> Bool {
        guard route.mark != nil, route.holder == world.holder, Self.wouldExpose(route, world) else { return false }
        guard !isAborted(world, run), !world.isCutOff, !world.usesSubsets || world.subsets != nil else { return false }
        guard let verdict = world.routeRecord?.record.verdict else { return Self.isHeld(route, world) }
        switch verdict.cause {
        case .superseded, .routeDeleted: return false
        default: return true
        }
    }

    /// Whether a route, given back, leads to pods of the version that does not serve.
    static func wouldExpose(_ route: RouteObject, _ world: RolloutWorld) -> Bool {
        let canary = world.canary
        guard canary.wanted > 0 || canary.readyNow > 0 else { return false }
        return world.composer(route).isOpen(route.base(world.object.name, sides: world.sides))
    }

    /// Whether a route is kept with the side that serves although no rollout is under way.
    static func isHeld(_ route: RouteObject, _ world: RolloutWorld) -> Bool {
        world.routeRecord == nil && route.holder == world.holder && route.mark?.written == RouteShape()
    }

    /// Whether something is still to be taken off a DestinationRule of the user.
    static func hasSubsets(_ world: RolloutWorld) -> Bool {
        world.subsets.map { $0.holder == world.holder && !world.isMade($0.object) } ?? false
    }

    /// Whether a person has asked for everything to be as it was; a group that fails asks for less.
    private func isAborted(_ world: RolloutWorld, _ run: RolloutRun) -> Bool {
        let record = world.routeRecord?.record ?? world.endedRecord?.record
        return run.commands.wishes(record: record, isPaused: false).abort != nil
    }

    // MARK: Words

    /// What a status says beside the verdict of a rollout that went back; nil where the failed version gets nothing anyway.
    static func text(_ world: RolloutWorld) -> String? { shieldText(world) ?? exposureText(world) }

    /// Which route stays with the side that serves, and until when; nil for none.
    static func shieldText(_ world: RolloutWorld) -> String? {
        world.routes.first { isHeld($0, world) }.map { heldText($0, world) }
    }

    /// Which route leads to the failed version, and what helps; nil for none.
    static func exposureText(_ world: RolloutWorld) -> String? {
        let canary = world.canary
        guard let cause = world.endedRecord?.record.verdict?.cause, cause != .superseded, world.routeRecord == nil,
            canary.readyNow > 0, shieldText(world) == nil,
            let route = world.routes.first(where: { wouldExpose($0, world) })
        else { return nil }
        let who = "\(canary.title) with \(canary.readyNow) ready"
        return "\(route.title) names no subset, so \(who) gets requests: \(down(world))"
    }

    private static func heldText(_ route: RouteObject, _ world: RolloutWorld) -> String {
        "\(route.title) names no subset and stays with version \(world.stableSpec.version), so that \(world.canary.title) gets nothing; "
            + "it is as it was once that is down (\(down(world))), or after an abort"
    }

    private static func down(_ world: RolloutWorld) -> String {
        let canary = world.canary
        switch canary.kind {
        case .deployment, .statefulSet:
            let kind = canary.kind.rawValue.lowercased()
            return "kubectl -n \(world.namespace) scale \(kind) \(canary.object?.name ?? "") --replicas=0"
        case .daemonSet, .pods: return "delete it"
        }
    }

    /// Tells that a route that was just given back leads to the failed version.
    func tellExposed(_ route: RouteObject, _ world: RolloutWorld) {
        guard let cause = world.written?.record.verdict?.cause, cause != .superseded, world.canary.readyNow > 0,
            Self.wouldExpose(route, world)
        else { return }
        let text =
            "\(route.title) is as it was and names no subset: \(world.canary.title) with \(world.canary.readyNow) ready gets requests"
        tools.note(.warning, Self.exposed, "\(text); take it down: \(Self.down(world))", world.object)
    }

    /// Tells that a route stays with the side that serves.
    func tellHeld(_ route: RouteObject, _ world: RolloutWorld) {
        tools.note(.normal, RolloutNames.shielded, Self.heldText(route, world), world.object)
    }

    // MARK: Upkeep

    /// Keeps up routes that stay with the side that serves, and gives them back in the end.
    ///
    /// - Returns: whether something was written.
    func maintain(_ world: RolloutWorld, _ run: inout RolloutRun) async throws -> Bool {
        let held = world.routes.filter { Self.isHeld($0, world) }
        guard !held.isEmpty else { return false }
        if let route = held.last(where: { !keeps($0, world, run) }) {
            try await routes.giveBack(route, world, keepsRecord: false)
            tellExposed(route, world)
            // Subsets of ours that go a little later tell it then, where the record of the end is still there.
            if held.count == 1, world.endedRecord == nil || !Self.hasSubsets(world) {
                tools.note(.normal, "Restored", "routes are as they were before the rollout", world.object)
            }
            return true
        }
        if try await routes.keepSubsets(world, slowStart: nil, &run) { return true }
        for route in held where route.isTouched(world.object.name) {
            if try await routes.putBack(route, world, nil, RouteShape(), &run) { return true }
        }
        return false
    }
}
