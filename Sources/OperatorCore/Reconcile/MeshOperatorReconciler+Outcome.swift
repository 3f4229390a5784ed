internal import DataTree
internal import FieldOwnership
internal import KubeAPI
internal import KubeClient
package import KubeRuntime
internal import Logging
internal import ManifestRendering
internal import MeshAPI
internal import MeshBase
internal import RolloutControl

extension MeshOperatorReconciler {
    // MARK: Deletion

    /// Removes what belongs to a MeshOperator whose deletion was asked for, as far as its spec can be read.
    package func finalize(_ scope: inout ReconcileScope<MeshWork>) async throws -> FinalizeOutcome {
        let object = scope.object
        desk.withdraw(object.key)
        let spec = try? MeshOperatorResource(decoding: object).spec
        let version = parts.catalogue.defaultVersion.description
        let intent = spec.map { MeshIntent($0, defaultVersion: version) } ?? MeshIntent(salvaging: object)
        var run = MeshRun(object: object, intent: intent)
        if let spec { run.blueprint = try? parts.renderer(spec, run.options(parts.definitions)).completed().known() }
        try await UpgradeDriver(mesh: self).releaseNamespaces(&run)
        var plan = try await settle(&run)
        if plan.stage.isInUse { try await HeldMesh(driver: UpgradeDriver(mesh: self)).keep(&plan, &run) }
        var isClear = false
        for _ in 0..<Self.leftoverRounds where plan.stage == .removed && run.failures.isEmpty && !isClear {
            isClear = try await !findLeftovers(&run)
            if !isClear { plan = try await settle(&run) }
        }
        if plan.stage == .removed, run.failures.isEmpty, isClear {
            environment.logger.info("mesh removed", metadata: ["meshoperator": "\(object.name)"])
            return .released
        }
        _ = conclude(plan, run, &scope)
        return .waiting(recheckAfter: run.failures.isEmpty ? .seconds(30) : .seconds(60))
    }

    /// How often what was overlooked is looked for and removed in one go.
    private static let leftoverRounds = 3

    // MARK: Status

    /// Writes down what came of a reconcile, tells of transitions, and says when to look again.
    func conclude(_ plan: MeshPlan, _ run: MeshRun, _ scope: inout ReconcileScope<MeshWork>) -> PhaseOutcome {
        if run.isOutdated {
            scope.holdsStatus = true
            return .proceed
        }
        memories.update(run.object) { memory in
            memory.failures = 0
            memory.history.expire(now: environment.wall())
            if plan.stage == .settled { memory.isChanging = false }
            memory.injectors = plan.injectors
        }
        let draft = draft(plan, run, now: scope.now)
        let postponed = tell(draft.status(), &scope, entered: run.entered)
        if run.goesOn { return .proceedAndRecheck(after: .zero) }
        let waits = [postponed, wait(plan, run)].compactMap(\.self)
        if let wait = waits.min() { return .proceedAndRecheck(after: wait) }
        return .proceed
    }

    /// What the status is written from; what is known of the mesh is remembered besides.
    func draft(_ plan: MeshPlan, _ run: MeshRun, now: Timestamp) -> MeshStatusDraft {
        var seen = observe(run)
        if plan.stage.isStanding { seen = parts.stores.shown(seen, ledger: ledger, now: environment.time.now) }
        var draft = MeshStatusDraft(
            resource: run.object,
            plan: plan,
            intent: run.intent,
            observation: parts.stores.used(seen, run.intent),
            now: now
        )
        let present = run.wanted.filter { draft.observation.live[$0] != nil }
        memories.update(run.object) { memory in
            memory.known.formUnion(present)
            if let blueprint = run.blueprint { memory.parts = blueprint.components }
        }
        draft.blueprint = run.blueprint
        draft.failures = run.failures
        draft.upgrade = run.upgrade
        let isMoving = run.upgrade.map { $0.state != .none || !$0.scene.stand.kept.isEmpty } ?? false
        memories.update(run.object) { $0.isMoving = isMoving }
        draft.obstacles = parts.stores.obstacles
        draft.isChanging = memories.of(run.object).isChanging
        return draft
    }

