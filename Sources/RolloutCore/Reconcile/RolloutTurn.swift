internal import KubeAPI
internal import KubeClient
internal import KubeRuntime
internal import MeshAPI
internal import MeshBase
internal import RolloutControl
internal import RolloutEngine

/// Asks the engine, and carries out its answer.
struct RolloutTurn: Sendable {
    let tools: RolloutTools

    /// How often to look whether what is read but not watched, such as a Service, still keeps a rollout.
    static let unwatchedPace = Duration.seconds(30)

    private var routes: RouteKeeper { RouteKeeper(tools: tools) }
    private var endings: RolloutEndings { RolloutEndings(tools: tools) }

    func decide(_ world: RolloutWorld, _ run: inout RolloutRun) async throws -> RolloutPass {
        if try await leaveGroup(world) { return .wrote }
        let policy = world.plan.policy
        var observation = RolloutObserver(tools: tools).observe(world, &run)
        let book = gateBook(world, &run, &observation, policy)
        var decision = decision(policy, observation, world, run)
        var question = question(world, observation)
        (question.phase, question.reason) = (phase(decision, world).rawValue, decision.reason.rawValue)
        let inquiry = inquiry(book, decision, world, question)
        if inquiry.names.isEmpty {
            tools.desk.withdraw(world.object.key)
        } else {
            tools.desk.ask(inquiry)
        }
        if world.spec.analysis.runsJobs, let record = (world.routeRecord ?? world.endedRecord)?.record,
            record.verdict != nil
        {
            let verdict = "\(record.target) \(record.began.rfc3339Micro)"
            tools.desk.endJobs(of: inquiry.subject, in: world.namespace, verdict: verdict)
        }
        if decision.action == .hold, world.routeRecord?.record.verdict == nil, decision.reason != .paused {
            let open = tools.desk.open(of: inquiry.subject, at: inquiry.stage)
            decision = decision.telling(open, now: world.now)
            run.lookAgain(at: RolloutDecision.telling(open, after: world.now))
            if !due(book, world, isAnyTime: true).isEmpty {
                let next = book.nextDue(now: world.now, except: Set(open.map(\.name)))
                run.lookAgain(at: next.map { max($0, world.now + .seconds(1)) })
            }
        }
        run.progress =
            ProgressDraft(
                previous: run.progress,
                policy: policy,
                observation: observation,
                decision: decision,
                now: world.now
            ).progress
        return try await carryOut(decision, observation, world, &run)
    }

    /// What is to be asked now: nothing while the rollout does not wait, or is paused.
    private func inquiry(
        _ book: GateBook,
        _ decision: RolloutDecision,
        _ world: RolloutWorld,
        _ question: GateQuestion
    ) -> GateInquiry {
        let isWaiting =
            decision.action == .hold && decision.reason != .paused && world.routeRecord?.record.verdict == nil
        return GateInquiry(
            GateSubject(world.object),
            question,
            world.spec.analysis,
            names: isWaiting ? due(book, world) : []
        )
    }

    private func decision(
        _ policy: RolloutPolicy,
        _ observation: RolloutObservation,
        _ world: RolloutWorld,
        _ run: RolloutRun
    ) -> RolloutDecision {
        let decision = RolloutDecider(policy: policy, observation: observation, now: world.now).decide()
        let barrier = GroupBarrier(world, stores: tools.parts.stores, resumed: run.resumed)
        let held = barrier.held(Self.worded(decision, world))
        return StableWatch(world).held(held, observation.wishes)
    }

    /// Says in words of the cluster what the engine knows only as another target.
    static func worded(_ decision: RolloutDecision, _ world: RolloutWorld) -> RolloutDecision {
        var decision = decision
        if case .condemn(var verdict) = decision.action, verdict.cause == .superseded {
            verdict.message = RolloutSupersession(world).message
            decision.action = .condemn(verdict)
            decision.message = verdict.message
        }
        if decision.action == .restored, let text = RouteShield.text(world) { decision.message += "; \(text)" }
        if decision.reason == .nothingToDo, let end = RolloutSupersession(world).last { decision.message += "; \(end)" }
        return decision
    }

    // MARK: Gates

    private func gateBook(
        _ world: RolloutWorld,
        _ run: inout RolloutRun,
        _ observation: inout RolloutObservation,
        _ policy: RolloutPolicy
    ) -> GateBook {
        let record = observation.record
        var kept = run.progress.kept(by: record, now: world.now)
        observation.settledSince = kept.settledTime
        let isSettled = RolloutDecider(policy: policy, observation: observation, now: world.now).isSettled
        if let record, record.verdict == nil {
            let isFresh = isSettled || kept.settledTime != nil
            var last = record.began
            tools.memories.update(world.object) { memory in
                last = memory.settled(record.began, isFresh, deadline: policy.progressDeadline, now: world.now)
            }
            observation.progressed = max(observation.progressed ?? last, last)
        }
        observation.settledSince = isSettled ? kept.settledTime ?? world.now : nil
        kept.settledSince = observation.settledSince?.rfc3339Micro
        observation.gatesSince = kept.gatesAwaited(by: record, world.spec.analysis, now: world.now)
        // Blue/green promotes by its one move of traffic: a gate that confirms a promotion is asked before it.
        let beforeEnd = world.spec.strategy == .blueGreen ? 2 : 1
        let isLast = (record?.step ?? -1) >= policy.steps.count - beforeEnd
        var book = GateBook(world.spec.analysis, progress: kept, isLastStep: isLast)
        if record?.verdict == nil {
            let subject = GateSubject(world.object)
            book.note(tools.desk.readings(of: subject, at: question(world, observation).stage(world.spec.analysis)))
        }
        observation.gates = book.states
        return book
    }

