internal import DataTree
internal import FieldOwnership
internal import KubeAPI
internal import KubeClient
internal import KubeRuntime
internal import Logging
internal import ManifestRendering
internal import MeshAPI
internal import MeshBase
internal import RolloutControl
internal import RolloutEngine
internal import UpgradePlanning

/// Carries out upgrades: looks, decides, writes one thing, looks again.
struct UpgradeDriver: Sendable {
    /// What it works with: caches, client, memory.
    let mesh: MeshOperatorReconciler

    /// One look.
    struct UpgradeLook {
        /// What is decided from.
        var scene: UpgradeScene
        /// What the engine sees.
        var observation: RolloutObservation
        /// What it says.
        var decision: RolloutDecision
        /// The plan for what is to be, the decision written down.
        var plan: MeshPlan
        /// What the gates of the step have said.
        var book: GateBook
        /// What may be moved once nothing is left to apply.
        var turn = UpgradeTurn()
        /// What people asked that steers nothing any more, or nothing yet, to be taken off before a record goes or is written.
        var orders: UpgradeOrders
        /// Whether the plan writes a decision down.
        var isDecision = false
        /// Whether the plan ends a promotion: with it the record of the hop goes.
        var isLast = false

        /// An Event for what is over with the look in which it is decided, so that no status shows it.
        var transitionNotes: [RolloutNote] {
            guard case .enter = decision.action, orders.names.isEmpty else { return [] }
            let (word, text) = (decision.reason.rawValue, RolloutText.fit(decision.message))
            switch decision.reason {
            case .stepsChanged: return [RolloutNote(.normal, word, text)]
            case .movedByHand: return [RolloutNote(.warning, word, text)]
            default: return []
            }
        }
    }

    /// What is asked for by `spec`, and what it depends on besides: the cluster's version, the day, what other meshes have.
    func wish(_ spec: MeshOperatorSpec, _ run: MeshRun, version: String) -> UpgradeCourse.Wish {
        let day = String(mesh.environment.wall().rfc3339.prefix(10))
        var wish = UpgradeCourse.Wish(spec, version: version, catalogue: mesh.parts.catalogue, day: day)
        (wish.annotations, wish.kubernetes) = (run.object.annotations, run.kubernetes)
        mesh.parts.stores.heedOthers(in: &wish, mesh.observe(run))
        return wish
    }

    /// Looks, decides and writes until there is nothing left to write.
    func settle(_ wish: UpgradeCourse.Wish, _ run: inout MeshRun) async throws -> MeshPlan {
        var effort = WriteEffort()
        try await findOut(wish, &run)
        var wasUnderWay = false
        for _ in 0..<MeshOperatorReconciler.passLimit {
            let look = try look(wish, &run)
            // What a rollout under way has put off is asked once it is over: what is to follow it in place may be refused.
            let survey = look.scene.stand.survey
            if wasUnderWay, survey.underWay == nil, let refusal = refusal(wish, survey, run) {
                (run.blueprint, run.upgrade) = (nil, nil)
                try await removeLeftovers(wish, &run)
                let there = Set(mesh.observe(run).live.keys)
                mesh.memories.update(run.object) { $0.known.formIntersection(there) }
                return MeshPlan(stage: .refused(refusal))
            }
            wasUnderWay = survey.underWay != nil
            if try await findsNamesFree(look.plan, run) { continue }
            if look.decision.action == .begin, !run.hasFoundOut {
                // What kept another upgrade from starting, or did not, says nothing of this one.
                run.hasFoundOut = true
                try await findOut(wish, &run, isBeginning: true)
                continue
            }
            report(look, &run)
            run.plan = look.plan
            if look.announces(&run, mesh.memories) { return look.plan }
            guard run.failures.allSatisfy({ $0.error.code == .forbidden }) else {
                // What keeps an object from being applied does not keep what has moved from going back.
                if look.decision.action == .restore { _ = try await move(look, &run) }
                return look.plan
            }
            if !look.plan.steps.isEmpty {
                if try await !mesh.confirm(look.plan, run).isEmpty { continue }
                // An order that came meanwhile is heard before a decision is written down that it may be too late after.
                try await mesh.confirmIsCurrent(run.object, anew: look.isDecision)
                guard try await write(look, &run, &effort) else { return look.plan }
                continue
            }
            askGates(look, run)
            guard try await move(look, &run) else { return look.plan }
        }
        throw MeshOperatorError(
            .unsettled,
            "\(run.object.name) still has writes to make after \(MeshOperatorReconciler.passLimit) passes"
        )
    }

