internal import DataTree
internal import KubeAPI
internal import KubeClient
package import KubeRuntime
internal import Logging
internal import MeshAPI
internal import MeshBase
internal import RolloutControl
internal import RolloutEngine

extension MeshRolloutReconciler {
    // MARK: Status

    /// Writes down what came of a reconcile, tells of transitions, and says when to look again.
    func conclude(
        _ outcome: RolloutOutcome,
        _ run: RolloutRun,
        _ scope: inout ReconcileScope<Void>
    ) async throws -> PhaseOutcome {
        tools.memories.update(scope.object) { ($0.unsettled, $0.failures) = (0, 0) }
        var draft = draft(outcome, run, scope)
        var status = draft.progressed(outcome.world, run)
        draft.complete(&status)
        let news = draft.news
        tools.memories.update(scope.object) { $0.notes += news }
        tellGates(tell(status, draft.previous, &scope), status, outcome.world)
        var run = run
        let missesService = tools.memories.of(scope.object).missesService
        run.lookAgain(at: missesService ? outcome.world.now + RolloutTurn.unwatchedPace : nil)
        guard let again = run.again else { return .proceed }
        return .proceedAndRecheck(after: max(run.leastRest, again - tools.environment.wall()))
    }

    /// What conditions are made of: where it stands, and what is wrong.
    private func draft(
        _ outcome: RolloutOutcome,
        _ run: RolloutRun,
        _ scope: ReconcileScope<Void>
    ) -> RolloutStatusDraft {
        let world = outcome.world
        var draft = RolloutStatusDraft(
            scope.object,
            phase: outcome.phase,
            reason: run.progress.reason,
            message: run.progress.waitingFor,
            now: scope.now
        )
        if outcome.decision.reason == .routeDeleted { draft.loss = run.progress.waitingFor }
        refuse(&draft, world)
        draft.fight = run.fight
        let exposure = LiveTraffic(world).exposure
        (draft.shield, draft.exposure) = (RouteShield.shieldText(world), RouteShield.exposureText(world) ?? exposure)
        if let exposure { tools.tellExposed(exposure, draft.previous, world) }
        draft.stableDown = StableWatch(world).text
        draft.departure = GroupBarrier(world, stores: tools.parts.stores, resumed: run.resumed).departure?.text
        draft.issues = run.commands.issues
        if world.stable.ready == 0, world.share < 100, world.stable.wanted > 0 || world.written != nil {
            let why = world.stable.trouble.map { ": \($0)" } ?? ""
            draft.trouble = "\(world.stable.title), which serves, has no ready replicas\(why)"
        }
        return draft
    }

    /// What keeps the next rollout from beginning makes it a failed one, also before there is anything to roll out.
    private func refuse(_ draft: inout RolloutStatusDraft, _ world: RolloutWorld) {
        guard world.written == nil, draft.loss == nil else { return }
        let refusals = RolloutPreflight(world, stores: tools.parts.stores).refusals
        // Whether the stable side is up matters only once something is to be rolled out.
        draft.refusal = refusals.first { world.target != nil || $0.kind != .stableSide }?.text
        guard let refusal = draft.refusal else { return }
        draft.phase = .failed
        let reason = RolloutDecision.Reason.refused.rawValue
        if draft.reason != reason { (draft.reason, draft.message) = (reason, refusal) }
    }

    /// Tells that the spec cannot be used.
    func refuse(_ message: String, _ scope: inout ReconcileScope<Void>) -> PhaseOutcome {
        tools.desk.withdraw(scope.object.key)
        var draft = RolloutStatusDraft(
            scope.object,
            phase: .failed,
            reason: MeshConditionReason.invalidSpec.rawValue,
            message: message,
            now: scope.now
        )
        draft.invalid = message
        tell(draft, &scope)
        return .proceed
    }

    /// Tells that writes are held.
    package func reportPause(_ scope: inout ReconcileScope<Void>) {
        tools.desk.withdraw(scope.object.key)
        let draft = RolloutStatusDraft(
            scope.object,
            phase: .paused,
            reason: MeshConditionReason.paused.rawValue,
            message: "spec.paused holds all writes",
            now: scope.now
        )
        tell(draft, &scope)
    }

    /// Tells of failures.
    package func reportFailure(_ error: any Error, in phase: String, _ scope: inout ReconcileScope<Void>) {
        if let fight = error as? MeshRolloutError, fight.code == .unsettled { return reportFight(fight, &scope) }
        if let failure = error as? KubeError, failure.code != .conflict, Self.mayPass(failure) {
            return reportDelay(failure, &scope)
        }
        guard let coded = error as? any CodedError, case .invalid = coded.retryClass else { return }
        var draft = RolloutStatusDraft(
            scope.object,
            phase: .failed,
            reason: MeshConditionReason.applyRefused.rawValue,
            message: "\(error)",
            now: scope.now
        )
        draft.trouble = "\(error)"
        tell(draft, &scope)
    }

