internal import KubeAPI
internal import KubeRuntime
internal import MeshBase
internal import MeshTestKit
internal import Synchronization
internal import Testing

@Suite struct WatcherTests {
    struct World: Sendable {
        let clock: VirtualClock
        let cluster: FaultyCluster
        let store = ObjectStore(.init(name: "pods"))
        let watcher: Watcher
        let environment: RuntimeEnvironment

        init(
            _ clock: VirtualClock,
            seed: UInt64 = 1,
            streaming: Bool = true,
            configuration: Watcher.Configuration = .init()
        ) throws {
            self.clock = clock
            environment = testEnvironment(clock, seed: seed)
            cluster = FaultyCluster(seed: seed, time: environment.time, supportsStreaming: streaming)
            watcher = try Watcher(
                source: cluster,
                store: store,
                configuration: configuration,
                environment: environment
            )
        }
    }

    @Test("a store follows its source", arguments: [true, false])
    func follows(streaming: Bool) async throws {
        try await withVirtualTime { clock in
            let world = try World(clock, streaming: streaming, configuration: .init(machine: .init(pageSize: 2)))
            for name in ["a", "b", "c", "d", "e"] { world.cluster.apply(name) }
            try await withBackground {
                await world.watcher.run()
            } _: {
                await clock.settle()
                #expect(!world.store.isSynced)
                await clock.advance(by: .seconds(1))
                #expect(world.store.isSynced)
                #expect(world.store.objects() == world.cluster.objects)
                world.cluster.apply("a")
                world.cluster.delete("b")
                world.cluster.apply("f")
                await clock.settle()
                #expect(world.store.objects() == world.cluster.objects)
                #expect(world.cluster.counts.lists == (streaming ? 0 : 3))
            }
        }
    }

    @Test("a connection that is silent for a minute is opened anew, from where it was")
    func halfOpen() async throws {
        try await withVirtualTime { clock in
            let world = try World(clock, configuration: .init(listInterval: nil))
            try await withBackground {
                await world.watcher.run()
            } _: {
                await clock.advance(by: .seconds(1))
                world.cluster.change { $0.faults.halfOpen = 1 }
                world.cluster.change { state in state.watchers.values.forEach { $0.finish() } }
                await clock.advance(by: .seconds(1))
                world.cluster.change { $0.faults.halfOpen = 0 }
                world.cluster.apply("unseen")
                await clock.advance(by: .seconds(58))
                #expect(world.store.count == 0)
                await clock.advance(by: .seconds(3))
                #expect(world.store.objects() == world.cluster.objects)
                #expect(world.cluster.counts == (0, 4), "a stream and three watches: no list was needed")
                #expect(world.cluster.openWatches == 1)
            }
        }
    }

    @Test("a kind that is not served costs few requests, and is there as soon as its definition is seen")
    func notServed() async throws {
        try await withVirtualTime { clock in
            let environment = testEnvironment(clock, seed: 1)
            let source = MissingKind()
            let store = ObjectStore(.init(name: "rollouts"))
            let watcher = try Watcher(source: source, store: store, environment: environment)
            try await withBackground {
                await watcher.run()
            } _: {
                await clock.advance(by: .seconds(1))
                #expect(store.isSynced)
                await clock.advance(by: .seconds(3600))
                #expect(source.asked < 40, "\(source.asked) requests in an hour")
                environment.arrivals.arrived("others.argoproj.io")
                await clock.settle()
                #expect(store.count == 0)
                source.isServed = true
                environment.arrivals.arrived("rollouts.argoproj.io")
                await clock.settle()
                #expect(store.count == 1)
            }
        }
    }

    @Test("what may not be watched is an obstacle until it may, also where it then turns out not to be served")
    func forbiddenThenNotServed() async throws {
        try await withVirtualTime { clock in
            let environment = testEnvironment(clock, seed: 1)
            let source = MissingKind()
            let store = ObjectStore(.init(name: "rollouts"))
            let watcher = try Watcher(source: source, store: store, environment: environment)
            let changes = Mutex(0)
            store.subscribeToObstacles { changes.withLock { $0 += 1 } }
            source.isForbidden = true
            try await withBackground {
                await watcher.run()
            } _: {
                await clock.advance(by: .seconds(120))
                #expect(store.obstacle?.kind == .forbidden)
                source.isForbidden = false
                await clock.advance(by: .seconds(120))
                #expect(store.obstacle == nil && changes.withLock(\.self) == 2)
            }
        }
    }

    @Test("a definition that is seen while the server is still being asked is not forgotten")
    func arrivalBeforeTheAnswer() async throws {
        try await withVirtualTime { clock in
            let environment = testEnvironment(clock, seed: 1)
            let source = MissingKind()
            let store = ObjectStore(.init(name: "rollouts"))
            let watcher = try Watcher(source: source, store: store, environment: environment)
            source.onRefusal = {
                source.onRefusal = nil
                source.isServed = true
                environment.arrivals.arrived("rollouts.argoproj.io")
            }
            try await withBackground {
                await watcher.run()
            } _: {
                await clock.settle()
                #expect(store.count == 1, "it did not wait")
            }
        }
    }