    /// Applies what a look asks for; gives whether there is sense in going on in this reconcile.
    ///
    /// Neither a fight over one object, nor a webhook that fails for one, keeps what has moved from going back.
    private func write(_ look: UpgradeLook, _ run: inout MeshRun, _ effort: inout WriteEffort) async throws -> Bool {
        do {
            let report = try await mesh.perform(look.plan.steps, for: run.object)
            tell(report, run)
            run.failures += report.failures
            guard try effort.note(report) else {
                // Its status changes all the time, which is nobody's fault: it is looked at again soon.
                run.isCutShort = true
                if look.decision.action == .restore { _ = try await move(look, &run) }
                return false
            }
            measure(look, run, isWhole: report.failures.isEmpty)
            return true
        } catch {
            let isFight = (error as? MeshOperatorError)?.code == .unsettled
            let isOfOne = isFight || (error as? KubeError)?.code == .serverFailure
            guard look.decision.action == .restore, isOfOne else { throw error }
            do {
                _ = try await move(look, &run)
            } catch let other as MeshOperatorError {
                throw other
            } catch {
                mesh.environment.logger.debug("not moved either", metadata: ["error": "\(error)"])
            }
            throw error
        }
    }

    /// Why nothing may be written; nil when something may.
    func refusal(_ wish: UpgradeCourse.Wish, _ survey: RevisionSurvey, _ run: MeshRun) -> Preflight.Refusal? {
        let course = UpgradeCourse(wish, survey)
        if survey.underWay != nil || course.target != nil { return nil }
        if let refusal = course.refusal {
            return Preflight.Refusal(reason: refusal.reason, message: refusal.description, field: refusal.field)
        }
        guard let intent = run.intent else { return nil }
        return mesh.planner(mesh.observe(run), run.object).refusal(
            of: intent,
            catalogue: mesh.parts.catalogue,
            survey: survey
        )
    }

    // MARK: Looking

    func look(_ wish: UpgradeCourse.Wish, _ run: inout MeshRun) throws -> UpgradeLook {
        let now = mesh.environment.wall()
        let observed = mesh.observe(run)
        var scene = UpgradeScene(wish, observed, now: now) {
            mesh.parts.stores.crowd(observed, written: mesh.moved, now: mesh.environment.time.now)
        }
        scene.place(try bounds(scene, &run), live: observed.live)
        try compose(scene.composition, scene.stand, &run)
        var plan = planned(run, observed)
        var observation = scene.observation(plan)
        observation.refusals = run.findings?.refusals ?? []
        var book = GateBook(wish.spec.upgrade.analysis, progress: RolloutProgress(), isLastStep: false)
        let status = MeshOperatorStatus(lenient: run.object.tree["status"] ?? .null).plan?.progress
        mesh.memories.update(run.object) { memory in
            book = memory.upgrade.complete(&observation, scene, status: status ?? RolloutProgress())
            scene.released = memory.upgrade.released
        }
        if let record = observation.record, record.verdict == nil {
            book.note(mesh.desk.readings(of: GateSubject(run.object), at: stage(record, scene)))
        }
        observation.gates = book.states
        var decision = scene.decide(observation)
        decision = decision.telling(openQuestions(observation, scene, run), now: now)
        let next = scene.next(decision, plan)
        let orders = UpgradeOrders(scene, decision, next: next, annotations: wish.annotations)
        let isDecision = next != scene.stand && orders.names.isEmpty
        if isDecision {
            try compose(scene.composition(after: next), next, &run)
            plan = planned(run, observed)
        }
        var look = UpgradeLook(
            scene: scene,
            observation: observation,
            decision: decision,
            plan: plan,
            book: book,
            orders: orders
        )
        look.turn = scene.turn(decision)
        look.isDecision = isDecision
        look.isLast = scene.stand.isPromoting && next.record == nil && orders.names.isEmpty
        return look
    }