    /// When to look again even if nothing changes.
    private func wait(_ plan: MeshPlan, _ run: MeshRun) -> Duration? {
        var waits: [Duration] = run.isCutShort ? [.seconds(1)] : []
        if let upgrade = run.upgrade {
            let now = environment.wall()
            if let time = upgrade.lookAgain { waits.append(max(.seconds(1), time - now)) }
            switch upgrade.state {
            case .moving, .returning, .promoting, .stalled: waits.append(.seconds(15))
            case .none, .returned, .failed, .refused: break
            }
            if upgrade.state == .refused { waits.append(.seconds(60)) }
        }
        if parts.stores.all.contains(where: { $0.store.obstacle != nil }) { waits.append(.seconds(60)) }
        if let time = plan.lookAgain { waits.append(max(.seconds(1), time - environment.wall())) }
        if !run.failures.isEmpty {
            let mayPass = run.failures.allSatisfy { $0.error.code == .forbidden }
            waits.append(mayPass ? .seconds(60) : .seconds(300))
            let again = memories.of(run.object).refusals.nextTry(generation: run.object.generation)
            if let again { waits.append(max(.seconds(1), again - environment.wall())) }
            return waits.min()
        }
        switch plan.stage {
        case .working, .stuck, .removing: waits.append(.seconds(60))
        case .refused: waits.append(.seconds(1_800))
        // Whose an object is that lost its marks shows once the other MeshOperators were looked at.
        case .notOwned where memories.names(besides: run.object, in: parts.stores.resources) == nil:
            waits.append(.seconds(30))
        default: break
        }
        return waits.min()
    }

    /// Puts `status` into the scope, to be written if it differs; small progress is held back for a while.
    ///
    /// - Parameters:
    ///   - status: the status.
    ///   - scope: where it is put.
    ///   - isDetailTold: whether small progress is told at once, since nobody comes back for it.
    ///   - entered: the steps of a rollout entered since the last status.
    /// - Returns: how long the status is held back, nil where it is not.
    @discardableResult
    func tell(
        _ status: MeshOperatorStatus,
        _ scope: inout ReconcileScope<MeshWork>,
        isDetailTold: Bool = false,
        entered: [RolloutNote] = []
    ) -> Duration? {
        var change = StatusChange(old: MeshOperatorStatus(lenient: scope.status), new: status)
        change.entered = entered
        metrics.show(status, of: scope.object.name)
        guard change.isAny else { return nil }
        if let wait = change.quietTime(of: scope.object, now: environment.wall()) {
            scope.holdsStatus = true
            return wait
        }
        let now = environment.time.now
        if !isDetailTold, !change.isSignificant, let last = memories.of(scope.object).statusWrittenAt,
            now - last < Self.detailInterval
        {
            return Self.detailInterval - (now - last)
        }
        memories.update(scope.object) { $0.statusWrittenAt = now }
        scope.status = status.tree
        for note in change.notes {
            environment.logger.info(
                "mesh changed state",
                metadata: ["meshoperator": "\(scope.object.name)", "state": "\(note.reason)", "note": "\(note.note)"]
            )
            parts.recorder?.record(EventSubject(scope.object), note.severity, reason: note.reason, note: note.note)
        }
        return nil
    }
}

extension MeshIntent {
    /// What can be made out of a MeshOperator whose spec cannot be read as a whole: enough to remove its mesh.
    init(salvaging object: KubeObject) {
        let spec = object.tree["spec"]
        var wishes: Wishes = []
        if spec?["teardown"]?["inUse"]?.string == TeardownPolicy.InUse.remove.rawValue {
            wishes.insert(.removeWhileInUse)
        }
        if spec?["teardown"]?["crds"]?.string == TeardownPolicy.CRDs.delete.rawValue {
            wishes.insert(.removeDefinitions)
        }
        self.init(
            version: spec?["version"]?.string ?? "",
            revision: spec?["revision"]?.string.flatMap { $0.isEmpty ? nil : $0 } ?? "default",
            namespace: spec?["namespace"]?.string ?? MeshNames.defaultNamespace,
            wishes: wishes
        )
    }
}
