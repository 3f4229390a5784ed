internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import KubeRuntime
internal import MeshAPI
internal import MeshBase
internal import RolloutControl
internal import RolloutEngine

/// Writes routes and subsets, and keeps them up.
struct RouteKeeper: Sendable {
    let tools: RolloutTools

    // MARK: Writes

    /// Gives a VirtualService a shape, with the record and what it was before in the same patch.
    func write(
        _ route: RouteObject,
        _ world: RolloutWorld,
        _ written: WrittenRecord?,
        _ shape: RouteShape,
        contest: ContestCount? = nil,
        replaced: ReplacedTemplate? = nil
    ) async throws {
        guard route.holder == nil || route.holder == world.holder else {
            throw MeshRolloutError(.unsettled, "\(route.title) is held by MeshRollout \(route.holder ?? "")")
        }
        let base = route.base(world.object.name, sides: world.sides)
        let lists = world.composer(route).compose(base, shape)
        var mark = RouteMark(original: base, written: shape, sides: world.sides, selection: route.selection)
        mark.roots = route.roots
        mark.contest = contest ?? route.mark?.contest ?? ContestCount()
        mark.replaced = replaced ?? route.mark?.replaced
        try await tools.send(
            route.patch(lists, record: written?.text, mark: mark.text, holder: world.holder),
            route.object
        )
    }

    /// Gives a VirtualService back its own routes.
    func giveBack(_ route: RouteObject, _ world: RolloutWorld, keepsRecord: Bool) async throws {
        let record = keepsRecord ? route.object.annotations[RolloutNames.Annotation.record] : nil
        let isMade = world.isMade(route.object)
        let base = isMade ? madeLists(world) : route.base(world.object.name, sides: world.sides)
        let holder = keepsRecord || isMade ? world.holder : nil
        try await tools.send(route.patch(base, record: record, mark: nil, holder: holder), route.object)
        tools.memories.update(world.object) { $0.routesRestored = world.now }
    }

    /// Brings the weights of one VirtualService to the step written down; false when all have them, or may not be written yet.
    func moveOne(_ world: RolloutWorld) async throws -> Bool {
        guard let written = world.routeRecord else { return false }
        let shape = world.plan.shape(of: written.record)
        for route in world.routes where route.mark?.written != shape && !route.isTouched(world.object.name) {
            try await write(route, world, written, shape)
            return true
        }
        return false
    }

    // MARK: Upkeep

    /// Keeps up what a rollout needs: objects that are made for it, subsets, and the shape of the present step, weights apart.
    ///
    /// Returns whether something was written.
    func maintain(_ world: RolloutWorld, _ run: inout RolloutRun) async throws -> Bool {
        if try await make(world, &run) { return true }
        if try await RouteShield(tools: tools).maintain(world, &run) { return true }
        guard let written = world.routeRecord, written.record.verdict == nil else { return false }
        if try await keepSubsets(world, slowStart: world.spec.slowStart, &run) { return true }
        if let isWrite = try await CanaryWatch(tools: tools).withdraw(world, written, &run) { return isWrite }
        for route in world.routes {
            if try await keep(route, world, written, &run) { return true }
        }
        return try await SideKeeper(tools: tools).keepScale(world, written, &run)
    }

    private func keep(
        _ route: RouteObject,
        _ world: RolloutWorld,
        _ written: WrittenRecord,
        _ run: inout RolloutRun
    ) async throws -> Bool {
        guard route.holder == nil || route.holder == world.holder else { return false }
        var shape = world.plan.shape(of: written.record)
        shape.weight = min(
            world.plan.policy.weight(of: written.record),
            route.mark?.written.weight ?? world.composer(route).parts(route.lists).map(\.share).max() ?? 0
        )
        if route.isTouched(world.object.name) { return try await putBack(route, world, written, shape, &run) }
        let contest = route.mark?.contest ?? ContestCount()
        if let fight = contest.fight(now: world.now) {
            run.fight = tools.fightText(fight, route.title)
            run.lookAgain(at: fight.last + ContestCount.window)
        }
        let isCurrent =
            route.mark?.written == shape && route.written == written && route.mark?.sides == world.sides
        guard !isCurrent else { return false }
        try await write(route, world, written, shape)
        return true
    }