    private func openQuestions(
        _ observation: RolloutObservation,
        _ scene: UpgradeScene,
        _ run: MeshRun
    ) -> [OpenQuestion] {
        mesh.desk.open(of: GateSubject(run.object), at: stage(observation.record, scene))
    }

    /// Renders the revisions, with what is written down about them.
    func compose(_ composition: RevisionComposition, _ stand: UpgradeStand, _ run: inout MeshRun) throws {
        let rendered: MeshBlueprint
        if let known = run.rendered[composition] {
            rendered = known
        } else {
            rendered = try RevisionComposer(renderer: mesh.parts.renderer).blueprint(
                run.spec ?? MeshOperatorSpec(),
                composition,
                run.options(mesh.parts.definitions)
            )
            .completed().known()
            run.rendered[composition] = rendered
        }
        run.blueprint = rendered.marked(stand.marks).apart(from: stand.main, composition.slots)
        let wanted = Set(run.wanted)
        mesh.memories.update(run.object) { $0.wanted = wanted }
    }

    func bounds(_ scene: UpgradeScene, _ run: inout MeshRun) throws -> [GatewayID: GatewayBounds] {
        let slot = scene.stand.course.stable
        if let known = run.bounds[slot] { return known }
        let composer = RevisionComposer(renderer: mesh.parts.renderer)
        let found = try composer.gateways(scene.spec, of: slot, run.options(mesh.parts.definitions))
        run.bounds[slot] = found
        return found
    }

    private var executor: MoveExecutor {
        MoveExecutor(
            client: mesh.parts.client,
            ledger: mesh.moved,
            metrics: mesh.metrics,
            logger: mesh.environment.logger
        )
    }

    /// What is to be written for what was composed.
    func planned(_ run: MeshRun, _ observed: MeshObservation, isUpkeep: Bool = false) -> MeshPlan {
        guard let intent = run.intent, var blueprint = run.blueprint else { return MeshPlan(stage: .invalid("", nil)) }
        blueprint.urgent = Set(
            blueprint.objects.filter { ControlPlaneRevision.isControlPlane($0) }.map { ResourceID($0) }
        )
        var planner = mesh.planner(completed(observed, run), run.object)
        planner.isUpkeep = isUpkeep
        return planner.plan(intent: intent, blueprint: blueprint)
    }

    /// What was observed, with what is there under the names of what was composed.
    func completed(_ observed: MeshObservation, _ run: MeshRun) -> MeshObservation {
        var result = mesh.parts.stores.completed(
            observed,
            wanted: run.wanted,
            ledger: mesh.ledger,
            now: mesh.environment.time.now
        )
        result.findStrays(rendered: run.blueprint)
        result.neighbours = run.neighbours(seenBy: mesh)
        result.injectors = mesh.parts.stores.foreignInjectors
        return result
    }

    // MARK: Moving

    /// Moves what may be moved, then ends what is over; gives whether anything was written.
    private func move(_ look: UpgradeLook, _ run: inout MeshRun) async throws -> Bool {
        if !look.orders.names.isEmpty {
            try await takeOff(look.orders.names, run.object)
            if let note = look.orders.note { record(note.note, run, reason: note.reason) }
            run.isOutdated = true
            return false
        }
        var turn = look.scene.stand.isPromoting ? look.scene.settling(look.plan) : look.turn
        mesh.memories.update(run.object) { turn.writes = $0.upgrade.paced(turn.writes, now: look.scene.now) }
        guard !turn.writes.isEmpty else { return false }
        try await mesh.confirmIsCurrent(run.object)
        let (store, object) = (mesh.parts.stores.resources, run.object)
        let report = try await executor.perform(Array(turn.writes.prefix(mesh.parts.moveLimit))) {
            store.object(object.key)?.uid == object.uid
        }
        tell(report, run)
        run.failures += report.failures
        if turn.writes.count > mesh.parts.moveLimit {
            run.goesOn = true
            return false
        }
        // What somebody else wrote first is in the caches soon, and looked at then.
        return report.done > 0 && report.outdated.isEmpty
    }