    /// Tells what the API server, or a policy, refuses; it is tried again by itself, since what refuses it may change.
    func refused(_ error: KubeError, _ scope: inout ReconcileScope<Void>) -> PhaseOutcome {
        let words = error.status?.message ?? error.message
        guard error.code == .forbidden else {
            reportFailure(error, in: "MoveTraffic", &scope)
            return .proceedAndRecheck(after: .seconds(300))
        }
        let remedy =
            "give the operator the permission (kubectl apply -f Manifests/install.yaml), "
            + "or let the policy that is named admit it"
        deny(.forbidden, "\(words.prefix(600)); \(remedy); it is tried again each minute", &scope)
        return .proceedAndRecheck(after: .seconds(60))
    }

    /// Tells of failures that time may heal and that last, as of a webhook that does not answer; seldom, since the status may fail too.
    private func reportDelay(_ error: KubeError, _ scope: inout ReconcileScope<Void>) {
        var count = 0
        tools.memories.update(scope.object) { memory in
            memory.failures += 1
            count = memory.failures
        }
        guard FailurePace.isTold(count) else { return }
        let words = "a read or a write goes on failing: \((error.status?.message ?? error.message).prefix(600))"
        deny(.apiUnavailable, "\(words); it is tried again, more and more seldom", &scope)
    }

    /// Says what keeps the rollout where it is, beside where that is.
    private func deny(_ reason: MeshConditionReason, _ text: String, _ scope: inout ReconcileScope<Void>) {
        var draft = standing(scope, else: reason)
        draft.denial = (reason, RolloutText.fit(text))
        draft.fight = draft.previous.conditions.first { $0.type == RolloutStatusDraft.fieldConflict }?.message
        tell(draft, &scope)
    }

    /// Where it stands by its status, to say something beside it; `reason` where that says nothing yet.
    private func standing(_ scope: ReconcileScope<Void>, else reason: MeshConditionReason) -> RolloutStatusDraft {
        let told = MeshRolloutStatus(lenient: scope.object.tree["status"] ?? .null)
        return RolloutStatusDraft(
            scope.object,
            phase: told.phase ?? .pending,
            reason: told.progress.reason.isEmpty ? reason.rawValue : told.progress.reason,
            message: told.progress.waitingFor,
            now: scope.now
        )
    }

    private static func mayPass(_ error: KubeError) -> Bool {
        switch error.retryClass {
        case .transient, .waiting: true
        case .conflict, .invalid, .terminal: false
        }
    }

    /// Tells of somebody who writes all the time, from the second time in a row on.
    private func reportFight(_ error: MeshRolloutError, _ scope: inout ReconcileScope<Void>) {
        var count = 0
        tools.memories.update(scope.object) { memory in
            memory.unsettled += 1
            count = memory.unsettled
        }
        guard count > 1 else { return }
        var draft = standing(scope, else: .fieldConflict)
        draft.fight = error.message
        tell(draft, &scope)
    }

    /// Writes down where it stands, all but conditions and phase as it was.
    private func tell(_ draft: RolloutStatusDraft, _ scope: inout ReconcileScope<Void>) {
        var status = draft.previous
        draft.complete(&status)
        _ = tell(status, draft.previous, &scope)
    }

    /// Puts a status into the scope, to be written if it differs, and gives what was worth an Event.
    private func tell(
        _ status: MeshRolloutStatus,
        _ old: MeshRolloutStatus,
        _ scope: inout ReconcileScope<Void>
    ) -> [RolloutNote] {
        let key = scope.object.key
        tools.metrics.show(status, of: key)
        let memory = tools.memories.of(scope.object)
        var notes = memory.notes
        if memory.hasPromoted, status.phase == .completed { notes.append(Self.completed(status)) }
        tools.memories.update(scope.object) { memory in
            memory.notes = []
            if status.phase == .completed { memory.hasPromoted = false }
        }
        guard status != old || !notes.isEmpty else { return [] }
        // What was noted when it was done is not told again for the status that shows it.
        let told = Set(notes.map(\.reason))
        notes += Self.notes(from: old, to: status).filter { !told.contains($0.reason) }
        if status != old { scope.status = status.tree }
        for note in notes {
            tools.environment.logger.info(
                "rollout changed state",
                metadata: ["key": "\(key)", "state": "\(note.reason)", "note": "\(note.note)"]
            )
            let severity: EventNote.Severity = note.severity == .warning ? .warning : .normal
            tools.parts.recorder?.record(EventSubject(scope.object), severity, reason: note.reason, note: note.note)
        }
        return notes
    }

    private static func completed(_ status: MeshRolloutStatus) -> RolloutNote {
        RolloutNote(
            .normal,
            RolloutPhase.completed.rawValue,
            "version \(status.stable ?? "") serves, \(status.progress.steps) steps are done"
        )
    }

