internal import DataTree
internal import KubeAPI
internal import KubeRuntime
internal import MeshBase
internal import MeshTestKit
internal import Testing

@Suite struct ControllerHostTests {
    /// Two candidates for one lease over one cluster.
    struct World: Sendable {
        let environment: RuntimeEnvironment
        let cluster: FaultyCluster
        let server: ObjectServer
        let log = Record<String>()

        init(_ clock: VirtualClock) {
            environment = testEnvironment(clock)
            cluster = FaultyCluster(seed: 1, time: environment.time)
            server = ObjectServer(time: environment.time)
        }

        func host(_ identity: String, electing: Bool = true, work: Duration = .zero, stopLimit: Duration = .seconds(30))
            throws
            -> (host: ControllerHost, store: ObjectStore, elector: LeaderElector?)
        {
            let store = ObjectStore(.init(name: "pods-\(identity)"))
            let watcher = try Watcher(source: cluster, store: store, environment: environment)
            let elector =
                electing
                ? LeaderElector(
                    client: server.client,
                    configuration: .init(lease: LeaderElectorTests.key, identity: identity),
                    environment: environment
                ) : nil
            let recorder = EventRecorder(
                client: server.client,
                configuration: .init(controller: "test", instance: identity),
                environment: environment
            )
            let controller = Controller(
                .init(name: "test-\(identity)"),
                reconciler: ClosureReconciler { [log, environment] key in
                    log.append("\(identity) begins \(key.name)")
                    if work > .zero { try await environment.time.sleep(for: work) }
                    recorder.record(
                        EventSubject(kind: .pod, key: key, uid: nil),
                        reason: "Done",
                        note: "by \(identity)"
                    )
                    log.append("\(identity) ends \(key.name)")
                    return .done
                },
                environment: environment
            )
            controller.watch(store)
            let parts = ControllerHost.Parts(
                watchers: [watcher],
                controllers: [controller],
                elector: elector,
                recorder: recorder,
                stopLimit: stopLimit
            )
            return (ControllerHost(parts, environment: environment), store, elector)
        }

        /// A host with a follower, both of which reconcile `a` for as long as `work` takes.
        func hostWithFollower(
            work: Duration = .zero,
            followed: FaultyCluster? = nil,
            warmUp: (@Sendable () async -> Void)? = nil
        ) throws -> (host: ControllerHost, first: ObjectStore, second: ObjectStore) {
            let stores = [ObjectStore(.init(name: "first")), ObjectStore(.init(name: "second"))]
            let sources = [cluster, followed ?? cluster]
            let watchers = try zip(sources, stores).map {
                try Watcher(source: $0, store: $1, environment: environment)
            }
            let controllers = stores.map { store in
                let controller = Controller(
                    .init(name: store.configuration.name),
                    reconciler: ClosureReconciler { [log, environment] key in
                        log.append("\(store.configuration.name) begins \(key.name)")
                        if work > .zero { try await environment.time.sleep(for: work) }
                        return .done
                    },
                    environment: environment
                )
                controller.watch(store)
                return controller
            }
            var parts = ControllerHost.Parts(watchers: [watchers[0]], controllers: [controllers[0]])
            parts.followers = .init(watchers: [watchers[1]], controllers: [controllers[1]])
            parts.warmUp = warmUp
            return (ControllerHost(parts, environment: environment), stores[0], stores[1])
        }
    }

    @Test("followers begin once the first reconcile is over, or has taken a quarter of a second")
    func followers() async throws {
        for (work, wait) in [
            (Duration.milliseconds(100), Duration.milliseconds(100)), (.seconds(5), .milliseconds(250)),
        ] {
            try await withVirtualTime { clock in
                let world = World(clock)
                let (host, first, second) = try world.hostWithFollower(work: work)
                world.cluster.apply("a")
                try await withBackground {
                    try await host.run()
                } _: {
                    await clock.advance(by: wait - .milliseconds(20))
                    #expect(first.isSynced)
                    #expect(!second.isSynced, "it keeps nobody from work")
                    #expect(world.log.take() == ["first begins a"])
                    await clock.advance(by: .milliseconds(100))
                    #expect(second.isSynced)
                    #expect(world.log.take() == ["second begins a"])
                    host.stop()
                    await clock.advance(by: .seconds(6))
                }
            }
        }
    }

    @Test("a host stops at once while its followers wait for their first list")
    func stopBeforeFollowers() async throws {
        try await withVirtualTime { clock in
            let world = World(clock)
            let silent = FaultyCluster(seed: 2, time: world.environment.time)
            silent.change { $0.faults = .init(listFailure: 1, openFailure: 1) }
            let (host, first, _) = try world.hostWithFollower(followed: silent)
            let ended = Record<Duration>()
            world.cluster.apply("a")
            try await withBackground {
                try await host.run()
                ended.append(world.environment.time.now)
            } _: {
                await clock.advance(by: .seconds(20))
                #expect(first.isSynced)
                #expect(world.log.take() == ["first begins a"], "it does not wait for its followers")
                host.stop()
                await clock.advance(by: .seconds(1))
                #expect(ended.count == 1)
            }
        }
    }

