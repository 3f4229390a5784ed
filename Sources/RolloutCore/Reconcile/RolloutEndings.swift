internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import KubeRuntime
internal import MeshAPI
internal import MeshBase
internal import RolloutControl
internal import RolloutEngine

/// Carries out the ends of a rollout: everything goes back, or the canary becomes the stable side.
struct RolloutEndings: Sendable {
    let tools: RolloutTools

    var routes: RouteKeeper { RouteKeeper(tools: tools) }
    var sides: SideKeeper { SideKeeper(tools: tools) }
    private var shield: RouteShield { RouteShield(tools: tools) }

    // MARK: Going back

    /// How long the stable side may take to become able to carry everything again before it has to do so anyway.
    static let retreatLimit = Duration.seconds(120)

    /// Brings traffic back, as much as the stable side can carry; nil when there is nothing left to do for it now.
    func retreat(_ world: RolloutWorld, _ run: inout RolloutRun) async throws -> RolloutPass? {
        guard let written = world.routeRecord else { return nil }
        switch try await RolloutCopy(tools: tools).takeBack(written, world, &run) {
        case .wrote: return .wrote
        case .waits: return nil
        case .done: break
        }
        let stable = world.stable
        let rule = CapacityRule(
            known: written.capacity,
            carrier: 0,
            minReadyPercent: world.spec.minReadyPercent
        )
        let began = written.condemned ?? written.record.began
        // Where the stable side has nothing ready at all, all would be lost; only a person may ask for that.
        let isBearable = stable.ready > 0 || run.commands.wishes(record: written.record, isPaused: false).abort != nil
        let isLate = world.now - began >= Self.retreatLimit && isBearable
        let isForced =
            world.isCutOff || isLate || world.canary.ready == 0 || stable.ready >= rule.ready(at: 100)
            || world.share == 0 && !world.routes.contains { $0.isTouched(world.object.name) }
        if isForced {
            return try await giveBackLast(world, run) ? .wrote : nil
        }
        let isScalable = stable.kind == .deployment || stable.kind == .statefulSet
        let wish = min(rule.full, stable.bounds?.most ?? rule.full)
        let last = tools.memories.of(world.object).lastScaling
        if isScalable, stable.wanted < wish, last.map({ world.now - $0 >= SideKeeper.scalePatience }) ?? true {
            try await sides.scale(stable, to: wish, world)
            return .wrote
        }
        let bearable = RouteShape(weight: 100 - rule.share(of: stable.ready))
        for route in world.routes.reversed() {
            guard let mark = route.mark, route.holder == world.holder else { continue }
            if mark.written.weight > bearable.weight {
                try await routes.write(route, world, written, bearable)
                return .wrote
            }
            // A manifest applied meanwhile is no way back: it may lead to a side that cannot carry it.
            let shape = RouteShape(weight: mark.written.weight)
            if route.isTouched(world.object.name),
                try await routes.putBack(route, world, written, shape, patience: RouteShield.patience, &run)
            {
                return .wrote
            }
        }
        run.lookAgain(at: max(world.now + .seconds(1), min(began + Self.retreatLimit, world.now + .seconds(5))))
        run.wait(for: "\(stable.title) has \(stable.text) ready, everything needs \(rule.ready(at: 100))")
        return nil
    }

    /// Gives the last VirtualService back that is not, or has it lead to the side that serves where the failed version would get requests;
    /// false when all are.
    private func giveBackLast(_ world: RolloutWorld, _ run: RolloutRun) async throws -> Bool {
        for (index, route) in world.routes.enumerated().reversed()
        where route.mark != nil && route.holder == world.holder {
            guard shield.keeps(route, world, run) else {
                try await routes.giveBack(route, world, keepsRecord: index == 0)
                shield.tellExposed(route, world)
                return true
            }
            guard let written = world.routeRecord,
                route.mark?.written != RouteShape() || route.isTouched(world.object.name)
            else { continue }
            try await routes.write(route, world, written, RouteShape())
            return true
        }
        return false
    }