    /// Takes off what people asked of a rollout that is over, so that it does not steer the next one.
    ///
    /// The record goes in the reconcile that this write brings about.
    private func takeOff(_ names: [String], _ object: KubeObject) async throws {
        try await mesh.confirmIsCurrent(object)
        var patch: Tree = ["metadata": [:]]
        for name in names { patch.set(.null, at: ["metadata", "annotations", name]) }
        if let uid = object.uid { patch.set(.string(uid), at: ["metadata", "uid"]) }
        if let version = object.resourceVersion { patch.set(.string(version), at: ["metadata", "resourceVersion"]) }
        mesh.noteWritten(try await mesh.parts.client.patch(MeshNames.resource, object.key, .merge(patch)))
    }

    /// Measures a step, or a hop, that is over.
    private func measure(_ look: UpgradeLook, _ run: MeshRun, isWhole: Bool) {
        guard let record = look.observation.record, record.step >= 0 else { return }
        if look.isLast, isWhole {
            let duration = look.scene.now - record.started
            mesh.metrics.ended(hopWith: .completed, of: run.object.name, after: duration)
        }
        guard !look.scene.stand.isPromoting else { return }
        switch look.decision.action {
        case .enter, .finish: mesh.metrics.finished(stepIn: look.scene.now - record.began)
        default: break
        }
    }

    /// Gives namespaces that an upgrade has moved their own labels back, when the mesh itself is on its way out.
    func releaseNamespaces(_ run: inout MeshRun) async throws {
        guard run.intent?.wishes.contains(.paused) != true else { return }
        let observation = mesh.observe(run)
        let tags = TagView(observation.ours(manager: MeshPlanner.manager)).objects
        let names = Set(RevisionSurvey(observation).revisions.map(\.slot.name)).union(tags.keys)
        let sight = mesh.parts.stores.crowd(observation, written: mesh.moved, now: mesh.environment.time.now)
        var writes = sight.namespaces.compactMap { namespace -> UpgradeWrite? in
            let move = NamespaceMove(namespace)
            guard move.isMoved, !namespace.isDeleting, names.contains(move.name ?? "") else { return nil }
            return UpgradeWrite(
                id: ResourceID(namespace),
                resource: .namespaces,
                patch: move.restoring,
                verb: "restore"
            )
        }
        for owner in sight.owners.values where names.contains(TemplateMove(owner).name ?? "") && !owner.isDeleting {
            let (move, id) = (TemplateMove(owner), ResourceID(owner))
            guard move.isMoved, let resource = RestartableWorkload.resource(of: id) else { continue }
            writes.append(UpgradeWrite(id: id, resource: resource, patch: move.restoring, verb: "restore"))
        }
        // Marks that stayed would speak of a mesh that is gone.
        for owner in sight.owners.values where !owner.isDeleting && !TemplateMove(owner).isMoved {
            guard names.contains(owner.annotations[RolloutNames.Annotation.movedTo] ?? ""),
                let resource = RestartableWorkload.resource(of: ResourceID(owner)),
                let patch = RestartableWorkload.unmarking(owner)
            else { continue }
            writes.append(UpgradeWrite(id: ResourceID(owner), resource: resource, patch: patch, verb: "forget"))
        }
        guard !writes.isEmpty else { return }
        try await mesh.confirmIsCurrent(run.object)
        run.failures += try await executor.perform(writes) { true }.failures
    }

