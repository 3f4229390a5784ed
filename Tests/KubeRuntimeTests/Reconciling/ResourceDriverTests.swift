internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import KubeRuntime
internal import MeshBase
internal import MeshTestKit
internal import Testing

@Suite struct ResourceDriverTests {
    /// A reconciler whose phases and answers a test sets.
    struct Scripted: ResourceReconciler {
        struct Script: Sendable {
            var pause = ReconcilePause.running
            var phases: [ReconcilePhase<Int>] = []
            var finalize: @Sendable (inout ReconcileScope<Int>) async throws -> FinalizeOutcome = { _ in .released }
        }

        let resource = APIResource.configMaps
        let finalizer: String? = "meshoperator.io/cleanup"
        let script: Cell<Script>
        let log: Record<String>

        var phases: [ReconcilePhase<Int>] { script.value.phases }
        func pause(_ object: KubeObject) -> ReconcilePause { script.value.pause }
        func begin(_ object: KubeObject) -> Int { 0 }
        func finalize(_ scope: inout ReconcileScope<Int>) async throws -> FinalizeOutcome {
            log.append("finalize")
            return try await script.value.finalize(&scope)
        }
        func reportPause(_ scope: inout ReconcileScope<Int>) {
            scope.set("Paused", .isTrue, reason: "Asked", message: "spec.paused is set")
        }
        func reportFailure(_ error: any Error, in phase: String, _ scope: inout ReconcileScope<Int>) {
            scope.set("Ready", .isFalse, reason: "\(phase)Failed", message: "\(error)")
        }
        func forget(_ key: ObjectKey) { log.append("forget \(key.name)") }
    }

    struct World: Sendable {
        static let key = ObjectKey(namespace: "shop", name: "mesh")
        static let path = "/api/v1/namespaces/shop/configmaps/mesh"

        let clock: VirtualClock
        let server: ObjectServer
        let store = ObjectStore(.init(name: "configmaps"))
        let writer: StoreWriter
        let script = Cell(Scripted.Script())
        let log = Record<String>()
        let driver: ResourceDriver<Scripted>

        init(_ clock: VirtualClock) throws {
            self.clock = clock
            let environment = testEnvironment(clock)
            server = ObjectServer(time: environment.time, latency: .zero)
            writer = try store.claimWriter()
            driver = ResourceDriver(
                Scripted(script: script, log: log),
                store: store,
                client: server.client,
                environment: environment
            )
        }

        var live: KubeObject? { server.object(Self.path) }

        func create(_ change: (inout KubeObject) -> Void = { _ in }) {
            var object = KubeObject(kind: .configMap, key: Self.key)
            object.tree.set(1, at: ["metadata", "generation"])
            change(&object)
            writer.apply(server.put(object, at: Self.path))
        }

        /// Lets the watch catch up.
        func sync() {
            if let live { writer.apply(live) } else if let cached = store.object(Self.key) { writer.remove(cached) }
        }

        func reconcile() async throws -> ReconcileOutcome { try await driver.reconcile(Self.key) }

        func failure() async -> (any Error)? {
            do {
                _ = try await reconcile()
                return nil
            } catch {
                return error
            }
        }
    }

    private static func ready(_ log: Record<String>, _ name: String, _ outcome: PhaseOutcome = .proceed)
        -> ReconcilePhase<Int>
    {
        ReconcilePhase(name) { scope in
            log.append("\(name) \(scope.work)")
            scope.work += 1
            scope.set("Ready", .isTrue, reason: "Done")
            return outcome
        }
    }

    @Test("an object that is not there is forgotten")
    func absent() async throws {
        try await withVirtualTime { clock in
            let world = try World(clock)
            #expect(try await world.reconcile() == .done)
            #expect(world.log.all == ["forget mesh"])
            #expect(world.server.calls.isEmpty)
        }
    }

