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
/// they are given back exactly as they were. A person who aborts has them back at once, and is told what that means. What others make of
/// such a route meanwhile is put back at once, but not twice within ``patience`` while the same writer repeats it; what the failed version gets
/// until then is told for as long as it lasts.
struct RouteShield: Sendable {
    let tools: RolloutTools

    private var routes: RouteKeeper { RouteKeeper(tools: tools) }

    /// The type of the condition, and the reason of the Event, that tells that the failed version gets requests.
    static let exposed = "Exposed"

    /// How long what somebody changes again is left as it is once it has been put back: a version that failed gets requests until then.
    ///
    /// It bounds a fight to one write of each side a second; who writes more often than that wins the rest of each second.
    static let patience = Duration.seconds(1)

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

    /// Whether a route that was to stay with the side that serves has lost all that was written on it, as by `kubectl replace` or when it
    /// is made anew; and one that was given back when the failed version was down, which is up again.
    func isLost(_ route: RouteObject, _ world: RolloutWorld, _ run: RolloutRun) -> Bool {
        guard Self.isLost(route, world), !isAborted(world, run) else { return false }
        return RolloutPreflight(world, stores: tools.parts.stores).otherRollout == nil
    }

    private static func isLost(_ route: RouteObject, _ world: RolloutWorld) -> Bool {
        guard route.mark == nil, route.holder == nil || route.holder == world.holder, world.routeRecord == nil,
            let ended = world.endedRecord?.record, let cause = ended.verdict?.cause, ended.target == world.target,
            ![.aborted, .superseded].contains(cause), world.refusals.isEmpty, !world.isCutOff,
            !world.usesSubsets || world.subsets != nil
        else { return false }
        return wouldExpose(route, world)
    }

    /// Whether a route that is to stay with the side that serves leads to the version that failed, as others have written it.
    private static func isBroken(_ route: RouteObject, _ world: RolloutWorld) -> Bool {
        if isLost(route, world) { return true }
        guard isHeld(route, world), route.isTouched(world.object.name) else { return false }
        let composer = world.composer(route)
        return composer.isOpen(route.lists) || composer.parts(route.lists).contains { $0.share > 0 }
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
    static func text(_ world: RolloutWorld) -> String? { exposureText(world) ?? shieldText(world) }

    /// Which route stays with the side that serves, and until when; nil for none, and while one that should leads to the failed version.
    static func shieldText(_ world: RolloutWorld) -> String? {
        guard !world.routes.contains(where: { isBroken($0, world) }) else { return nil }
        return world.routes.first { isHeld($0, world) }.map { heldText($0, world) }
    }

    /// Which route leads to the failed version, who wrote it so, and what helps; nil for none.
    static func exposureText(_ world: RolloutWorld) -> String? {
        let canary = world.canary
        guard let cause = world.endedRecord?.record.verdict?.cause, cause != .superseded, world.routeRecord == nil,
            canary.readyNow > 0
        else { return nil }
        let who = "\(canary.title) with \(canary.readyNow) ready"
        if let route = world.routes.first(where: { isBroken($0, world) }) {
            let (writer, verb) = (route.lastWrite.writer, isHeld(route, world) ? "changed" : "replaced")
            let pace = "within \(patience.components.seconds) s"
            return "\(route.title) was \(verb) by \(writer), so \(who), which failed, gets requests until it is "
                + "put back, \(pace); \(RolloutTools.ignoring(writer)), or take that down: \(down(world))"
        }
        guard let route = world.routes.first(where: { !isHeld($0, world) && wouldExpose($0, world) }) else {
            return nil
        }
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
        let lost = world.routes.filter { isLost($0, world, run) }
        guard !held.isEmpty || !lost.isEmpty else { return false }
        if let route = held.last(where: { !keeps($0, world, run) }) {
            try await routes.giveBack(route, world, keepsRecord: false)
            tools.memories.update(world.object) { $0.restContest = ContestCount() }
            tellExposed(route, world)
            // Subsets of ours that go a little later tell it then, where the record of the end is still there.
            if held.count == 1, world.endedRecord == nil || !Self.hasSubsets(world) {
                tools.note(.normal, "Restored", "routes are as they were before the rollout", world.object)
            }
            return true
        }
        if try await routes.keepSubsets(world, slowStart: nil, &run) { return true }
        for route in held {
            if route.isTouched(world.object.name) {
                let isPut = try await routes.putBack(route, world, nil, RouteShape(), patience: Self.patience, &run)
                if isPut { return true }
            } else if let fight = route.mark?.contest.fight(now: world.now) {
                run.fight = tools.fightText(fight, route.title, patience: Self.patience)
                run.lookAgain(at: fight.last + ContestCount.window)
            }
        }
        for route in lost {
            if try await shield(route, world, &run) { return true }
        }
        return false
    }

    /// Has a route lead to the side that serves again, all of whose marks are gone; false when it may not yet.
    private func shield(_ route: RouteObject, _ world: RolloutWorld, _ run: inout RolloutRun) async throws -> Bool {
        let contest = tools.memories.of(world.object).restContest
        let writer = route.lastWrite.writer
        let time = contest.mayPutBack(.routes, by: writer, patience: Self.patience, now: world.now)
        guard time <= world.now else {
            let entry = contest.fight(now: world.now) ?? contest.latest(now: world.now)
            run.fight = entry.map { tools.fightText($0, route.title, patience: Self.patience) }
            run.lookAgain(at: time)
            return false
        }
        let counted = contest.counted(.routes, by: writer, now: world.now)
        try await routes.write(route, world, nil, RouteShape(), contest: counted)
        tools.memories.update(world.object) { $0.restContest = counted }
        tools.metrics.putBack(of: world.object.key)
        // A fight is told as one, and not as often as it is fought.
        if counted.fight(now: world.now) == nil { tellHeld(route, world) }
        return true
    }
}
