internal import Logging
internal import MeshBase
internal import Synchronization

/// Runs watchers, controllers, leader election and the event recorder of one process as one thing.
///
/// Watchers run from the start, also while another process leads, so that taking over needs no list. Controllers run once their
/// stores are in and, where there is an elector, the lease is held.
public final class ControllerHost: Sendable {
    /// What a host runs.
    public struct Parts: Sendable {
        /// What keeps the stores.
        public var watchers: [Watcher]
        /// What reconciles.
        public var controllers: [Controller]
        /// What decides who leads; nil when this process always does.
        public var elector: LeaderElector?
        /// What writes events; nil for none.
        public var recorder: EventRecorder?
        /// How long ``ControllerHost/stop()`` waits for what is in flight.
        public var stopLimit: Duration
        /// Whether controllers run although some stores may not be read; they look at ``ObjectStore/obstacle`` then.
        public var goesOnPastObstacles = false
        /// What only the leader does, before its controllers run; `stores` are awaited after it.
        public var preparation: Preparation?
        /// What begins once the stores of ``watchers`` are in and the controllers have had their first turn.
        public var followers = Followers()
        /// What is computed ahead while stores fill; controllers begin once it is over.
        public var warmUp: (@Sendable () async -> Void)?

        /// Names the parts.
        public init(
            watchers: [Watcher],
            controllers: [Controller],
            elector: LeaderElector? = nil,
            recorder: EventRecorder? = nil,
            stopLimit: Duration = .seconds(30)
        ) {
            self.watchers = watchers
            self.controllers = controllers
            self.elector = elector
            self.recorder = recorder
            self.stopLimit = stopLimit
        }
    }

    /// Something that is done once this process leads, and without which some stores cannot be read.
    public struct Preparation: Sendable {
        /// The stores that can be empty before it is done.
        public let stores: [ObjectStore]
        /// What is done; what it throws ends ``ControllerHost/run()``.
        public let body: @Sendable () async throws -> Void

        /// Names the stores and what is done.
        public init(before stores: [ObjectStore], body: @escaping @Sendable () async throws -> Void) {
            self.stores = stores
            self.body = body
        }
    }

    /// Watchers and controllers that come second, so that they do not keep the first from their work.
    ///
    /// A host that has nothing to reconcile yet, or does not lead, begins them ``patience`` after the first stores are in. Their
    /// controllers run once the stores of all watchers are in.
    public struct Followers: Sendable {
        /// What keeps their stores.
        public var watchers: [Watcher] = []
        /// What reconciles.
        public var controllers: [Controller] = []
        /// How long to wait for the first turn of the controllers that come first.
        public var patience = Duration.milliseconds(250)

        /// Names the parts.
        public init(watchers: [Watcher] = [], controllers: [Controller] = []) {
            self.watchers = watchers
            self.controllers = controllers
        }
    }

    private enum Phase: Sendable {
        case waiting
        case working
    }

    private let parts: Parts
    private let environment: RuntimeEnvironment
    private let phase = Mutex(Phase.waiting)
    private let stopSignal = WakeSignal()
    /// Opens once the first requests are on their way.
    public let begun = Latch()
    /// Sent once ``Parts/warmUp`` is over.
    private let isWarm = WakeSignal()
    /// Ends the wait of the followers' controllers for their stores.
    private let followersStop = WakeSignal()

    /// Makes a host that does nothing until ``run()``.
    public init(_ parts: Parts, environment: RuntimeEnvironment) {
        self.parts = parts
        self.environment = environment
    }

    /// Adds checks: ready once all stores are in; alive while no reconcile takes longer than `reconcileLimit`.
    public func register(in health: HealthRegistry, reconcileLimit: Duration = .seconds(600)) {
        let (stores, goesOn) = ((parts.watchers + parts.followers.watchers).map(\.store), parts.goesOnPastObstacles)
        health.add("stores", to: .ready) {
            let missing = stores.filter { !$0.isSynced && !(goesOn && $0.obstacle != nil) }.map(\.configuration.name)
            return missing.isEmpty ? .healthy : .unhealthy("not synced: \(missing.joined(separator: ", "))")
        }
        if let elector = parts.elector {
            health.add("leader-election", to: .ready) {
                elector.obstacle.map { .unhealthy($0) } ?? .healthy
            }
        }
        for controller in controllers {
            health.add("controller-\(controller.configuration.name)", to: .live) { [queue = controller.queue] in
                let longest = queue.longestRun
                return longest < reconcileLimit ? .healthy : .unhealthy("a reconcile has taken \(longest) so far")
            }
        }
    }