    @Test("finalizer, phases in order, one write of the status; then nothing more to write")
    func converges() async throws {
        try await withVirtualTime { clock in
            let world = try World(clock)
            world.create()
            world.script.value.phases = [Self.ready(world.log, "one"), Self.ready(world.log, "two")]
            #expect(try await world.reconcile() == .done)
            #expect(world.log.take() == ["one 0", "two 1"])
            #expect(world.server.writes.map(\.path) == [World.path, "\(World.path)/status"])
            let live = try #require(world.live)
            #expect(live.finalizers == ["meshoperator.io/cleanup"])
            #expect(live.tree.value(at: "status", "observedGeneration") == 1)
            #expect(live.conditions.isTrue("Ready"))
            #expect(live.conditions.first?.observedGeneration == 1)
            let first = live.conditions.first?.lastTransitionTime

            await clock.advance(by: .seconds(100))
            #expect(try await world.reconcile() == .done)
            #expect(world.server.writes.count == 2, "the store has not caught up, yet nothing is written twice")
            world.sync()
            #expect(try await world.reconcile() == .done)
            #expect(world.server.writes.count == 2)
            #expect(world.live?.conditions.first?.lastTransitionTime == first)
        }
    }

    @Test("a phase may ask for another look, or hold the later ones back")
    func outcomes() async throws {
        try await withVirtualTime { clock in
            let world = try World(clock)
            world.create()
            world.script.value.phases = [
                Self.ready(world.log, "one", .proceedAndRecheck(after: .seconds(60))),
                Self.ready(world.log, "two", .stop(recheckAfter: .seconds(5))), Self.ready(world.log, "three"),
            ]
            #expect(try await world.reconcile() == .requeue(after: .seconds(5)))
            #expect(world.log.all == ["one 0", "two 1"])
            world.script.value.phases = [Self.ready(world.log, "one", .stop(recheckAfter: nil))]
            #expect(try await world.reconcile() == .done)
        }
    }

    @Test("a failure is shown in the status, later phases wait, and the error decides the retry")
    func failure() async throws {
        try await withVirtualTime { clock in
            let world = try World(clock)
            world.create()
            world.script.value.phases = [
                Self.ready(world.log, "one"),
                ReconcilePhase("Apply") { _ in throw ScriptedError(retryClass: .invalid) },
                Self.ready(world.log, "three"),
            ]
            #expect(await world.failure() as? ScriptedError == ScriptedError(retryClass: .invalid))
            #expect(world.log.all == ["one 0"])
            let ready = try #require(world.live?.conditions.condition("Ready"))
            #expect(ready.status == .isFalse)
            #expect(ready.reason == "ApplyFailed")
            #expect(world.live?.tree.value(at: "status", "observedGeneration") == nil)
            let writes = world.server.writes.count
            _ = await world.failure()
            #expect(world.server.writes.count == writes, "the same failure is not written again")
        }
    }

    @Test("an error for good is retried until the status shows it")
    func unreportedFailure() async throws {
        try await withVirtualTime { clock in
            let world = try World(clock)
            world.create { $0.finalizers = ["meshoperator.io/cleanup"] }
            world.script.value.phases = [ReconcilePhase("Apply") { _ in throw ScriptedError(retryClass: .terminal) }]
            world.server.setFault { $0.method == .patch ? .status(503) : nil }
            #expect((await world.failure() as? KubeError)?.code == .unavailable)
            world.server.setFault(nil)
            #expect(await world.failure() is ScriptedError)
            #expect(world.live?.conditions.condition("Ready")?.reason == "ApplyFailed")
        }
    }

    @Test("a status computed from an old object is refused, and computed anew")
    func conflict() async throws {
        try await withVirtualTime { clock in
            let world = try World(clock)
            world.create { $0.finalizers = ["meshoperator.io/cleanup"] }
            world.script.value.phases = [Self.ready(world.log, "one")]
            var changed = try #require(world.live)
            changed.tree.set(2, at: ["metadata", "generation"])
            world.server.put(changed, at: World.path)
            #expect((await world.failure() as? KubeError)?.code == .conflict)
            #expect(world.live?.tree["status"] == nil)
            world.sync()
            #expect(try await world.reconcile() == .done)
            #expect(world.live?.tree.value(at: "status", "observedGeneration") == 2)
        }
    }

    @Test("paused: said so, and left alone")
    func paused() async throws {
        try await withVirtualTime { clock in
            let world = try World(clock)
            world.create()
            world.script.value.pause = .paused
            world.script.value.phases = [Self.ready(world.log, "one")]
            #expect(try await world.reconcile() == .done)
            #expect(world.log.count == 0)
            #expect(world.live?.finalizers == [])
            #expect(world.live?.conditions.isTrue("Paused") == true)
        }
    }