    /// Puts back what others changed of a route, unless it was put back too often lately; false when it may not be yet.
    func putBack(
        _ route: RouteObject,
        _ world: RolloutWorld,
        _ written: WrittenRecord?,
        _ shape: RouteShape,
        patience: Duration = ContestCount.patience,
        _ run: inout RolloutRun
    ) async throws -> Bool {
        let contest = route.mark?.contest ?? ContestCount()
        let (edit, change) = (route.edit(world.object.name), route.lastWrite)
        let time = contest.mayPutBack(edit, by: change.writer, patience: patience, now: world.now)
        let isLeft = time > world.now
        // What is left as it is for now is told as a conflict, the first time too.
        let entry = contest.fight(now: world.now) ?? (isLeft ? contest.latest(now: world.now) : nil)
        if let entry { run.fight = tools.fightText(entry, route.title, patience: patience) }
        guard !isLeft else {
            run.lookAgain(at: time)
            return false
        }
        let counted = contest.counted(edit, by: change.writer, now: world.now)
        try await write(route, world, written, shape, contest: counted)
        tools.tellPutBack(counted, route.title, world)
        run.interrupt(from: change.time, to: world.now)
        return true
    }

    /// Adds the subsets of both versions, and the ramp of the canary.
    func keepSubsets(_ world: RolloutWorld, slowStart: SlowStart?, _ run: inout RolloutRun) async throws -> Bool {
        guard world.usesSubsets, let rule = world.subsets, rule.holder == nil || rule.holder == world.holder else {
            return false
        }
        let old = rule.mark ?? SubsetMark()
        var (list, mark) = world.subsetPlan.prepared(
            [world.stableSpec.version, world.canarySpec.version],
            canary: world.canarySpec.version,
            slowStart: slowStart,
            policy: rule.policy,
            mark: old
        )
        let isTouched = rule.mark != nil && list != rule.subsets && mark == old
        let change = rule.lastWrite
        if isTouched {
            // Without its subset a version gets no traffic at all: this is put back sooner than weights.
            if let fight = old.contest.fight(now: world.now) { run.fight = subsetText(fight, rule) }
            let time = old.contest.mayPutBack(
                .subsets,
                by: change.writer,
                patience: Self.subsetPatience,
                now: world.now
            )
            guard time <= world.now else {
                run.lookAgain(at: time)
                return false
            }
            mark.contest = old.contest.counted(.subsets, by: change.writer, now: world.now)
        } else if let fight = old.contest.fight(now: world.now) {
            run.fight = subsetText(fight, rule)
            run.lookAgain(at: fight.last + ContestCount.window)
        }
        let patch = rule.patch(list, mark: mark.text, holder: world.holder)
        guard let patch else { return false }
        try await tools.send(patch, rule.object)
        if isTouched {
            tools.tellPutBack(mark.contest, rule.title, world)
            run.interrupt(from: change.time, to: world.now)
        }
        return true
    }

    private func subsetText(_ fight: ContestCount.Entry, _ rule: SubsetObject) -> String {
        tools.fightText(fight, rule.title, patience: Self.subsetPatience)
    }

    static let subsetPatience = Duration.seconds(5)
    /// How long proxies may take to learn that no route names a subset before it goes.
    static let subsetGrace = Duration.seconds(5)

    /// Takes what was added off the DestinationRule, as far as no route names it; false when there is nothing to take off.
    func tidySubsets(_ world: RolloutWorld, _ run: inout RolloutRun) async throws -> Bool {
        guard let rule = world.subsets, rule.holder == world.holder, !world.isMade(rule.object) else { return false }
        // Routes that stay with the side that serves need its subset.
        let shield = RouteShield(tools: tools)
        guard !world.routes.contains(where: { $0.holder == world.holder && $0.mark != nil }),
            !world.routes.contains(where: { shield.isLost($0, world, run) })
        else { return false }
        if let last = tools.memories.of(world.object).routesRestored, world.now - last < Self.subsetGrace {
            run.lookAgain(at: last + Self.subsetGrace)
            return false
        }
        let used = (world.routes + world.strays).reduce(into: Set<String>()) { $0.formUnion($1.lists.subsets) }
        let list = rule.mark.map { SubsetPlan.restored(rule.subsets, $0, keeping: used) } ?? rule.subsets
        guard let patch = rule.patch(list, mark: nil, holder: nil) else { return false }
        try await tools.send(patch, rule.object)
        let kept = list.filter { rule.mark?.added.contains($0) ?? false }.compactMap { $0["name"]?.string }
        tellRestored(world, kept: kept.isEmpty ? nil : "\(kept.joined(separator: ", ")) of \(rule.title)")
        return true
    }

