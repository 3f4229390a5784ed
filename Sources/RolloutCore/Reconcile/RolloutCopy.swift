internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import KubeRuntime
internal import MeshAPI
internal import MeshBase
internal import RolloutControl
internal import RolloutEngine

/// Makes the canary the stable side by a copy of its template, and takes that back where it is ended before its time.
///
/// While it lasts the canary can carry everything, and has passed all steps. It is therefore where traffic waits, whichever way it goes:
/// until the stable workload is up with the new template, or, on the way back, until it is up with the one it had.
struct RolloutCopy: Sendable {
    let tools: RolloutTools

    private var routes: RouteKeeper { RouteKeeper(tools: tools) }
    private var sides: SideKeeper { SideKeeper(tools: tools) }

    /// By how much the weight changes at a time when traffic goes to a side that has just come up, in percent.
    static let returnPortion = 25
    /// The pause between two such changes.
    static let returnPause = Duration.seconds(10)

    /// What the copy is going to take the place of; written down before it does.
    static func replaced(_ world: RolloutWorld) -> ReplacedTemplate? {
        guard let canary = world.canary.object, let stable = world.stable.object,
            let old = stable.tree.value(at: "spec", "template"),
            let copy = SideKeeper.template(of: canary, for: stable, versionLabel: world.spec.versionLabel)
        else { return nil }
        return ReplacedTemplate(old, by: copy)
    }

    // MARK: Forward

    /// Copies the canary's template to the stable workload, waits until it can carry everything, and gives it the traffic.
    ///
    /// A person's pause and abort, another target and the deadline are heard as in a step.
    func advance(
        _ written: WrittenRecord,
        _ world: RolloutWorld,
        _ run: inout RolloutRun
    ) async throws -> RolloutPass {
        let observation = RolloutObserver(tools: tools).observe(world, &run)
        let decider = RolloutDecider(policy: world.plan.policy, observation: observation, now: world.now)
        if let decision = decider.interruption().map({ RolloutTurn.worded($0, world) }) {
            if case .condemn(let verdict) = decision.action { return try await condemn(verdict, world) }
            return rest(decision, .paused, world, &run)
        }
        guard let canary = world.canary.object, let stable = world.stable.object,
            let template = SideKeeper.template(of: canary, for: stable, versionLabel: world.spec.versionLabel)
        else { return try await wait("both workloads are needed to copy the template", written, world, &run) }
        if SideState.plain(template) != SideState.plain(stable.tree.value(at: "spec", "template") ?? .null) {
            try await put(template, on: stable)
            return .wrote
        }
        let rule = CapacityRule(
            known: written.capacity,
            carrier: world.canary.wanted,
            minReadyPercent: world.spec.minReadyPercent
        )
        let side = world.stable
        let wish = min(rule.full, side.bounds?.most ?? rule.full)
        let last = tools.memories.of(world.object).lastScaling
        if side.kind != .daemonSet, side.wanted < wish, last.map({ world.now - $0 >= SideKeeper.scalePatience }) ?? true
        {
            try await sides.scale(side, to: wish, world)
            return .wrote
        }
        guard side.isCurrent, side.ready >= min(wish, rule.ready(at: 100)) else {
            if side.readyNow == 0, try await shelter(written, world) { return .wrote }
            let failure = (side.failure ?? side.templateHold).map { ": \($0)" } ?? ""
            let what = "waiting for \(side.title) with the new template: \(side.text) ready\(failure)"
            return try await wait(what, written, world, &run)
        }
        return try await giveTraffic(written, world, &run)
    }

    private func giveTraffic(
        _ written: WrittenRecord,
        _ world: RolloutWorld,
        _ run: inout RolloutRun
    ) async throws -> RolloutPass {
        let weights = world.routes.compactMap { $0.mark?.written.weight }
        let most = weights.max() ?? 0
        guard most > 0 || world.share > 0 else {
            let mark = ServingMark(
                version: world.stableSpec.version,
                since: world.now,
                passed: world.canary.identity
            )
            try await tools.promote(world, mark, &run)
            let what = "\(world.stable.title) serves with the template of \(world.canary.title)"
            RolloutEndings(tools: tools).tellPromoted(world, what)
            return .wrote
        }
        // A portion that has begun is carried through before the pause to the next one.
        let isPortion = weights.min() == most
        if isPortion, world.canary.readyNow > 0, let last = tools.memories.of(world.object).lastReturn,
            world.now - last < Self.returnPause
        {
            run.lookAgain(at: last + Self.returnPause)
            return resting("traffic returns to \(world.stable.title): \(100 - most)%", world, &run)
        }
        let portion = world.canary.readyNow > 0 ? Self.returnPortion : 100
        let next = isPortion ? max(0, most - portion) : weights.min() ?? 0
        var written = written
        // Each portion is progress.
        if isPortion { written.record.began = world.now }
        for route in world.routes where (route.mark?.written.weight ?? 0) > next {
            try await routes.write(route, world, written, RouteShape(weight: next))
            tools.memories.update(world.object) { $0.lastReturn = world.now }
            return .wrote
        }
        return resting("traffic returns to \(world.stable.title)", world, &run)
    }