    private static func notes(from old: MeshRolloutStatus, to new: MeshRolloutStatus) -> [RolloutNote] {
        var notes = RolloutNote.notes(from: old.progress, to: new.progress)
        notes.removeAll { $0.reason == RolloutPhase.completed.rawValue }
        func add(_ note: RolloutNote) {
            if !notes.contains(where: { $0.reason == note.reason }) { notes.append(note) }
        }
        if new.phase != old.phase, let phase = new.phase {
            let paused = RolloutPhase.paused
            if old.phase == paused { add(RolloutNote(.normal, "Resumed", "it goes on")) }
            if phase == paused { add(RolloutNote(.normal, paused.rawValue, new.condition(.paused)?.message ?? "")) }
            if phase == .failed, let trouble = new.condition(.degraded) {
                add(RolloutNote(.warning, trouble.reason, trouble.message))
            }
            if phase == .completed, old.phase != nil, old.stable != new.stable { add(completed(new)) }
        }
        let denials: [MeshConditionReason] = [.forbidden, .apiUnavailable]
        if let denial = new.condition(.degraded), denials.contains(where: { $0.rawValue == denial.reason }),
            old.condition(.degraded)?.reason != denial.reason
        {
            add(RolloutNote(.warning, denial.reason, denial.message))
        }
        let type = RolloutStatusDraft.fieldConflict
        if let fight = new.conditions.first(where: { $0.type == type }),
            !old.conditions.contains(where: { $0.type == type })
        {
            notes.append(RolloutNote(.warning, type, fight.message))
        }
        return notes
    }

    /// Tells gates of type Event of transitions, and, once in the life of a process, of where a rollout under way stands.
    ///
    /// What a process that died had not told any more is told by the next one in that way.
    private func tellGates(_ notes: [RolloutNote], _ status: MeshRolloutStatus, _ world: RolloutWorld) {
        var notes = notes
        let isFirst = !tools.memories.of(world.object).hasTold
        if isFirst {
            tools.memories.update(world.object) { $0.hasTold = true }
            if notes.isEmpty, world.written != nil {
                notes = RolloutNote.notes(from: RolloutProgress(), to: status.progress)
            }
        }
        let gates = world.spec.analysis.gates.filter { $0.kind == .event }
        guard !gates.isEmpty, !notes.isEmpty else { return }
        var observation = RolloutObservation(target: world.target)
        observation.record = world.written?.record
        var question = RolloutTurn(tools: tools).question(world, observation)
        question.phase = status.phase?.rawValue ?? ""
        let subject = GateSubject(world.object)
        for note in notes {
            (question.reason, question.message) = (note.reason, note.note)
            tools.desk.tell(gates.map { GateNotice(subject, $0, question) })
        }
    }

    // MARK: Deletion

    /// Gives everything back, unless the canary has been promoted, and removes what was made for the rollout.
    package func finalize(_ scope: inout ReconcileScope<Void>) async throws -> FinalizeOutcome {
        let object = scope.object
        tools.desk.withdraw(object.key)
        // A spec that cannot be read still says enough to give back what is written down.
        let spec = (try? MeshRolloutResource(decoding: object).spec) ?? MeshRolloutSpec()
        var run = RolloutRun(object: object, spec: spec, now: tools.environment.wall())
        for _ in 0..<Self.passLimit {
            let world = try await tools.reader.world(object, spec, now: tools.environment.wall())
            do {
                guard try await undo(world, &run) else {
                    guard let again = run.again else { return .released }
                    return .waiting(recheckAfter: max(.seconds(1), again - tools.environment.wall()))
                }
            } catch let error as KubeError where error.code == .conflict || error.code == .notFound {
                run.collisions += 1
                guard run.collisions <= Self.collisionLimit else { throw error }
            }
        }
        throw MeshRolloutError(.unsettled, "MeshRollout \(object.key) still has something to give back")
    }

    /// Gives one thing back; false when there is nothing left to give back now.
    private func undo(_ world: RolloutWorld, _ run: inout RolloutRun) async throws -> Bool {
        if !world.isFinishing, try await RolloutCopy(tools: tools).putBack(world) { return true }
        for route in world.strays + world.routes.reversed() where route.holder == world.holder {
            if world.isMade(route.object) {
                try await remove(TrafficResources.virtualServices, route.object)
                tools.memories.update(world.object) { $0.routesRestored = world.now }
                return true
            }
            if world.isFinishing, world.routeRecord?.isPromoting != true {
                return try await RolloutEndings(tools: tools).finish(world, &run).isWrite
            }
            try await RouteKeeper(tools: tools).giveBack(route, world, keepsRecord: false)
            return true
        }
        guard let rule = world.subsets, rule.holder == world.holder else { return false }
        guard world.isMade(rule.object) else { return try await RouteKeeper(tools: tools).tidySubsets(world, &run) }
        if let last = tools.memories.of(world.object).routesRestored, world.now - last < RouteKeeper.subsetGrace {
            run.lookAgain(at: last + RouteKeeper.subsetGrace)
            return false
        }
        try await remove(TrafficResources.destinationRules, rule.object)
        return true
    }

    private func remove(_ resource: APIResource, _ object: KubeObject) async throws {
        let options = DeleteOptions(propagation: .background, uid: object.uid)
        _ = try await tools.parts.client.delete(resource, object.key, options)
        tools.metrics.wrote(resource.plural)
    }
}

extension RolloutPass {
    var isWrite: Bool {
        if case .wrote = self { true } else { false }
    }
}