    /// Puts away what is left of a rollout that went back; false when nothing is left.
    func clean(
        _ world: RolloutWorld,
        _ observation: RolloutObservation,
        _ run: inout RolloutRun
    ) async throws -> Bool {
        if try await giveBackLast(world, run) { return true }
        if let written = world.routeRecord {
            if let scaling = written.scaling, world.canary.wanted == scaling.to, scaling.from != scaling.to {
                try await sides.scale(world.canary, to: scaling.from, world)
                return true
            }
            // What was overtaken is kept only to say so while nothing else is to be rolled out.
            let isOvertaken = written.record.verdict?.cause == .superseded
            let isKept = observation.target == (isOvertaken ? nil : written.record.target)
            var kept = isKept ? world.written.map { WrittenRecord($0.record) } : nil
            kept?.condemned = written.condemned
            // A failure that a person has decided on waits for nobody any more.
            if let why = observation.wishes.abort { kept?.record.verdict = .init(.aborted, why) }
            if world.endedRecord != kept {
                try await tools.annotate(world, [RolloutNames.Annotation.record: kept?.text], endsRollout: true, &run)
                return true
            }
        }
        if try await routes.tidySubsets(world, &run) { return true }
        if try await takeOffRecords(world, run) { return true }
        return try await takeOffOrders(world, &run)
    }

    /// Takes off orders that came too late for the rollout that went back, so that they do not steer the next attempt: approvals, promotions,
    /// and an abort, which has been obeyed by now.
    private func takeOffOrders(_ world: RolloutWorld, _ run: inout RolloutRun) async throws -> Bool {
        var late = RolloutCommands.late
        let abort = run.commands.wishes(record: world.written?.record, isPaused: false).abort
        if abort != nil { late.append(RolloutNames.Command.abort) }
        late.removeAll { world.object.annotations[$0] == nil }
        guard !late.isEmpty else { return false }
        var values = Dictionary(uniqueKeysWithValues: late.map { ($0, String?.none) })
        // That a person has decided outlives the order: nothing is kept from the failed version any more.
        if let abort, world.routeRecord == nil, var ended = world.endedRecord, let verdict = ended.record.verdict,
            verdict.cause != .aborted
        {
            ended.record.verdict = .init(.aborted, "\(abort); before that: \(verdict.message)")
            values[RolloutNames.Annotation.record] = ended.text
        }
        try await tools.annotate(world, values, endsRollout: false, &run)
        let refused = late.filter { $0 != RolloutNames.Command.abort }
        if !refused.isEmpty {
            let note = RolloutNote.refused(refused, "the rollout had gone back when that came; a retry asks anew")
            tools.note(note.severity, note.reason, note.note, world.object)
        }
        return true
    }

    private func takeOffRecords(_ world: RolloutWorld, _ run: RolloutRun) async throws -> Bool {
        let recorded = world.routes.filter { $0.holder == world.holder && $0.written != nil }
        for route in world.routes.reversed() where route.holder == world.holder {
            let isKept = shield.keeps(route, world, run)
            var mark = isKept ? route.mark : nil
            mark?.replaced = nil
            let holder = isKept || world.isMade(route.object) ? world.holder : nil
            guard let patch = route.patch(route.lists, record: nil, mark: mark?.text, holder: holder) else { continue }
            try await tools.send(patch, route.object)
            // The record stays on one route to the last: with it the rollout is over.
            if recorded.count == 1, let record = route.written?.record, record.verdict != nil {
                tools.metrics.ended(.rolledBack, of: world.object.key, after: world.now - record.started)
            }
            // Subsets go a little later, and tell it then; and so do routes that stay with the side that serves.
            if isKept {
                if route.written != nil { shield.tellHeld(route, world) }
            } else if !world.routes.contains(where: { shield.keeps($0, world, run) }), !RouteShield.hasSubsets(world) {
                routes.tellRestored(world)
            }
            return true
        }
        return false
    }

    // MARK: Promotion

    /// Begins to make the canary the stable side.
    func promote(_ world: RolloutWorld, _ run: inout RolloutRun) async throws -> RolloutPass {
        guard var written = world.routeRecord, let lead = world.routes.first else { return .wrote }
        if world.spec.promotion == .copyTemplate, world.stable.object != nil {
            written.isPromoting = true
            written.record.began = world.now
            let shape = lead.mark?.written ?? RouteShape(weight: 100)
            let replaced = RolloutCopy.replaced(world)
            try await routes.write(lead, world, written, shape, replaced: replaced)
            let text =
                "the template of \(world.canary.title) is copied to \(world.stable.title), which gets the traffic then"
            tools.note(.normal, "Promoting", text, world.object)
            return .wrote
        }
        let mark = ServingMark(
            version: world.canarySpec.version,
            since: world.now,
            passed: world.stable.object == nil && world.spec.workloadKind != .pods ? nil : world.stable.identity
        )
        try await tools.promote(world, mark, &run)
        tellPromoted(world, "version \(world.canarySpec.version) serves now, \(world.stable.title) is the other side")
        return .wrote
    }

    /// Tells which version serves from now on.
    func tellPromoted(_ world: RolloutWorld, _ text: String) {
        tools.memories.update(world.object) { $0.hasPromoted = true }
        tools.note(.normal, "Promoted", text, world.object)
    }