    @Test(
        "a kind that has to be served is not taken for empty; a definition seen before that is no reason to ask again at once"
    )
    func expectedKind() async throws {
        try await withVirtualTime { clock in
            let environment = testEnvironment(clock, seed: 1)
            let source = MissingKind()
            source.refusesLists = true
            let store = ObjectStore(.init(name: "rollouts"))
            environment.arrivals.arrived("rollouts.argoproj.io")
            let configuration = Watcher.Configuration().paged.expected
            let watcher = try Watcher(
                source: source,
                store: store,
                configuration: configuration,
                environment: environment
            )
            try await withBackground {
                await watcher.run()
            } _: {
                await clock.settle()
                #expect(source.asked == 1)
                #expect(!store.isSynced)
                await clock.advance(by: .seconds(3))
                #expect((2...4).contains(source.asked), "as after any failure: \(source.asked)")
                source.isServed = true
                environment.arrivals.arrived("rollouts.argoproj.io")
                await clock.settle()
                #expect(store.count == 1)
            }
        }
    }

    @Test("no configuration allows a longer silence")
    func silenceLimit() {
        #expect(Watcher.Configuration(silenceLimit: .seconds(600)).silenceLimit == .seconds(60))
    }

    @Test("an expired version leads to a list that tells deletions too")
    func expired() async throws {
        try await withVirtualTime { clock in
            let world = try World(clock)
            let changes = Record<String>()
            world.store.subscribe { delivery in
                for change in delivery.changes { changes.append("\(change.verb) \(change.key.name)") }
            }
            for name in ["a", "b"] { world.cluster.apply(name) }
            try await withBackground {
                await world.watcher.run()
            } _: {
                await clock.advance(by: .seconds(1))
                #expect(changes.take() == ["added a", "added b"])
                world.cluster.change { $0.faults.openFailure = 1 }
                world.cluster.change { state in state.watchers.values.forEach { $0.finish() } }
                await clock.advance(by: .seconds(1))
                world.cluster.delete("a")
                world.cluster.delete("b")
                world.cluster.apply("b")
                world.cluster.apply("c")
                world.cluster.compact()
                world.cluster.change { $0.faults.openFailure = 0 }
                await clock.advance(by: .seconds(40))
                #expect(changes.take() == ["deleted a", "deleted b", "added b", "added c"])
            }
        }
    }

    @Test("what a server never told is found by the next full list")
    func loss() async throws {
        try await withVirtualTime { clock in
            let world = try World(clock, configuration: .init(listInterval: .seconds(600)))
            try await withBackground {
                await world.watcher.run()
            } _: {
                await clock.advance(by: .seconds(1))
                world.cluster.change { $0.faults.loss = 1 }
                world.cluster.apply("lost")
                await clock.advance(by: .seconds(500))
                #expect(world.store.count == 0)
                await clock.advance(by: .seconds(110))
                #expect(world.store.count == 1)
            }
        }
    }

    @Test("a restored backup is believed after some tries")
    func backup() async throws {
        try await withVirtualTime { clock in
            let world = try World(clock)
            for name in ["a", "b", "c"] { world.cluster.apply(name) }
            try await withBackground {
                await world.watcher.run()
            } _: {
                await clock.advance(by: .seconds(1))
                #expect(world.store.count == 3)
                world.cluster.change { state in
                    state.version = 2
                    state.live = state.live.filter { $0.key.name == "a" }
                    state.history = []
                    state.snapshots = [:]
                }
                await clock.advance(by: .seconds(620))
                #expect(world.store.objects() == world.cluster.objects)
                world.cluster.apply("d")
                await clock.advance(by: .seconds(1))
                #expect(world.store.objects() == world.cluster.objects)
            }
        }
    }

    @Test(
        "whatever a server does: the cache is never partial, never goes back, and is right in the end",
        .tags(.fault, .property),
        arguments: propertySeeds(60)
    )
    func faults(seed: UInt64) async throws {
        try await withVirtualTime { clock in
            var random = SeededRandom(seed: seed &* 7_919)
            let world = try World(
                clock,
                seed: seed,
                streaming: !random.oneIn(3),
                configuration: .init(machine: .init(pageSize: random.pick([nil, 1, 2]), staleListLimit: 1_000))
            )
            let cluster = world.cluster
            for _ in 0..<5 { cluster.mutateAtRandom() }
            cluster.change { state in
                let rare = { random.pick([0, 3, 6]) }
                state.faults = .init(
                    listFailure: rare(),
                    staleList: rare(),
                    pageExpiry: rare(),
                    openFailure: rare(),
                    breaks: rare(),
                    loss: rare(),
                    doubling: rare(),
                    reordering: rare(),
                    timeTravel: rare(),
                    halfOpen: rare(),
                    expiry: rare()
                )
            }
            let published = Record<Set<ObjectKey>>()
            let regressions = Record<ObjectKey>()
            world.store.subscribe { [store = world.store] delivery in
                if delivery.origin == .list { published.append(Set(store.objects().map(\.key))) }
                for case .updated(let old, let new) in delivery.changes {
                    let (old, new) = (
                        ResourceVersion(old.resourceVersion ?? ""), ResourceVersion(new.resourceVersion ?? "")
                    )
                    if new.isOlder(than: old) { regressions.append(delivery.changes[0].key) }
                }
            }
            try await withBackground {
                await world.watcher.run()
            } _: {
                for _ in 0..<60 {
                    for _ in 0..<random.int(below: 3) { cluster.mutateAtRandom() }
                    if random.oneIn(20) { cluster.compact() }
                    await clock.advance(by: .seconds(random.int(below: 20)))
                }
                let first = published.all.first ?? []
                let known = cluster.change { state in
                    state.snapshots.values.map { Set($0.map(\.key)) } + [Set<ObjectKey>()]
                }
                #expect(known.contains(first), "seed \(seed): the first cache was a state the cluster once had")
                #expect(regressions.count == 0, "seed \(seed): an update went back")
                cluster.change { $0.faults = .init() }
                await clock.advance(by: .seconds(1_300))
                #expect(world.store.objects() == cluster.objects, "seed \(seed)")
                let before = cluster.counts
                await clock.advance(by: .seconds(300))
                #expect(cluster.counts.watches - before.watches <= 12, "seed \(seed): no hot loop when all is well")
            }
        }
    }

