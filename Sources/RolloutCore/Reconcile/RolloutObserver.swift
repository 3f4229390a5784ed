internal import DataTree
internal import KubeAPI
internal import KubeRuntime
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
        let barrier = GroupBarrier(world, stores: tools.parts.stores, resumed: run.resumed)
        observation.groupFailure = barrier.failure(observation.record, now: world.now)
        observation.parts = routeParts(world)
        observation.refusals = RolloutPreflight(world, stores: tools.parts.stores).refusals.map(\.text)
        observation.progressed = run.resumed
        if observation.record == nil, !observation.refusals.isEmpty {
            // Weights that others hold, or that may not be touched, are nothing to be taken up.
            observation.parts = []
        }
        observation.disturbance = disturbance(world, &run)
        observeReturn(world, &observation, run)
        if world.routeRecord?.record.verdict != nil, world.stable.readyNow < world.stable.wanted,
            observation.obstacle == nil
        {
            // That a pod is not ready is no cause before it lasts.
            run.lookAgain(at: world.now + WorldReader.unreadyPatience)
        }
        guard let record = world.routeRecord?.record, record.verdict == nil else { return observation }
        observation.targetState = targetState(world, record, run)
        observation.obstacle = obstacle(world, record)
        return observation
    }

    /// A rollout that ended is of no account once something else is to be rolled out.
    private func forgetOtherEnd(_ world: RolloutWorld, _ observation: inout RolloutObservation) {
        guard let ended = world.endedRecord?.record, ended.target != observation.target else { return }
        observation.record = nil
    }

    /// How far the way back is, and what keeps the side that serves from coming up.
    private func observeReturn(_ world: RolloutWorld, _ observation: inout RolloutObservation, _ run: RolloutRun) {
        guard let written = world.routeRecord, written.record.verdict != nil else { return }
        let condemned = written.condemned ?? written.record.began
        var last = condemned
        let (share, ready) = (world.share, world.stable.readyNow)
        tools.memories.update(world.object) { memory in
            last = memory.returned(condemned, share: share, ready: ready, now: world.now)
        }
        observation.progressed = max(last, run.resumed ?? last)
        guard ready < world.stable.wanted, let trouble = world.stable.trouble else { return }
        observation.obstacle = .init("\(world.stable.title) does not come up: \(trouble)")
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

    private func targetState(_ world: RolloutWorld, _ record: RolloutRecord, _ run: RolloutRun)
        -> RolloutObservation.TargetState
    {
        let canary = world.canary
        if let failure = canary.failure { return .failed(failure) }
        if world.usesSubsets, world.subsets == nil {
            return .waiting("DestinationRule \(tools.reader.ruleKey(world)), which is not there")
        }
        if world.routes.allSatisfy({ world.parts($0).isEmpty }) {
            return .waiting("a route that leads to \(world.host)")
        }
        let needed = max(1, (canary.wanted * world.spec.minReadyPercent + 99) / 100)
        let isFree = world.spec.minReadyPercent == 0 && !run.isWithdrawn
        guard canary.isCurrent, canary.ready >= (isFree ? 0 : needed) else {
            let rest = run.isWithdrawn ? "; its requests go to \(world.stable.title) until it is up" : ""
            return .waiting("\(canary.title): \(canary.text) ready\(rest)")
        }
        return .ready
    }

    /// What others did to routes and subsets.
    private func disturbance(_ world: RolloutWorld, _ run: inout RolloutRun) -> RolloutObservation.Disturbance? {
        guard let record = world.routeRecord?.record else {
            guard run.wasUnderWay, world.routes.isEmpty else { return nil }
            return deleted(world, run)
        }
        guard record.verdict == nil else { return nil }
        if world.isCutOff {
            let title = "DestinationRule \(tools.reader.ruleKey(world))"
            var harm = RolloutObservation.Disturbance(
                .routeDeleted,
                Self.cutOffText(title, world),
                since: world.now
            )
            harm.isHarmful = true
            return harm
        }
        return deleted(world, run) ?? contested(world, &run)
    }

    /// What the way back heals of a DestinationRule that is gone, and what it cannot.
    private static func cutOffText(_ title: String, _ world: RolloutWorld) -> String {
        let what = "\(title) was deleted, and with it the subsets that routes lead to; everything goes back"
        let lost = ownSubsets(world)
        guard !lost.isEmpty else { return "\(what), so that requests find a way; create it again before a retry" }
        let routes = lost.map { "\($0.title) leads to \($0.subsets.joined(separator: ", ")) by itself" }
        return
            "\(what), but \(routes.joined(separator: "; ")), which nobody defines: requests fail until \(title) is created again"
    }

    /// The subsets of the host that VirtualServices name without the rollout.
    private static func ownSubsets(_ world: RolloutWorld) -> [(title: String, subsets: [String])] {
        world.routes.compactMap { route in
            let base = route.base(world.object.name, sides: world.sides)
            let destinations = RouteLists.Kind.allCases.flatMap { base[$0] }
                .flatMap { $0["route"]?.array ?? [] }.compactMap { $0["destination"] }
            let names = destinations.compactMap { destination -> String? in
                guard let text = destination["host"]?.string,
                    HostName(text, namespace: route.namespace) == world.host
                else { return nil }
                return destination["subset"]?.string.map { "subset \($0)" }
            }
            return names.isEmpty ? nil : (route.title, Set(names).sorted())
        }
    }

    private func deleted(_ world: RolloutWorld, _ run: RolloutRun) -> RolloutObservation.Disturbance? {
        guard let missing = world.missing.first, !world.spec.virtualServices.isEmpty else { return nil }
        let isSame = run.progress.reason == RolloutDecision.Reason.routeDeleted.rawValue
        let since = isSame ? run.progress.since.flatMap { Timestamp(rfc3339: $0) } : nil
        let after = world.routes.isEmpty ? "the rollout begins anew" : "the rollout goes on"
        return .init(
            .routeDeleted,
            "VirtualService \(missing) is not there any more; once it is there again \(after)",
            since: min(since ?? world.now, world.now)
        )
    }

    private func contested(_ world: RolloutWorld, _ run: inout RolloutRun) -> RolloutObservation.Disturbance? {
        for route in world.routes where route.isTouched(world.object.name) {
            let contest = route.mark?.contest ?? ContestCount()
            let (edit, writer) = (route.edit(world.object.name), route.lastWrite.writer)
            let fight = contest.fight(now: world.now) ?? contest.latest(now: world.now)
            let until = contest.mayPutBack(edit, by: writer, now: world.now)
            run.fight = run.fight ?? fight.map { tools.fightText($0, route.title) }
            let split = LiveTraffic(world).split(route).map { ", \($0)" } ?? ""
            let since = fight?.since ?? world.now
            let end = since + world.plan.policy.progressDeadline
            let next =
                until < end
                ? "the step is put back next at \(until.rfc3339)"
                : "it is put back no more: everything goes back at \(end.rfc3339) (progressDeadline)"
            return .init(
                .contested,
                "\(writer) keeps changing \(route.title)\(split); \(next)",
                since: since,
                until: until
            )
        }
        return nil
    }

    /// What keeps more traffic from moving: the canary could not carry it.
    private func obstacle(_ world: RolloutWorld, _ record: RolloutRecord) -> RolloutObservation.Obstacle? {
        let weight = world.plan.shape(of: record).weight
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
