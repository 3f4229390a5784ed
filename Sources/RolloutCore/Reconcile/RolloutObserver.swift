internal import KubeAPI
internal import MeshAPI
internal import MeshBase
internal import RolloutControl
internal import RolloutEngine

/// Tells the engine of the world.
struct RolloutObserver: Sendable {
    let tools: RolloutTools

    func observe(_ world: RolloutWorld, _ run: inout RolloutRun) -> RolloutObservation {
        var observation = RolloutObservation(target: world.target)
        observation.record = world.written?.record
        if world.routeRecord == nil { forgetOtherEnd(world, &observation) }
        observation.wishes = run.commands.wishes(record: observation.record, isPaused: false)
        if let failed = GroupBarrier(world, stores: tools.parts.stores).failure(observation.record) {
            observation.wishes.abort = observation.wishes.abort ?? failed
        }
        observation.parts = routeParts(world)
        observation.refusals = world.refusals + RolloutPreflight(world, stores: tools.parts.stores).refusals
        observation.progressed = run.resumed
        if observation.record == nil, !observation.refusals.isEmpty {
            // Weights that others hold, or that may not be touched, are nothing to be taken up.
            observation.parts = []
        }
        guard let record = world.routeRecord?.record, record.verdict == nil else { return observation }
        observation.targetState = targetState(world, record)
        observation.obstacle = obstacle(world, record, &run)
        return observation
    }

    /// A rollout that ended is of no account once something else is to be rolled out.
    private func forgetOtherEnd(_ world: RolloutWorld, _ observation: inout RolloutObservation) {
        guard let ended = world.endedRecord?.record, ended.target != observation.target else { return }
        observation.record = nil
    }

    private func routeParts(_ world: RolloutWorld) -> [RolloutPart] {
        let canary = world.canary
        let rule = world.capacity
        return world.routes.flatMap { route in
            world.parts(route).map { part in
                let isCarried = canary.ready >= rule.ready(at: part.share)
                return RolloutPart(
                    name: "\(route.title) route \(part.name)",
                    total: 100,
                    moved: part.share,
                    settled: isCarried ? part.share : 0
                )
            }
        }
    }

    private func targetState(_ world: RolloutWorld, _ record: RolloutRecord) -> RolloutObservation.TargetState {
        let canary = world.canary
        if let failure = canary.failure { return .failed(failure) }
        if let missing = world.missing.first { return .waiting("VirtualService \(missing), which is not there") }
        if world.usesSubsets, world.subsets == nil {
            return .waiting("DestinationRule \(tools.reader.ruleKey(world)), which is not there")
        }
        if world.routes.allSatisfy({ world.parts($0).isEmpty }) {
            return .waiting("a route that leads to \(world.host)")
        }
        let needed = max(1, (canary.wanted * world.spec.minReadyPercent + 99) / 100)
        guard canary.isCurrent, canary.ready >= (world.spec.minReadyPercent == 0 ? 0 : needed) else {
            return .waiting("\(canary.title): \(canary.text) ready")
        }
        return .ready
    }

    /// What keeps more traffic from moving: somebody else writes the routes, or the canary could not carry it.
    private func obstacle(
        _ world: RolloutWorld,
        _ record: RolloutRecord,
        _ run: inout RolloutRun
    ) -> RolloutObservation.Obstacle? {
        for route in world.routes where route.isTouched(world.object.name) {
            let until = route.mark?.contest.mayPutBack(now: world.now) ?? world.now
            let writer = RouteObject.lastWriter(route.object, besides: RolloutTools.manager) ?? "somebody"
            let fight = "\(writer) keeps changing the routes of \(route.title)"
            run.fight = fight
            return .init("\(fight); they are put back once a minute", until: until)
        }
        let weight = world.plan.shape(at: record.step).weight
        let rule = world.capacity
        let canary = world.canary
        guard weight > world.share, canary.ready < rule.ready(at: weight) else { return nil }
        let needed = rule.ready(at: weight)
        if let bounds = canary.bounds, bounds.most < rule.wanted(at: weight) {
            return .init(
                "HorizontalPodAutoscaler \(bounds.name) allows \(bounds.most) replicas and \(weight)% needs "
                    + "\(rule.wanted(at: weight)); raise maxReplicas"
            )
        }
        return .init("\(canary.title) has \(canary.ready) ready replicas and \(weight)% needs \(needed)")
    }
}