    /// The gates to ask now that have a say in the present step, or are only shown.
    private func due(_ book: GateBook, _ world: RolloutWorld, isAnyTime: Bool = false) -> [String] {
        guard let rule = world.routeRecord.flatMap({ world.plan.rule(of: $0.record) }) else { return [] }
        let names = isAnyTime ? book.states.map(\.name) : book.due(now: world.now)
        return names.filter { rule.gates?.contains($0) ?? true }
    }

    func question(_ world: RolloutWorld, _ observation: RolloutObservation) -> GateQuestion {
        func side(_ spec: MeshRolloutSpec.Side) -> GateQuestion.Side {
            let host = spec.host.map { HostName($0, namespace: world.namespace) } ?? world.host
            return GateQuestion.Side([
                "namespace": world.namespace, "version": spec.version, "host": host.text, "workload": spec.name ?? "",
                "revision": "",
            ])
        }
        var question = GateQuestion(
            kind: RolloutNames.kind.kind,
            key: world.object.key,
            defaultNamespace: world.namespace,
            new: side(world.canarySpec),
            stable: side(world.stableSpec)
        )
        question.owner = world.object.ownerReference()
        let record = observation.record
        question.step = (record?.step ?? -1) + 1
        question.steps = world.plan.steps.count
        question.weight = world.share
        question.attempt = record.map { "\($0.target) \($0.step) \($0.began.rfc3339Micro)" } ?? ""
        return question
    }

    // MARK: Carrying out

    private func carryOut(
        _ decision: RolloutDecision,
        _ observation: RolloutObservation,
        _ world: RolloutWorld,
        _ run: inout RolloutRun
    ) async throws -> RolloutPass {
        run.lookAgain(at: decision.until)
        if world.spec.workloadKind == .pods, !world.refusals.isEmpty || decision.reason == .obstructed {
            // Services, by which pods are found, are not watched.
            run.lookAgain(at: world.now + Self.unwatchedPace)
        }
        switch decision.action {
        case .begin: return try await begin(world, observation, &run)
        case .enter(let step):
            let isOther = decision.reason == .stepsChanged
            if isOther, try await dropStepOrders(world, &run) { return .wrote }
            let pass = try await enter(step, world, observation)
            let leftOut = RolloutPreflight(world, stores: tools.parts.stores).leftOut(at: step)
            if !leftOut.isEmpty {
                let more = leftOut.count > 3 ? "; and \(leftOut.count - 3) more" : ""
                let text = leftOut.prefix(3).joined(separator: "; ") + more
                tools.note(.warning, "TestUsersLeftOut", RolloutText.fit(text, limit: 900), world.object)
            }
            if isOther { tools.note(.normal, decision.reason.rawValue, decision.message, world.object) }
            if decision.reason == .movedByHand {
                let text = "\(decision.message), and weights are put back"
                tools.note(.warning, decision.reason.rawValue, text, world.object)
            }
            return pass
        case .condemn(let verdict):
            if world.routeRecord != nil { return try await condemn(verdict, world) }
        case .move:
            if try await routes.moveOne(world) { return .wrote }
        case .restore:
            if announces(world, &run) { break }
            if let pass = try await endings.retreat(world, &run) { return pass }
        case .restored:
            if try await endings.clean(world, observation, &run) { return .wrote }
        case .finish: return try await endings.promote(world, &run)
        case .rest:
            if try await endings.rest(world, &run) { return .wrote }
        case .hold, .block: break
        }
        return .rests(RolloutOutcome(world: world, decision: decision, phase: phase(decision, world)))
    }

    /// Goes on by itself once `spec.group` is gone in the middle, and says so; false where nobody was left.
    private func leaveGroup(_ world: RolloutWorld) async throws -> Bool {
        guard let membership = GroupBarrier.left(world), let lead = world.routes.first, let mark = lead.mark,
            var written = world.routeRecord
        else { return false }
        written.membership = nil
        try await routes.write(lead, world, written, mark.written)
        guard !membership.members.isEmpty else { return true }
        let text =
            "left group \(membership.group) in the middle, since its spec.group is gone: it goes on by itself, and "
            + "\(membership.members.prefix(5).joined(separator: ", ")) of the group wait for it until progressDeadline"
        tools.note(.warning, GroupDeparture.reason, text, world.object)
        return true
    }

