internal import DataTree
package import KubeAPI
package import KubeClient
package import KubeRuntime
internal import Logging
internal import MeshAPI
internal import MeshBase
package import RolloutControl
internal import RolloutEngine

/// Reconciles MeshRollouts: read the world, decide (a function), write one thing, and again until nothing is left to write.
package struct MeshRolloutReconciler: ResourceReconciler {
    /// What a reconciler works with.
    package struct Parts: Sendable {
        /// The caches.
        package var stores: MeshRolloutStores
        /// What reads and writes go through.
        package var client: ClusterClient
        /// Where transitions are told; nil for nowhere.
        package var recorder: EventRecorder?
        /// Asks metrics and gates.
        package var asker: any GateAsking

        /// Names the parts.
        package init(
            stores: MeshRolloutStores,
            client: ClusterClient,
            recorder: EventRecorder?,
            asker: any GateAsking
        ) {
            self.stores = stores
            self.client = client
            self.recorder = recorder
            self.asker = asker
        }
    }

    /// How many looks one reconcile may take.
    static let passLimit = 48

    /// How often somebody else may be first with a write within one reconcile.
    static let collisionLimit = 5

    let tools: RolloutTools

    /// Where its gates are asked; nothing is before somebody runs it.
    package var desk: GateDesk { tools.desk }

    /// Makes a reconciler.
    package init(_ parts: Parts, environment: RuntimeEnvironment) {
        let metrics = RolloutMetrics(environment.metrics)
        let desk = GateDesk(parts.asker, clock: environment.clock, wall: environment.wall) { occurrence in
            switch occurrence {
            case .answered(let key, let name, let reading): metrics.asked(name, reading, of: key)
            case .untold(let notice, let why):
                environment.logger.warning(
                    "event gate not told",
                    metadata: [
                        "key": "\(notice.subject.key)", "gate": "\(notice.gate.name)",
                        "state": "\(notice.question.reason)", "problem": "\(why)",
                    ]
                )
            case .unended(let key, let why):
                environment.logger.warning("jobs not ended", metadata: ["key": "\(key)", "problem": "\(why)"])
            }
        }
        tools = RolloutTools(parts: parts, environment: environment, metrics: metrics, desk: desk)
    }

    private var endings: RolloutEndings { RolloutEndings(tools: tools) }

    /// MeshRollouts.
    package var resource: APIResource { RolloutNames.resource }
    /// Holds a MeshRollout until what it changed is as it was.
    package var finalizer: String? { RolloutNames.finalizer }
    /// One phase: the passes.
    package var phases: [ReconcilePhase<Void>] {
        [ReconcilePhase("MoveTraffic") { scope in try await self.moveTraffic(&scope) }]
    }

    /// Held while `spec.paused` is set, unless it is being deleted.
    package func pause(_ object: KubeObject) -> ReconcilePause {
        object.tree.value(at: "spec", "paused")?.bool == true ? .pausedUnlessDeleting : .running
    }

    /// Nothing is handed from phase to phase.
    package func begin(_ object: KubeObject) {}

    /// Forgets a MeshRollout that is gone.
    package func forget(_ key: ObjectKey) {
        tools.memories.forget(key)
        tools.desk.forget(key)
        tools.metrics.clear(key)
    }

    // MARK: Passes

    private func moveTraffic(_ scope: inout ReconcileScope<Void>) async throws -> PhaseOutcome {
        let object = scope.object
        let spec: MeshRolloutSpec
        do throws(SpecError) {
            spec = try MeshRolloutResource(decoding: object).spec
            let issues = spec.analysis.addressIssues(at: TreePath(keys: "spec", "analysis"))
            if !issues.isEmpty { throw SpecError(issues: issues) }
        } catch {
            return refuse(error.message, &scope)
        }
        var run = RolloutRun(object: object, spec: spec, now: tools.environment.wall())
        try await tools.reader.confirm(object)
        for _ in 0..<Self.passLimit {
            let pass: RolloutPass
            do {
                pass = try await look(&run)
            } catch let error as KubeError where error.code == .forbidden || error.retryClass == .invalid {
                return refused(error, &scope)
            }
            switch pass {
            case .wrote:
                // What was written on the MeshRollout itself comes back through the watch, and with it the next reconcile.
                guard run.hasWrittenOwn else { continue }
                scope.holdsStatus = true
                return .proceedAndRecheck(after: .seconds(1))
            case .rests(let outcome):
                return try await conclude(outcome, run, &scope)
            }
        }
        throw try await unsettled("still has writes to make after \(Self.passLimit) looks", run, nil)
    }

    /// One look at the world, and at most one write.
    private func look(_ run: inout RolloutRun) async throws -> RolloutPass {
        let now = tools.environment.wall()
        let world = try await tools.reader.world(run.object, run.spec, now: now)
        do {
            return try await act(world, &run)
        } catch let error as KubeError where [.conflict, .notFound, .alreadyExists].contains(error.code) {
            // Somebody else was first: look again.
            try await noteCollision(error, &run)
            return .wrote
        }
    }

    private func noteCollision(_ error: KubeError, _ run: inout RolloutRun) async throws {
        tools.environment.logger.debug("written by somebody else meanwhile", metadata: ["error": "\(error)"])
        run.collisions += 1
        guard run.collisions <= Self.collisionLimit else {
            throw try await unsettled("was overtaken by others \(run.collisions) times in a row", run, error)
        }
        try await tools.reader.confirm(run.object)
    }

    /// That others keep a reconcile from coming to an end: which object of the rollout was written last, and by whom.
    private func unsettled(_ what: String, _ run: RolloutRun, _ cause: KubeError?) async throws -> MeshRolloutError {
        let world = try await tools.reader.world(run.object, run.spec, now: tools.environment.wall())
        var writes = world.routes.map { (title: $0.title, write: $0.lastWrite) }
        if let rule = world.subsets { writes.append((rule.title, rule.lastWrite)) }
        let last = writes.filter { $0.write.time != nil }
            .max { ($0.write.time ?? world.now) < ($1.write.time ?? world.now) }
        let who = last.map { "; \($0.write.writer) wrote \($0.title) last" } ?? ""
        return MeshRolloutError(
            .unsettled,
            "MeshRollout \(run.object.key) \(what)\(who); let others leave its objects alone while a rollout is under way",
            cause: cause
        )
    }

    private func act(_ world: RolloutWorld, _ run: inout RolloutRun) async throws -> RolloutPass {
        if let stray = world.strays.first {
            try await RouteKeeper(tools: tools).giveBack(stray, world, keepsRecord: false)
            return .wrote
        }
        if world.isFinishing { return try await endings.finish(world, &run) }
        if let written = world.routeRecord, written.isPromoting, written.record.verdict == nil, !world.isCutOff {
            if try await RouteKeeper(tools: tools).make(world, &run) { return .wrote }
            return try await RolloutCopy(tools: tools).advance(written, world, &run)
        }
        if try await RouteKeeper(tools: tools).maintain(world, &run) { return .wrote }
        return try await RolloutTurn(tools: tools).decide(world, &run)
    }
}