    func report(_ look: UpgradeLook, _ run: inout MeshRun) {
        var (told, progress) = (RolloutProgress(), RolloutProgress())
        var isKnown = false
        mesh.memories.update(run.object) { memory in
            isKnown = memory.upgrade.progress != nil
            told = memory.upgrade.progress ?? told
            memory.upgrade.conclude(
                ProgressDraft(
                    previous: memory.upgrade.progress ?? RolloutProgress(),
                    policy: look.scene.policy,
                    observation: look.observation,
                    decision: look.decision,
                    now: look.scene.now
                )
            )
            progress = memory.upgrade.progress ?? progress
        }
        // Nothing is written when the last thing is back; that it was not is known from the look before, or from the status.
        if RolloutDecision.Reason(rawValue: told.reason)?.isGoingBack == true, look.decision.action == .restored,
            let record = look.observation.record
        {
            mesh.metrics.ended(hopWith: .rolledBack, of: run.object.name, after: look.scene.now - record.started)
        }
        let notes = RolloutNote.notes(from: told, to: progress)
        // Where an operator takes over, the status tells what its predecessor has told.
        if isKnown { run.entered += notes.filter { $0.reason == RolloutNote.stepEntered } }
        run.entered += look.transitionNotes
        tellGates(notes, look, run)
        dropGates(look, run)
        var report = UpgradeReport(
            scene: look.scene,
            observation: look.observation,
            decision: look.decision,
            progress: progress
        )
        report.awaited = look.turn.awaited
        let rules = look.scene.spec.upgrade
        let stand = look.scene.stand
        report.outline = (run.findings?.outline ?? toldOutline(run, stand.course))?
            .showing(look.observation.record == nil ? nil : look.scene.crowd)
        report.overrides = stand.course.plan?.overrides ?? []
        let open = isAsking(look) ? openQuestions(look.observation, look.scene, run) : []
        let due = isAsking(look) ? look.book.nextDue(now: look.scene.now, except: Set(open.map(\.name))) : nil
        let telling = RolloutDecision.telling(open, after: look.scene.now)
        report.lookAgain = [
            look.decision.until, due, telling, stand.dismissal(rules: rules), stand.retirement(rules: rules),
        ]
        .compactMap(\.self).min()
        run.upgrade = report
    }

    /// The outline that the status has of these hops: an operator that comes up in mid-upgrade works out none of its own, since what
    /// has moved already would be missing from it.
    private func toldOutline(_ run: MeshRun, _ course: UpgradeCourse) -> PlanOutline? {
        let plan = MeshOperatorStatus(lenient: run.object.tree["status"] ?? .null).plan
        // A version that is refused leads nowhere: what is under way stays the way told of.
        return plan?.hops == course.hops || course.refusal != nil ? plan?.outline : nil
    }
}

/// Notices objects that do not stay as they are applied.
struct WriteEffort {
    /// How often an object may be in the way in one reconcile.
    private static let limit = 3

    private var spoilt: [ResourceID: Int] = [:]
    private var overtaken: [ResourceID: Int] = [:]
    private var texts: [ResourceID: String] = [:]

    /// Takes in what came of writes.
    ///
    /// - Parameter report: what came of them.
    /// - Returns: whether there is sense in going on now; not where nothing but its status keeps an object from being written.
    /// - Throws: ``MeshOperatorError`` with code `unsettled` when somebody else writes one again and again.
    mutating func note(_ report: ExecutionReport) throws(MeshOperatorError) -> Bool {
        var again = report.outdated
        for case .apply(let write) in report.done {
            let id = ResourceID(write.object)
            // The same content twice is a fight; other content is progress.
            let text = Digest.of(write.object.tree.strippedForApply())
            if texts.updateValue(text, forKey: id) == text { again.append(id) }
        }
        for id in again {
            spoilt[id, default: 0] += 1
            guard spoilt[id, default: 0] < Self.limit else { throw MeshOperatorError.contested(id) }
        }
        for id in report.overtaken { overtaken[id, default: 0] += 1 }
        return overtaken.values.allSatisfy { $0 < Self.limit }
    }
}