    /// Tells that everything is as it was, after a rollout that went back.
    ///
    /// - Parameters:
    ///   - world: what is there.
    ///   - kept: the subsets of the rollout that stay since routes of others name them; nil for none.
    func tellRestored(_ world: RolloutWorld, kept: String? = nil) {
        guard world.endedRecord?.record.verdict != nil || world.routeRecord?.record.verdict != nil else { return }
        let rest = kept.map { "; a route that is not its own names subset \($0), which stays" }
        let what = rest == nil ? "routes and subsets" : "routes"
        let text = "\(what) are as they were before the rollout\(rest ?? "")"
        tools.note(.normal, "Restored", text, world.object)
    }

    // MARK: Objects made for the rollout

    /// Makes the VirtualService and the DestinationRule where none are named; false when they are there.
    ///
    /// What was there before and has been deleted is told. A VirtualService comes back with all traffic on the side that serves, and the
    /// rollout, whose record went with it, begins anew; a DestinationRule comes back as it was.
    func make(_ world: RolloutWorld, _ run: inout RolloutRun) async throws -> Bool {
        let preflight = RolloutPreflight(world, stores: tools.parts.stores)
        guard preflight.otherRollout == nil, world.refusals.isEmpty else { return false }
        let key = ObjectKey(namespace: world.namespace, name: world.object.name)
        if world.usesSubsets, world.subsets == nil, world.spec.destinationRule == nil {
            let versions = [world.spec.stable.version, world.spec.canary.version]
            let spec: Tree = [
                "host": .string(world.spec.host), "subsets": .array(versions.map { world.subsetPlan.made($0) }),
            ]
            try await create(TrafficResources.destinationRules, key, spec, world)
            if run.hadRoutes { tellRemade("DestinationRule \(key)", "it is made again", world) }
            run.progress.settledSince = nil
            return true
        }
        guard world.spec.virtualServices.isEmpty, world.routes.isEmpty, !world.missing.isEmpty else { return false }
        var spec: Tree = ["hosts": [.string(world.spec.host)]]
        if !world.spec.gateways.isEmpty { spec["gateways"] = .array(world.spec.gateways.map { .string($0) }) }
        for entry in madeLists(world).tree.object?.entries ?? [] { spec[entry.key] = entry.value }
        try await create(TrafficResources.virtualServices, key, spec, world)
        if run.hadRoutes {
            let rest = run.wasUnderWay ? "; the rollout begins anew" : ""
            let what = "it is made again, with all traffic on version \(world.stableSpec.version)\(rest)"
            tellRemade("VirtualService \(key)", what, world)
        }
        return true
    }

    private func tellRemade(_ title: String, _ what: String, _ world: RolloutWorld) {
        let text = "\(title), which was made for this rollout, was deleted; \(what)"
        tools.note(.warning, RolloutDecision.Reason.routeDeleted.rawValue, text, world.object)
    }

    /// The routes of a VirtualService that is made: everything to the side that serves.
    func madeLists(_ world: RolloutWorld) -> RouteLists {
        let stable = world.sides.destination(like: ["host": .string(world.spec.host)], to: .stable)
        return RouteLists(spec: ["http": [["route": [["destination": stable, "weight": 100]]]]])
    }

    private func create(_ resource: APIResource, _ key: ObjectKey, _ spec: Tree, _ world: RolloutWorld) async throws {
        var object = KubeObject(kind: resource.kind, key: key)
        object.tree["spec"] = spec
        object.labels = [MeshNames.Label.managedBy: MeshNames.Label.managedByValue]
        object.annotations = [RolloutNames.Annotation.holder: world.holder]
        object.ownerReferences = [world.object.ownerReference()].compactMap(\.self)
        _ = try await tools.parts.client.create(resource, object, RolloutTools.options)
        tools.metrics.wrote(resource.plural)
    }
}