    @Test("deletion: clean up, wait, then let go", arguments: [ReconcilePause.running, .pausedUnlessDeleting])
    func deletion(pause: ReconcilePause) async throws {
        try await withVirtualTime { clock in
            let world = try World(clock)
            world.create {
                $0.finalizers = ["other", "meshoperator.io/cleanup"]
                $0.tree.set("2026-01-01T00:00:00Z", at: ["metadata", "deletionTimestamp"])
            }
            world.script.value.pause = pause
            world.script.value.phases = [Self.ready(world.log, "one")]
            world.script.value.finalize = { scope in
                scope.set("Ready", .isFalse, reason: "Deleting")
                return .waiting(recheckAfter: .seconds(3))
            }
            #expect(try await world.reconcile() == .requeue(after: .seconds(3)))
            #expect(world.log.take() == ["finalize"])
            #expect(world.live?.conditions.condition("Ready")?.reason == "Deleting")
            world.script.value.finalize = { _ in .released }
            #expect(try await world.reconcile() == .done)
            #expect(world.live?.finalizers == ["other"])
            _ = world.log.take()
            #expect(try await world.reconcile() == .done)
            #expect(world.log.count == 0, "without our finalizer the object is none of our business")
        }
    }

    @Test("paused for good holds back cleaning up too")
    func pausedDeletion() async throws {
        try await withVirtualTime { clock in
            let world = try World(clock)
            world.create {
                $0.finalizers = ["meshoperator.io/cleanup"]
                $0.tree.set("2026-01-01T00:00:00Z", at: ["metadata", "deletionTimestamp"])
            }
            world.script.value.pause = .paused
            #expect(try await world.reconcile() == .done)
            #expect(world.log.count == 0)
            #expect(world.live?.finalizers == ["meshoperator.io/cleanup"])
        }
    }

    @Test("an object made anew under the name is a new object, not what we wrote before")
    func recreated() async throws {
        try await withVirtualTime { clock in
            let world = try World(clock)
            world.create()
            world.script.value.phases = [Self.ready(world.log, "one")]
            _ = try await world.reconcile()
            world.server.remove(World.path)
            world.create { $0.tree.set("another", at: ["metadata", "uid"]) }
            #expect(try await world.reconcile() == .done)
            #expect(world.live?.uid == "another")
            #expect(world.live?.finalizers == ["meshoperator.io/cleanup"])
            #expect(world.live?.conditions.isTrue("Ready") == true)
        }
    }

    @Test("an object that vanishes while its status is written is no failure")
    func vanished() async throws {
        try await withVirtualTime { clock in
            let world = try World(clock)
            world.create { $0.finalizers = ["meshoperator.io/cleanup"] }
            world.script.value.phases = [Self.ready(world.log, "one")]
            world.server.remove(World.path)
            #expect(try await world.reconcile() == .done)
        }
    }

    @Test(
        "killed before or after any write, a second run reaches the same end with at most one write more",
        arguments: [0, 1, 2],
        [false, true]
    )
    func crash(write: Int, isDone: Bool) async throws {
        try await withVirtualTime { clock in
            let world = try World(clock)
            world.create()
            world.script.value.phases = [Self.ready(world.log, "one")]
            let count = Cell(-1)
            world.server.setFault { request in
                guard request.method != .get else { return nil }
                let index = count.change { count -> Int in
                    count += 1
                    return count
                }
                return index < write ? nil : index == write && isDone ? .lostAnswer : .refused
            }
            _ = await world.failure()
            world.server.setFault(nil)
            // A new process: nothing remembered, a fresh list.
            let again = try World(clock)
            again.script.value.phases = [Self.ready(again.log, "one")]
            let live = try #require(world.live)
            again.server.put(live, at: World.path)
            again.sync()
            #expect(try await again.reconcile() == .done)
            #expect(again.live?.finalizers == ["meshoperator.io/cleanup"])
            #expect(again.live?.conditions.isTrue("Ready") == true)
            #expect(again.live?.tree.value(at: "status", "observedGeneration") == 1)
            #expect(world.server.writes.count + again.server.writes.count <= 3)
        }
    }
}
