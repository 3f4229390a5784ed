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
