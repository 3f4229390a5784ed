internal import DataTree
internal import FieldOwnership
package import KubeAPI
package import KubeClient
package import KubeRuntime
internal import Logging
package import ManifestRendering
package import MeshAPI
internal import MeshBase
internal import OperatorStart
package import RolloutControl
internal import RolloutEngine
internal import UpgradePlanning

/// Reconciles MeshOperators: observe (caches) -> plan (a function) -> apply (writes), pass after pass until the plan has no
/// writes left or has to wait.
package struct MeshOperatorReconciler: ResourceReconciler {
    /// Turns a spec into objects.
    package typealias Renderer = @Sendable (MeshOperatorSpec, RenderOptions) throws -> MeshBlueprint

    /// What a reconciler works with.
    package struct Parts: Sendable {
        /// The caches.
        package var stores: MeshStores
        /// What writes go through.
        package var client: ClusterClient
        /// Where transitions are told; nil for nowhere.
        package var recorder: EventRecorder?
        /// The versions there are.
        package var catalogue: VersionCatalogue
        /// Turns a spec into objects.
        package var renderer: Renderer
        /// Asks the gates of upgrades; nil where nobody can.
        package var gates: (any GateAsking)?
        /// CustomResourceDefinitions that belong to the base of every mesh.
        package var definitions: [KubeObject] = []
        /// What is known of the cluster; nil to find out through ``client``.
        package var facts: ClusterFacts?
        /// How many namespaces and workloads one reconcile writes, so that it ends in time to hear what people want meanwhile; at least 1.
        var moveLimit = 500
        /// What is known to be as wanted, of all MeshOperators.
        let matches = ObjectMatches()

        /// Names the parts.
        package init(
            stores: MeshStores,
            client: ClusterClient,
            recorder: EventRecorder?,
            catalogue: VersionCatalogue,
            renderer: @escaping Renderer
        ) {
            self.stores = stores
            self.client = client
            self.recorder = recorder
            self.catalogue = catalogue
            self.renderer = renderer
        }
    }

    /// How often progress within a phase is written down at most.
    static let detailInterval = Duration.seconds(5)
    /// How many passes one reconcile may take.
    static let passLimit = 64

    let parts: Parts
    let environment: RuntimeEnvironment
    let metrics: OperatorMetrics
    /// Where the gates of upgrades are asked; nothing is before somebody runs it.
    package let desk: GateDesk
    let ledger = WriteLedger()
    /// What this process moved before the caches show it.
    let moved = WriteLedger()
    let memories = MeshMemories { MeshMemory() }
    let facts: ClusterFacts

    /// Makes a reconciler.
    package init(_ parts: Parts, environment: RuntimeEnvironment) {
        var parts = parts
        let (render, renderings) = (parts.renderer, RenderingCache())
        parts.renderer = { spec, options in try renderings.blueprint(spec, options, by: render) }
        self.parts = parts
        self.environment = environment
        let metrics = OperatorMetrics(environment.metrics)
        self.metrics = metrics
        desk = GateDesk(parts.gates, clock: environment.clock, wall: environment.wall) { occurrence in
            switch occurrence {
            case .answered(let key, let name, let reading):
                metrics.answered(reading.outcome.word, gate: name, of: key.name)
            case .untold(let notice, let why):
                environment.logger.warning(
                    "event gate not told",
                    metadata: [
                        "meshoperator": "\(notice.subject.key.name)", "gate": "\(notice.gate.name)",
                        "state": "\(notice.question.reason)", "problem": "\(why)",
                    ]
                )
            case .unended(let key, let why):
                environment.logger.warning("jobs not ended", metadata: ["key": "\(key)", "problem": "\(why)"])
            }
        }
        self.facts = parts.facts ?? ClusterFacts(client: parts.client, time: environment.time)
    }

    /// Asks for what every reconcile needs to know, so that the first one need not.
    ///
    /// - Parameters:
    ///   - patience: how long to wait for an API server that does not answer yet; an answer ends the wait.
    ///   - isEnding: whether to give up waiting, without an error; asked about once a second.
    /// - Throws: `KubeError` when there is no API server where one should be, or none that knows the operator; what it refuses
    ///   for a time shows later.
    package func prepare(
        patience: Duration = .zero,
        isEnding: @Sendable () -> Bool = { false }
    ) async throws {
        do {
            try await StartPatience(limit: patience).ask(in: environment, isEnding: isEnding) {
                () async throws(KubeError) in _ = try await facts.kubernetesVersion()
            }
        } catch let error as KubeError {
            switch error.code {
            case .connection, .timedOut, .unauthorized, .malformedAnswer, .notFound, .cancelled: throw error
            default: return
            }
        }
    }

    /// MeshOperators.
    package var resource: APIResource { MeshNames.resource }
    /// Holds a MeshOperator until its objects are gone.
    package var finalizer: String? { MeshNames.finalizer }
    /// One phase: the passes.
    package var phases: [ReconcilePhase<MeshWork>] {
        [ReconcilePhase("RollOut") { scope in try await self.rollOut(&scope) }]
    }

    /// Held while `spec.paused` is set, deletion included: the finalizer stays until it is unset.
    package func pause(_ object: KubeObject) -> ReconcilePause {
        object.tree.value(at: "spec", "paused")?.bool == true ? .paused : .running
    }

    /// Nothing has come of the work yet.
    package func begin(_ object: KubeObject) -> MeshWork { MeshWork() }

    /// Tells that writes are held, and how an upgrade stands that is held with them.
    ///
    /// All conditions of a status are of one moment: where the caches took something in while it was drafted, it is drafted anew.
    package func reportPause(_ scope: inout ReconcileScope<MeshWork>) {
        desk.withdraw(scope.object.key)
        func drafted(_ scope: ReconcileScope<MeshWork>) -> MeshStatusDraft {
            var run = MeshRun(object: scope.object, intent: nil)
            let held = HeldMesh(driver: UpgradeDriver(mesh: self))
            let drift = held.drift(scope.object)
            var plan = held.glance(&run) ?? MeshPlan(stage: .paused)
            plan.stage = .paused
            let observation = parts.stores.used(observe(run), run.intent)
            var draft = MeshStatusDraft(
                resource: scope.object,
                plan: plan,
                intent: nil,
                observation: parts.stores.shown(observation, ledger: ledger, now: environment.time.now),
                now: scope.now
            )
            (draft.upgrade, draft.blueprint, draft.drift) = (run.upgrade, run.blueprint, drift)
            return draft
        }
        var moment = parts.stores.moment
        var draft = drafted(scope)
        // The next change looks at it again.
        for _ in 0..<3 {
            let now = parts.stores.moment
            guard now != moment else { break }
            moment = now
            draft = drafted(scope)
        }
        let present = draft.observation.ours(manager: MeshPlanner.manager).map { ResourceID($0) }
        memories.update(scope.object) { $0.known.formUnion($0.wanted.intersection(present)) }
        tell(draft.status(), &scope, isDetailTold: true)
    }

    /// Tells of failures that last.
    package func reportFailure(_ error: any Error, in phase: String, _ scope: inout ReconcileScope<MeshWork>) {
        var failures = 0
        memories.update(scope.object) { memory in
            memory.failures += 1
            failures = memory.failures
        }
        var status = MeshOperatorStatus(lenient: scope.status)
        if let refusal = error as? KubeError, refusal.code == .forbidden {
            status.noteForbidden(refusal, generation: scope.object.generation ?? 0, now: scope.now)
            tell(status, &scope)
            return
        }
        if let fight = error as? MeshOperatorError, fight.code == .unsettled {
            // How far an upgrade has got is told all the same.
            if let run = scope.work.run, let plan = run.plan { status = draft(plan, run, now: scope.now).status() }
            let writer = fight.object.flatMap { id in
                observe(MeshRun(object: scope.object, intent: nil)).live[id].flatMap {
                    ObjectOwnership($0).lastWriter(otherThan: MeshPlanner.manager)
                }
            }
            if failures > 1 {
                status.noteFight(
                    fight,
                    writer,
                    told: MeshOperatorStatus(lenient: scope.status),
                    generation: scope.object.generation ?? 0,
                    now: scope.now
                )
            }
            tell(status, &scope, entered: scope.work.run?.entered ?? [])
            return
        }
        // Seldom, since what is told may fail to be written too.
        guard FailurePace.isTold(failures) else { return }
        if let run = scope.work.run, run.upgrade != nil, let plan = run.plan {
            status = draft(plan, run, now: scope.now).status()
        }
        let live = observe(MeshRun(object: scope.object, intent: nil)).live
        status.noteTrouble(
            (error as? any CodedError).map { "\($0.codeName): \($0.message)" } ?? "\(error)",
            missing: memories.of(scope.object).known.sorted().first { live[$0] == nil },
            generation: scope.object.generation ?? 0,
            now: scope.now
        )
        tell(status, &scope)
    }

    /// Forgets a MeshOperator that is gone.
    package func forget(_ key: ObjectKey) {
        memories.forget(key)
        desk.forget(key)
        metrics.clear(key.name)
    }

    // MARK: Rolling out

    private func rollOut(_ scope: inout ReconcileScope<MeshWork>) async throws -> PhaseOutcome {
        let object = scope.object
        let spec: MeshOperatorSpec
        do throws(SpecError) {
            spec = try MeshOperatorResource(decoding: object).spec
            let issues = QuantityCheck.issues(in: object.tree["spec"] ?? .null)
            guard issues.isEmpty else { throw SpecError(issues: issues) }
        } catch {
            let field = error.issues.first?.path.description
            let plan = MeshPlan(stage: .invalid(error.message, field))
            return conclude(plan, MeshRun(object: object, intent: nil), &scope)
        }
        let intent = MeshIntent(spec, defaultVersion: parts.catalogue.defaultVersion.description)
        var run = MeshRun(object: object, intent: intent)
        run.kubernetes = try await facts.kubernetesVersion()
        run.spec = spec
        let driver = UpgradeDriver(mesh: self)
        let survey = RevisionSurvey(observe(run))
        let wish = driver.wish(spec, run, version: intent.version)
        if let refusal = driver.refusal(wish, survey, run) {
            try await driver.removeLeftovers(wish, &run)
            return conclude(MeshPlan(stage: .refused(refusal)), run, &scope)
        }
        do {
            defer { scope.work.run = run }
            let plan = try await driver.settle(wish, &run)
            return conclude(plan, run, &scope)
        } catch let error as RenderError {
            return conclude(MeshPlan(stage: .invalid(error.message, error.place)), run, &scope)
        } catch let error as MeshOperatorError where error.code == .unknownKind {
            return conclude(MeshPlan(stage: .invalid(error.message, nil)), run, &scope)
        }
    }

    /// Plans and writes until there is nothing left to write.
    func settle(_ run: inout MeshRun) async throws -> MeshPlan {
        var effort = WriteEffort()
        for _ in 0..<Self.passLimit {
            guard let intent = run.intent, run.object.isDeleting else { return MeshPlan(stage: .invalid("", nil)) }
            let observation = parts.stores.used(observe(run), intent)
            let plan = planner(observation, run.object).teardown(intent: intent, blueprint: run.blueprint)
            guard !plan.steps.isEmpty, run.failures.allSatisfy({ $0.error.code == .forbidden }) else { return plan }
            if try await !confirm(plan, run).isEmpty { continue }
            try await confirmIsCurrent(run.object)
            let report = try await perform(plan.steps, for: run.object)
            run.failures += report.failures
            guard try effort.note(report) else { return plan }
        }
        throw MeshOperatorError(
            .unsettled,
            "\(run.object.name) still has writes to make after \(Self.passLimit) passes"
        )
    }

    func planner(_ observation: MeshObservation, _ object: KubeObject) -> MeshPlanner {
        let history = memories.of(object).history
        var planner = MeshPlanner(observation: observation, history: history, now: environment.wall())
        planner.matches = parts.matches
        return planner
    }

    /// How things stand, but for who uses the mesh.
    func observe(_ run: MeshRun) -> MeshObservation {
        var observation = parts.stores.observe(
            run.object,
            wanted: run.wanted,
            ledger: ledger,
            now: environment.time.now
        )
        observation.kubernetes = run.kubernetes
        observation.unread = parts.stores.unreadKinds
        observation.isUsageUnknown = parts.stores.isUsageUnknown
        observation.refused = Set(run.failures.map(\.id))
        let memory = memories.of(run.object)
        observation.accepted = memory.accepted
        observation.known = memory.known
        observation.parts = memory.parts
        observation.othersNames = memories.names(besides: run.object, in: parts.stores.resources)
        observation.findStrays(rendered: run.blueprint)
        return observation
    }

    var executor: PlanExecutor {
        var executor = PlanExecutor(client: parts.client, ledger: ledger, metrics: metrics, logger: environment.logger)
        executor.now = { [time = environment.time] in time.now }
        return executor
    }

    /// The objects the plan would make anew although they are there.
    func confirm(_ plan: MeshPlan, _ run: MeshRun) async throws -> [ResourceID] {
        let known = memories.of(run.object).known
        let doubtful = plan.steps.compactMap { step -> ResourceID? in
            guard case .apply(let write) = step, write.cause == .create, known.contains(step.id) else { return nil }
            return step.id
        }
        return try await executor.confirm(doubtful, now: environment.time.now)
    }

    func perform(_ steps: [MeshStep], for object: KubeObject) async throws -> ExecutionReport {
        let (now, memory) = (environment.wall(), memories.of(object))
        let held = steps.compactMap { memory.refusals.failure(of: $0, generation: object.generation, now: now) }
        let heldIDs = Set(held.map(\.id))
        let sent = steps.filter { !heldIDs.contains($0.id) }
        var report = try await executor.perform(sent) {
            [store = parts.stores.resources] in store.object(object.key)?.uid == object.uid
        }
        for note in TakenBack(history: memory.history, now: now).notes(report.done) {
            let reason = MeshConditionReason.fieldConflict.rawValue
            parts.recorder?.record(EventSubject(object), .warning, reason: reason, note: note)
        }
        memories.update(object) { memory in
            memory.note(report, now: now)
            memory.refusals.note(report.failures, of: sent, generation: object.generation, now: now)
        }
        if let trouble = report.delayed { throw trouble }
        report.failures += held
        return report
    }
}

