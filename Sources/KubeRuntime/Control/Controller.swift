public import KubeAPI
internal import Logging
internal import MeshBase
internal import Synchronization

/// Calls a reconciler for every key that changed: N workers, one reconcile at a time per key, retries by error class.
///
/// Tell it what to watch, then run it. ``run()`` returns after ``stop()``, once what is in flight has finished, or soon
/// after its task is cancelled, which also cancels what is in flight.
public final class Controller: Sendable {
    /// Settings of a controller.
    public struct Configuration: Sendable {
        /// A name for logs and metrics, in lower case.
        public var name: String
        /// How many reconciles may run at a time; at least 1.
        public var workers: Int
        /// The waits before retries.
        public var retries: RetryDecision.Policy
        /// What runs beside the workers.
        public var errands: [Errand] = []

        /// Makes settings.
        public init(name: String, workers: Int = 2, retries: RetryDecision.Policy = .init()) {
            self.name = name
            self.workers = max(1, workers)
            self.retries = retries
        }
    }

    /// Something that finds things out for reconciles, beside the workers and never longer than they.
    ///
    /// It calls `enqueue` with the keys that its findings concern. It is cancelled when the workers have ended.
    public typealias Errand = @Sendable (_ enqueue: @escaping @Sendable (ObjectKey) -> Void) async -> Void

    /// The priority of keys that come from lists, below that of fresh events.
    public static let backgroundPriority = -100

    /// The settings.
    public let configuration: Configuration
    /// The queue of keys, for metrics and health checks.
    public let queue: WorkQueue<ObjectKey>
    private let reconciler: any Reconciling
    private let environment: RuntimeEnvironment
    private let metrics: ControllerMetrics
    private let logger: Logger
    /// The keys that wait after a failure of which the other side demanded no wait.
    private let failed = Mutex<Set<ObjectKey>>([])
    /// Sent when the first reconcile has ended.
    let firstEnd = WakeSignal()

    /// Makes a controller that does nothing until ``run()``.
    public init(_ configuration: Configuration, reconciler: any Reconciling, environment: RuntimeEnvironment) {
        self.configuration = configuration
        self.reconciler = reconciler
        self.environment = environment
        let queue = WorkQueue<ObjectKey>(
            time: environment.time,
            metrics: WorkQueueMetrics(registry: environment.metrics, name: configuration.name)
        )
        self.queue = queue
        self.metrics = ControllerMetrics(registry: environment.metrics, name: configuration.name, queue: queue)
        var logger = environment.logger
        logger[metadataKey: "controller"] = "\(configuration.name)"
        self.logger = logger
    }

    /// Reconciles the keys that `mapping` names whenever `store` changes in a way that `predicate` accepts.
    ///
    /// What the store holds already counts as added.
    public func watch(
        _ store: ObjectStore,
        mapping: ChangeMapping = .object,
        where predicate: ChangePredicate = .all
    ) {
        store.subscribe { [queue, logger, name = store.configuration.name] delivery in
            let priority = delivery.origin == .list ? Self.backgroundPriority : 0
            for change in delivery.changes where predicate(change) {
                for key in mapping.keys(change) {
                    logger.trace(
                        "reconcile wanted",
                        metadata: ["key": "\(key)", "cause": "\(change.verb) \(name) \(change.key)"]
                    )
                    queue.add(key, priority: priority)
                }
            }
        }
    }

    /// Reconciles `key` after `delay`, for sources other than stores.
    public func enqueue(_ key: ObjectKey, after delay: Duration = .zero, priority: Int = 0) {
        queue.add(key, after: delay, priority: priority)
    }

    /// Works until ``stop()`` or cancellation.
    ///
    /// Call it once.
    public func run() async {
        logger.debug("controller started", metadata: ["workers": "\(configuration.workers)"])
        let listener = environment.reachability.add { [weak self] in self?.hurry() }
        defer { environment.reachability.remove(listener) }
        await withTaskGroup(of: Void.self) { errands in
            for errand in configuration.errands {
                errands.addTask { await errand { self.enqueue($0) } }
            }
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await self.queue.run() }
                for _ in 0..<configuration.workers {
                    group.addTask { await self.work() }
                }
                await group.waitForAll()
            }
            errands.cancelAll()
        }
        logger.debug("controller stopped")
    }

    /// Takes no further keys; ``run()`` returns once the reconciles in flight have finished.
    public func stop() {
        queue.close(.finishRunning)
    }

    private func work() async {
        while let item = await queue.next() {
            await process(item)
            queue.finish(item.key)
        }
    }

    private func process(_ item: WorkQueue<ObjectKey>.Item) async {
        let started = environment.time.now
        let decision: RetryDecision
        var failure: (any Error)?
        do {
            decision = .after(try await reconciler.reconcile(item.key))
        } catch {
            failure = error
            decision = .after(
                error,
                failures: item.failures + 1,
                policy: configuration.retries,
                random: environment.random
            )
        }
        let duration = environment.time.now - started
        metrics.finished(decision, failed: failure != nil, after: duration, at: environment.wall())
        firstEnd.send()
        log(decision, failure: failure, item: item)
        act(on: decision, item: item)
    }

    /// The API server answers again: what failed meanwhile need not wait any longer.
    private func hurry() {
        for key in failed.withLock(\.self) {
            queue.add(key, after: Reachability.spread * environment.random.unit())
        }
    }

    private func act(on decision: RetryDecision, item: WorkQueue<ObjectKey>.Item) {
        switch decision {
        case .rest, .giveUp:
            forgetFailures(of: item.key)
        case .timer(let wait):
            forgetFailures(of: item.key)
            queue.add(item.key, after: wait, priority: item.priority)
        case .retry(let wait, let isDemanded):
            _ = queue.recordFailure(of: item.key)
            if isDemanded { queue.hold(item.key, for: wait) }
            failed.withLock { keys in
                if isDemanded { keys.remove(item.key) } else { keys.insert(item.key) }
            }
            let left = isDemanded ? wait : environment.reachability.shortened(wait)
            queue.add(item.key, after: left, priority: item.priority)
        }
    }

    private func forgetFailures(of key: ObjectKey) {
        queue.forgetFailures(of: key)
        _ = failed.withLock { $0.remove(key) }
    }

    private func log(_ decision: RetryDecision, failure: (any Error)?, item: WorkQueue<ObjectKey>.Item) {
        guard let failure else {
            logger.debug("reconciled", metadata: ["key": "\(item.key)", "next": "\(decision)"])
            return
        }
        let code = (failure as? any CodedError)?.codeName ?? "\(type(of: failure))"
        logger.log(
            level: Self.isWorrying(failure, number: item.failures + 1) ? .warning : .debug,
            "reconcile failed",
            metadata: [
                "key": "\(item.key)", "code": "\(code)", "error": "\(failure)", "next": "\(decision)",
                "failures": "\(item.failures + 1)",
            ]
        )
    }

    /// Whether a failure deserves a warning: at once where trying again cannot help, else when it lasts.
    static func isWorrying(_ failure: any Error, number: Int) -> Bool {
        guard !(failure is CancellationError) else { return false }
        switch (failure as? any CodedError)?.retryClass {
        case .terminal, .invalid: return true
        case .waiting: return false
        case .transient, .conflict, nil: return FailurePace.isTold(number)
        }
    }
}