    @Test("how old a cache may be is known")
    func contact() async throws {
        try await withVirtualTime { clock in
            let world = try World(clock)
            world.cluster.apply("a")
            try await withBackground {
                await world.watcher.run()
            } _: {
                await clock.advance(by: .seconds(30))
                #expect(world.watcher.sinceContact <= .seconds(30))
                world.cluster.change { $0.faults = .init(listFailure: 1, openFailure: 1) }
                world.cluster.change { state in state.watchers.values.forEach { $0.finish() } }
                await clock.advance(by: .seconds(300))
                #expect(world.watcher.sinceContact >= .seconds(299))
                let text = world.environment.metrics.prometheusText()
                #expect(text.contains("kube_watch_seconds_since_contact{store=\"pods\"} 3"))
                #expect(text.contains("kube_store_objects{store=\"pods\"} 1\n"))
                world.cluster.change { $0.faults = .init() }
                await clock.advance(by: .seconds(31))
                #expect(world.watcher.sinceContact < .seconds(31))
            }
        }
    }

    @Test("a server that refuses everything is not asked in a hot loop")
    func hotLoop() async throws {
        try await withVirtualTime { clock in
            let world = try World(clock)
            world.cluster.change { $0.faults = .init(listFailure: 1, openFailure: 1) }
            try await withBackground {
                await world.watcher.run()
            } _: {
                await clock.advance(by: .seconds(600))
                let counts = world.cluster.counts
                #expect(counts.lists + counts.watches < 60)
                #expect(counts.lists + counts.watches > 15)
            }
        }
    }
}

/// A kind that is served from some time on, with one object.
private final class MissingKind: ObjectSource {
    private struct State {
        var isServed = false
        var refusesLists = false
        var isForbidden = false
        var asked = 0
        var onRefusal: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    let resource: APIResource? = APIResource(
        kind: GroupVersionKind(group: "argoproj.io", version: "v1alpha1", kind: "Rollout"),
        plural: "rollouts",
        isNamespaced: true
    )

    var asked: Int { state.withLock(\.asked) }
    var isServed: Bool {
        get { state.withLock(\.isServed) }
        set { state.withLock { $0.isServed = newValue } }
    }

    /// Whether a list fails as well while the kind is not served.
    var refusesLists: Bool {
        get { state.withLock(\.refusesLists) }
        set { state.withLock { $0.refusesLists = newValue } }
    }

    /// Whether nobody may ask.
    var isForbidden: Bool {
        get { state.withLock(\.isForbidden) }
        set { state.withLock { $0.isForbidden = newValue } }
    }

    /// Called when a watch is refused, before the answer is told.
    var onRefusal: (@Sendable () -> Void)? {
        get { state.withLock(\.onRefusal) }
        set { state.withLock { $0.onRefusal = newValue } }
    }

    func list(continuation: String?, limit: Int?) async throws -> ListPage {
        state.withLock { $0.asked += 1 }
        if isForbidden { throw WatchProblem(.forbidden, message: "403") }
        if refusesLists, !isServed { throw WatchProblem(.notServed, message: "404") }
        return ListPage(objects: isServed ? [pod("a", version: 7)] : [], version: isServed ? "7" : "0")
    }

    func watch(_ start: WatchStart, limit: Duration, receive: @Sendable (WatchSignal) -> WatchAnswer) async throws {
        state.withLock { $0.asked += 1 }
        if isForbidden { throw WatchProblem(.forbidden, message: "403") }
        guard isServed else {
            if start != .initialEvents { onRefusal?() }
            throw WatchProblem(start == .initialEvents ? .unsupported : .notServed, message: "404")
        }
        guard start != .initialEvents else { throw WatchProblem(.unsupported, message: "400") }
        _ = receive(.opened)
        for await _ in AsyncStream<Void>.makeStream().stream {}
    }
}