    /// Waits, for no longer than a step may take.
    private func wait(
        _ what: String,
        _ written: WrittenRecord,
        _ world: RolloutWorld,
        _ run: inout RolloutRun
    ) async throws -> RolloutPass {
        let began = max(written.record.began, run.resumed ?? written.record.began)
        let end = began + world.spec.progressDeadline
        guard world.now < end else {
            let message = "\(what); the promotion has waited too long (spec.progressDeadline)"
            return try await condemn(.init(.progressDeadlineExceeded, message), world)
        }
        run.lookAgain(at: end)
        return resting(what, world, &run)
    }

    private func condemn(_ verdict: RolloutRecord.Verdict, _ world: RolloutWorld) async throws -> RolloutPass {
        try await RolloutTurn(tools: tools).condemn(verdict, world)
    }

    private func resting(_ message: String, _ world: RolloutWorld, _ run: inout RolloutRun) -> RolloutPass {
        run.lookAgain(at: world.now + .seconds(10))
        return rest(RolloutDecision(.finish, .completed, message), .promoting, world, &run)
    }

    private func rest(
        _ decision: RolloutDecision,
        _ phase: RolloutPhase,
        _ world: RolloutWorld,
        _ run: inout RolloutRun
    ) -> RolloutPass {
        if run.progress.reason != phase.rawValue { run.progress.since = world.now.rfc3339 }
        run.progress.reason = phase.rawValue
        run.progress.waitingFor = RolloutText.fit(decision.message)
        run.progress.weight = world.share
        run.progress.until = nil
        return .rests(RolloutOutcome(world: world, decision: decision, phase: phase))
    }

    private func put(_ template: Tree, on workload: KubeObject) async throws {
        var patch = ObjectPatch(workload)
        patch.set(template, at: ["spec", "template"])
        try await tools.send(patch, workload)
    }

    /// Has the canary carry everything, as far as it can; returns whether something was written.
    private func shelter(_ written: WrittenRecord, _ world: RolloutWorld) async throws -> Bool {
        let rule = CapacityRule(known: written.capacity, carrier: 0, minReadyPercent: world.spec.minReadyPercent)
        guard world.canary.ready >= rule.ready(at: 100) else { return false }
        for route in world.routes
        where route.holder == world.holder && route.mark.map({ $0.written.weight < 100 }) == true {
            try await routes.write(route, world, written, RouteShape(weight: 100))
            return true
        }
        return false
    }

    // MARK: Back

    /// How far a copy is taken back.
    enum TakingBack: Sendable, Hashable {
        /// Something was written.
        case wrote
        /// The stable workload comes up with the template it had, and the canary carries the traffic meanwhile.
        case waits
        /// Nothing is left of the copy, or waiting would help nobody: traffic may go back.
        case done
    }

    /// Takes a copy back: the canary carries everything, the stable workload gets the template it had and comes up, and then, done by
    /// others, traffic goes back to it.
    func takeBack(
        _ written: WrittenRecord,
        _ world: RolloutWorld,
        _ run: inout RolloutRun
    ) async throws -> TakingBack {
        guard written.isPromoting else { return .done }
        let rule = CapacityRule(known: written.capacity, carrier: 0, minReadyPercent: world.spec.minReadyPercent)
        let stable = world.stable
        let isUp = stable.isCurrent && stable.ready >= rule.ready(at: 100)
        let hasCopy = restored(world) != nil
        if hasCopy || !isUp, try await shelter(written, world) { return .wrote }
        if try await putBack(world) { return .wrote }
        guard !isUp, world.canary.ready >= rule.ready(at: 100) || stable.readyNow == 0 && world.canary.readyNow > 0
        else {
            return .done
        }
        run.wait(for: "waiting for \(stable.title) with the template it had: \(stable.text) ready")
        run.lookAgain(at: world.now + .seconds(5))
        return .waits
    }

    /// Gives the stable workload the template it had, where it has the copy; returns whether something was written.
    func putBack(_ world: RolloutWorld) async throws -> Bool {
        guard let stable = world.stable.object, let template = restored(world) else { return false }
        try await put(template, on: stable)
        let what = "\(world.stable.title) has the template again that it had before the promotion"
        tools.note(.normal, "TemplateRestored", what, world.object)
        return true
    }

    private func restored(_ world: RolloutWorld) -> Tree? {
        guard let present = world.stable.object?.tree.value(at: "spec", "template") else { return nil }
        return world.routes.compactMap { $0.mark?.replaced }.first?.restored(over: present)
    }
}