    /// Runs until ``stop()``, cancellation, or loss of leadership.
    ///
    /// Call it once.
    ///
    /// - Throws: ``LeadershipError`` with code `lost`, upon which the process should end and be started anew;
    ///   `CancellationError` when cancelled.
    public func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for watcher in parts.watchers { group.addTask { await watcher.run() } }
            group.addTask { await self.runFollowingWatchers() }
            group.addTask {
                self.begun.open()
                await self.parts.warmUp?()
                self.isWarm.send()
            }
            let result: Result<Void, any Error>
            do {
                // Who leads always prepares at once.
                if parts.elector == nil { try await parts.preparation?.body() }
                try await workUntilStopped()
                result = .success(())
            } catch {
                result = .failure(error)
            }
            group.cancelAll()
            try result.get()
        }
    }

    /// Makes ``run()`` return once the reconciles in flight have finished, or ``Parts/stopLimit`` has passed.
    public func stop() {
        stopSignal.send()
    }

    private enum Ending: Sendable {
        case work(Result<Void, any Error>)
        case stopRequested
        case stopLimitReached
    }

    private func workUntilStopped() async throws {
        try await withThrowingTaskGroup(of: Ending.self) { group in
            group.addTask {
                do {
                    try await self.work()
                    return .work(.success(()))
                } catch {
                    return .work(.failure(error))
                }
            }
            group.addTask {
                await self.stopSignal.wait()
                return .stopRequested
            }
            var isStopping = false
            while let ending = try await group.next() {
                switch ending {
                case .work(let result):
                    group.cancelAll()
                    if isStopping { return }
                    return try result.get()
                case .stopRequested:
                    guard !Task.isCancelled else { continue }
                    isStopping = true
                    followersStop.send()
                    for controller in controllers { controller.stop() }
                    guard phase.withLock(\.self) == .working else {
                        group.cancelAll()
                        continue
                    }
                    group.addTask {
                        try? await self.environment.time.sleep(for: self.parts.stopLimit)
                        return .stopLimitReached
                    }
                case .stopLimitReached:
                    environment.logger.warning("stopping although a reconcile has not finished")
                    group.cancelAll()
                }
            }
        }
    }

    private var controllers: [Controller] { parts.controllers + parts.followers.controllers }

    private func runFollowingWatchers() async {
        guard !parts.followers.watchers.isEmpty else { return }
        for watcher in parts.watchers {
            guard (try? await watcher.store.waitUntilSynced(orObstacle: true)) != nil else { return }
        }
        let limit = environment.time.now + parts.followers.patience
        for controller in parts.controllers { await controller.firstEnd.wait(until: limit, on: environment.time) }
        await withTaskGroup(of: Void.self) { group in
            for watcher in parts.followers.watchers { group.addTask { await watcher.run() } }
        }
    }

    private func work() async throws {
        let first = parts.watchers.map(\.store)
        try await wait(for: first.filter { !isLate($0) })
        let late = first.filter { isLate($0) }
        guard let elector = parts.elector else {
            try await wait(for: late)
            await isWarm.wait()
            return await runControllers()
        }
        try await elector.run {
            try await self.parts.preparation?.body()
            try await self.wait(for: late)
            await self.isWarm.wait()
            await self.runControllers()
        }
    }

    /// Whether a store can be empty before the preparation is done.
    private func isLate(_ store: ObjectStore) -> Bool {
        parts.preparation?.stores.contains { $0 === store } ?? false
    }

    private func wait(for stores: [ObjectStore]) async throws {
        for store in stores { try await store.waitUntilSynced(orObstacle: parts.goesOnPastObstacles) }
    }

    private func runControllers() async {
        phase.withLock { $0 = .working }
        await withTaskGroup(of: Void.self) { group in
            if let recorder = parts.recorder { group.addTask { await recorder.run() } }
            await withTaskGroup(of: Void.self) { controllers in
                for controller in parts.controllers { controllers.addTask { await controller.run() } }
                controllers.addTask { await self.runFollowingControllers() }
            }
            // Events are written before the lease is given back, since no write may come after that.
            parts.recorder?.stop()
        }
    }

    private func runFollowingControllers() async {
        guard !parts.followers.controllers.isEmpty else { return }
        let mayRun = await withTaskGroup(of: Bool.self) { group in
            group.addTask { (try? await self.wait(for: self.parts.followers.watchers.map(\.store))) != nil }
            group.addTask {
                await self.followersStop.wait()
                return false
            }
            defer { group.cancelAll() }
            return await group.next() ?? false
        }
        guard mayRun else { return }
        await withTaskGroup(of: Void.self) { group in
            for controller in parts.followers.controllers { group.addTask { await controller.run() } }
        }
    }
}