/// What a reconcile hands on.
package struct MeshWork: Sendable {
    /// What it had come to when it ended, well or not; nil where it had not begun to write.
    var run: MeshRun?

    /// Makes work that has not begun.
    package init() {}
}

/// What one reconcile knows and has come to.
struct MeshRun: Sendable {
    /// The MeshOperator as it was when the reconcile began.
    let object: KubeObject
    /// What is asked for, nil where it cannot be read.
    let intent: MeshIntent?
    /// The objects of the mesh.
    var blueprint: MeshBlueprint?
    /// The cluster's version.
    var kubernetes: String?
    /// What was refused.
    var failures: [StepFailure] = []
    /// The spec, where it can be read.
    var spec: MeshOperatorSpec?
    /// What came of the upgrade, if there is one.
    var upgrade: UpgradeReport?
    /// The steps entered in this reconcile, in order: some may be over before its status is written.
    var entered: [RolloutNote] = []
    /// The plan made last.
    var plan: MeshPlan?
    /// Whether it ends early since the status of an object changes before each of its writes.
    var isCutShort = false
    /// Whether there is more to do as soon as the status tells what has come of it so far.
    var goesOn = false
    /// Whether this reconcile has itself written the MeshOperator: its status waits for the reconcile that follows.
    var isOutdated = false
    /// What was found out before an upgrade starts.
    var findings: UpgradeFindings?
    /// Whether it was found out for an upgrade that starts in this reconcile.
    var hasFoundOut = false
    /// What was rendered in this reconcile.
    var rendered: [RevisionComposition: MeshBlueprint] = [:]
    /// The numbers of pods gateways may have, by the revision rendered.
    var bounds: [RevisionSlot: [GatewayID: GatewayBounds]] = [:]

    init(object: KubeObject, intent: MeshIntent?) {
        self.object = object
        self.intent = intent
    }

    /// How the mesh is rendered.
    ///
    /// - Parameter definitions: CustomResourceDefinitions that belong to the base of every mesh.
    /// - Returns: the options, the same for all its revisions.
    func options(_ definitions: [KubeObject]) -> RenderOptions {
        var options = RenderOptions()
        options.labels = .own(owner: object.name)
        options.kubernetesVersion = kubernetes
        options.crds = definitions
        return options
    }

    /// The names to look up.
    var wanted: [ResourceID] { blueprint?.objects.map { ResourceID($0) } ?? [] }
}