    @Test("controllers begin once what is computed ahead is over, and stores fill meanwhile")
    func warmUp() async throws {
        try await withVirtualTime { clock in
            let world = World(clock)
            let (host, first, _) = try world.hostWithFollower { [time = world.environment.time] in
                try? await time.sleep(for: .seconds(2))
            }
            world.cluster.apply("a")
            try await withBackground {
                try await host.run()
            } _: {
                await clock.advance(by: .seconds(1))
                #expect(first.isSynced)
                #expect(world.log.count == 0)
                await clock.advance(by: .seconds(2))
                #expect(world.log.all.first == "first begins a")
                host.stop()
                await clock.advance(by: .seconds(1))
            }
        }
    }

    @Test("only the leader works; the other has its stores warm and takes over when the leader stops")
    func failover() async throws {
        try await withVirtualTime { clock in
            let world = World(clock)
            let (first, firstStore, _) = try world.host("first", work: .seconds(3))
            let (second, secondStore, _) = try world.host("second")
            world.cluster.apply("a")
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await first.run() }
                await clock.advance(by: .seconds(1))
                group.addTask { try await second.run() }
                await clock.advance(by: .seconds(10))
                #expect(firstStore.count == 1)
                #expect(secondStore.count == 1)
                #expect(world.log.take() == ["first begins a", "first ends a"])
                world.cluster.apply("b")
                await clock.advance(by: .seconds(1))
                first.stop()
                await clock.advance(by: .seconds(8))
                let log = world.log.take()
                #expect(log.prefix(2) == ["first begins b", "first ends b"], "what is in flight is finished")
                #expect(
                    Set(log.dropFirst(2)) == ["second begins a", "second ends a", "second begins b", "second ends b"]
                )
                let events = world.server.objects(under: "/apis/events.k8s.io/v1/namespaces/shop/events")
                #expect(
                    events.contains { $0.tree["note"] == "by first" && $0.name.hasPrefix("b.") },
                    "written before the lease was given back"
                )
                second.stop()
                await clock.advance(by: .seconds(10))
                try await group.waitForAll()
            }
        }
    }

    @Test("a host that waits for the lease, or for its first list, stops at once")
    func stopWhileWaiting() async throws {
        try await withVirtualTime { clock in
            let world = World(clock)
            world.cluster.change { $0.faults = .init(listFailure: 1, openFailure: 1) }
            let (host, _, _) = try world.host("only")
            let ended = Record<Duration>()
            try await withBackground {
                try await host.run()
                ended.append(world.environment.time.now)
            } _: {
                await clock.advance(by: .seconds(20))
                #expect(world.log.count == 0, "nothing is reconciled before the first list is in")
                host.stop()
                await clock.advance(by: .seconds(1))
                #expect(ended.count == 1)
            }
        }
    }

    @Test("a reconcile that does not end is cancelled after the limit")
    func stopLimit() async throws {
        try await withVirtualTime { clock in
            let world = World(clock)
            let (host, _, _) = try world.host("only", electing: false, work: .seconds(10_000), stopLimit: .seconds(30))
            world.cluster.apply("a")
            let ended = Record<Duration>()
            try await withBackground {
                try await host.run()
                ended.append(world.environment.time.now)
            } _: {
                await clock.advance(by: .seconds(5))
                host.stop()
                await clock.advance(by: .seconds(29))
                #expect(ended.count == 0)
                await clock.advance(by: .seconds(8))
                #expect(ended.count == 1)
            }
        }
    }

    @Test("losing the lease ends the host with an error")
    func lost() async throws {
        try await withVirtualTime { clock in
            let world = World(clock)
            let (host, _, elector) = try world.host("only")
            let errors = Record<LeadershipError.Code>()
            try await withBackground {
                do { try await host.run() } catch let error as LeadershipError { errors.append(error.code) }
            } _: {
                await clock.advance(by: .seconds(5))
                #expect(elector?.leads == true)
                world.server.setFault { _ in .refused }
                await clock.advance(by: .seconds(12))
                #expect(errors.all == [.lost])
                #expect(elector?.leads == false)
            }
        }
    }

    @Test("probes: ready once the stores are in, alive while reconciles end")
    func health() async throws {
        try await withVirtualTime { clock in
            let world = World(clock)
            let (host, _, _) = try world.host("only", electing: false, work: .seconds(2_000))
            let health = HealthRegistry()
            host.register(in: health, reconcileLimit: .seconds(600))
            #expect(health.report(.ready).text(verbose: false).contains("not synced: pods-only"))
            world.cluster.apply("a")
            try await withBackground {
                try await host.run()
            } _: {
                await clock.advance(by: .seconds(5))
                #expect(health.report(.ready).isHealthy)
                #expect(health.report(.live).isHealthy)
                await clock.advance(by: .seconds(700))
                #expect(!health.report(.live).isHealthy)
            }
        }
    }
}