    /// Whether the status is to tell of the way back before it begins, once in the life of a process.
    ///
    /// What keeps the status from being written keeps nothing from going back; and where requests fail, nothing is told first.
    private func announces(_ world: RolloutWorld, _ run: inout RolloutRun) -> Bool {
        guard let began = world.routeRecord?.record.began, !run.wasGoingBack, !world.isCutOff,
            tools.memories.of(world.object).announced != began
        else { return false }
        tools.memories.update(world.object) { $0.announced = began }
        run.leastRest = .zero
        run.lookAgain(at: world.now)
        return true
    }

    private func phase(_ decision: RolloutDecision, _ world: RolloutWorld) -> RolloutPhase {
        switch decision.reason {
        case .nothingToDo: world.servingMark == nil ? .idle : .completed
        case .refused, .failed, .rollbackStalled: .failed
        case .starting, .preparing: world.routeRecord.map { $0.record.step < 0 } ?? true ? .preparing : .progressing
        case .moving, .settling, .movedByHand, .obstructed, .routeDeleted, .holding, .awaitingApproval, .awaitingGate,
            .awaitingGroup, .stepDone, .stepsChanged:
            .progressing
        case .paused: .paused
        case .rollingBack, .rollbackObstructed: .rollingBack
        case .rolledBack: .rolledBack
        case .completed: .promoting
        }
    }

    private func begin(
        _ world: RolloutWorld,
        _ observation: RolloutObservation,
        _ run: inout RolloutRun
    ) async throws -> RolloutPass {
        let abort = RolloutNames.Command.abort
        if observation.record == nil, world.object.annotations[abort] != nil {
            let what = "the rollout of version \(world.canarySpec.version) has not begun yet, and this was there before"
            try await tools.refuse([abort], "\(what); abort it again once it has", world, &run)
            return .wrote
        }
        guard let target = observation.target, let lead = world.routes.first else { return .wrote }
        let plan = world.plan.policy.plan(at: -1)
        var written = WrittenRecord(RolloutRecord(target: target, began: world.now, plan: plan))
        written.capacity = world.stable.wanted
        try await routes.write(lead, world, written, RouteShape())
        if let last = run.wasAt, last.target == target, !world.isMade(lead.object) {
            let what =
                "\(lead.title) was replaced by \(lead.lastWrite.writer), and the record of step \(last.step) with it"
            tools.note(.warning, "RecordLost", "\(what); the rollout begins anew", world.object)
        }
        let way = "from version \(world.stableSpec.version) to \(world.canarySpec.version)"
        tools.note(.normal, "Starting", "\(way), in \(world.plan.steps.count) steps", world.object)
        if let shortage = RolloutPreflight(world, stores: tools.parts.stores).shortage {
            tools.note(.warning, "CapacityShort", shortage, world.object)
        }
        return .wrote
    }

    /// Takes off approvals and promotions of single steps, whose numbers are those of other steps; false when there are none.
    private func dropStepOrders(_ world: RolloutWorld, _ run: inout RolloutRun) async throws -> Bool {
        let orders = run.commands.aboutSteps
        guard !orders.isEmpty else { return false }
        let values = Dictionary(uniqueKeysWithValues: orders.map { ($0, String?.none) })
        try await tools.annotate(world, values, endsRollout: false, &run)
        return true
    }

    private func enter(
        _ step: Int,
        _ world: RolloutWorld,
        _ observation: RolloutObservation
    ) async throws -> RolloutPass {
        guard let target = observation.target ?? observation.record?.target, let lead = world.routes.first else {
            return .wrote
        }
        var written = world.routeRecord ?? WrittenRecord(RolloutRecord(target: target, began: world.now))
        let started = written.record.started
        written.record = RolloutRecord(
            target: target,
            step: step,
            began: world.now,
            started: started,
            plan: world.plan.policy.plan(at: step, after: world.routeRecord?.record)
        )
        written.condemned = nil
        written.membership = GroupBarrier(world, stores: tools.parts.stores).membership
        if written.capacity == 0 { written.capacity = world.stable.wanted }
        var shape = world.plan.shape(at: step)
        shape.weight = lead.mark?.written.weight ?? min(shape.weight, world.share)
        try await routes.write(lead, world, written, shape)
        guard step >= 0 else { return .wrote }
        var place = RolloutProgress()
        (place.step, place.steps) = (step + 1, world.plan.steps.count)
        place.stepWeight = world.plan.shape(at: step).weight
        let note = RolloutNote.stepStarted(place, label: world.plan.label(at: step))
        tools.note(note.severity, note.reason, note.note, world.object)
        return .wrote
    }

    /// Writes down why everything goes back.
    func condemn(_ verdict: RolloutRecord.Verdict, _ world: RolloutWorld) async throws -> RolloutPass {
        guard let lead = world.routes.first, var written = world.routeRecord else { return .wrote }
        written.record.verdict = verdict
        written.condemned = world.now
        try await routes.write(lead, world, written, lead.mark?.written ?? RouteShape(weight: world.share))
        let reason: RolloutDecision.Reason =
            world.spec.rollback == .manual && !verdict.cause.goesBackByItself ? .failed : .rollingBack
        tools.note(.warning, reason.rawValue, "\(verdict.cause.rawValue): \(verdict.message)", world.object)
        return .wrote
    }
}