    /// Takes the traces of a rollout off the routes once its version serves.
    func finish(_ world: RolloutWorld, _ run: inout RolloutRun) async throws -> RolloutPass {
        let isCopy = world.routeRecord?.isPromoting ?? false
        for route in world.routes.reversed() where route.holder == world.holder {
            if isCopy {
                try await routes.giveBack(route, world, keepsRecord: false)
                return .wrote
            }
            let base = route.base(world.object.name, sides: world.sides)
            let lists = world.composer(route).promoted(base)
            let holder = world.isMade(route.object) ? world.holder : nil
            let patch = route.patch(lists, record: nil, mark: nil, holder: holder)
            tools.memories.update(world.object) { $0.routesRestored = world.now }
            guard let patch else { continue }
            try await tools.send(patch, route.object)
            return .wrote
        }
        return .wrote
    }

    // MARK: At rest

    /// What is done while nothing is rolled out; false when there is nothing to do.
    func rest(_ world: RolloutWorld, _ run: inout RolloutRun) async throws -> Bool {
        let orders = RolloutCommands.given(in: world.object.annotations)
        if !orders.isEmpty {
            let serving = "version \(world.stableSpec.version) serves"
            try await tools.refuse(orders, "no rollout is under way that could be steered, \(serving)", world, &run)
            return true
        }
        // What failed is not tried again by itself when it is scaled up again; a version that is gone from the spec is not known any more.
        let versions = [world.spec.stable.version, world.spec.canary.version]
        if let ended = world.endedRecord, ended.record.verdict?.cause != .superseded,
            !versions.contains(String(ended.record.target.prefix { $0 != "+" }))
        {
            try await tools.annotate(world, [RolloutNames.Annotation.record: nil], endsRollout: false, &run)
            return true
        }
        if let rule = world.subsets, world.isMade(rule.object) {
            if try await routes.keepSubsets(world, slowStart: nil, &run) { return true }
        } else if try await routes.tidySubsets(world, &run) {
            return true
        }
        if try await guardPromotion(world, &run) { return true }
        if try await sides.bringUp(world.canary, world) { return true }
        return try await retire(world, &run)
    }

    /// Takes the side that was replaced down, after its time.
    private func retire(_ world: RolloutWorld, _ run: inout RolloutRun) async throws -> Bool {
        guard var mark = world.servingMark, let passed = mark.passed else { return false }
        let old = world.canary
        guard old.identity == passed, old.object != nil else { return false }
        if old.wanted == 0 {
            mark.passed = nil
            try await tools.annotate(world, [RolloutNames.Annotation.serving: mark.text], endsRollout: false, &run)
            tools.note(.normal, "Retired", "\(old.title), which was replaced, is down", world.object)
            return true
        }
        let time = mark.since + world.spec.scaleDownDelay
        guard time <= world.now else {
            run.lookAgain(at: time)
            return false
        }
        if let last = tools.memories.of(world.object).lastScaling, world.now - last < SideKeeper.scalePatience,
            last >= time
        {
            run.lookAgain(at: last + SideKeeper.scalePatience)
            return false
        }
        try await sides.takeDown(old, world)
        return true
    }

    /// Puts routes right that lead to the side that was taken down, as a manifest from before the promotion does.
    private func guardPromotion(_ world: RolloutWorld, _ run: inout RolloutRun) async throws -> Bool {
        guard world.servingMark != nil, world.canary.ready == 0, world.stable.ready > 0 else { return false }
        for route in world.routes {
            let composer = world.composer(route, world.sides.swapped)
            let isLost = composer.parts(route.lists).contains { $0.share < 100 } && world.parts(route).isEmpty
            guard isLost, route.lists != composer.promoted(route.lists) else { continue }
            let contest = tools.memories.of(world.object).restContest
            if let fight = contest.fight(now: world.now) { run.fight = tools.fightText(fight, route.title) }
            let writer = route.lastWrite.writer
            let time = contest.mayPutBack(.routes, by: writer, now: world.now)
            guard time <= world.now else {
                run.lookAgain(at: time)
                continue
            }
            let holder = world.isMade(route.object) ? world.holder : nil
            let patch = route.patch(composer.promoted(route.lists), record: nil, mark: nil, holder: holder)
            let counted = contest.counted(.routes, by: writer, now: world.now)
            tools.tellPutBack(counted, route.title, world)
            tools.memories.update(world.object) { $0.restContest = counted }
            try await tools.send(patch, route.object)
            return true
        }
        return false
    }
}
