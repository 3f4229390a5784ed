internal import Synchronization

/// A work queue shared by event handlers, which add keys, and workers, which take them.
///
/// The rules are those of ``WorkQueueMachine``. Adding never waits. ``run()`` must be running for delayed keys to become
/// ready; it returns once the queue is closed or its task is cancelled.
public final class WorkQueue<Key: Hashable & Sendable>: Sendable {
    /// A key handed out to a worker.
    public typealias Item = WorkQueueMachine<Key>.Item
    /// What happens to waiting keys when the queue closes.
    public typealias Closing = WorkQueueMachine<Key>.Closing

    private typealias Waiter = CheckedContinuation<Item?, Never>

    private struct State {
        var machine: WorkQueueMachine<Key>
        var waiters = FirstInFirstOut<UInt64>()
        var continuations: [UInt64: Waiter] = [:]
        var cancelled: Set<UInt64> = []
        var lastWaiter: UInt64 = 0

        /// Pairs waiting workers with ready keys; the caller resumes them after unlocking.
        mutating func match(now: Duration) -> [(waiter: Waiter, item: Item?)] {
            var matched: [(waiter: Waiter, item: Item?)] = []
            while let id = waiters.first {
                guard let waiter = continuations[id] else {
                    _ = waiters.popFirst()
                    continue
                }
                let item = machine.next(now: now)
                guard item != nil || machine.isExhausted else { break }
                _ = waiters.popFirst()
                continuations[id] = nil
                matched.append((waiter, item))
            }
            return matched
        }
    }

    private let state: Mutex<State>
    private let time: MonotonicTime
    private let wake = WakeSignal()
    private let metrics: WorkQueueMetrics?

    /// Makes an empty queue.
    public init(
        time: MonotonicTime,
        configuration: WorkQueueMachine<Key>.Configuration = .init(),
        metrics: WorkQueueMetrics? = nil
    ) {
        self.time = time
        self.metrics = metrics
        self.state = Mutex(State(machine: WorkQueueMachine(configuration: configuration)))
    }

    /// Asks that `key` be handed out once `delay` has passed.
    ///
    /// Does nothing on a closed queue.
    public func add(_ key: Key, after delay: Duration = .zero, priority: Int = 0) {
        let now = time.now
        let isTaken = change { $0.machine.add(key, at: now + delay, priority: priority, now: now) }
        if isTaken { metrics?.added() }
        if delay > .zero { wake.send() }
    }

    /// The next key, waiting for one; nil once the queue is closed and exhausted, or when the task is cancelled.
    ///
    /// Whoever got a key must give it back with ``finish(_:)``.
    public func next() async -> Item? {
        let id = state.withLock { state -> UInt64 in
            state.lastWaiter += 1
            return state.lastWaiter
        }
        let item = await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: Waiter) in
                enqueue(continuation, id: id)
            }
        } onCancel: {
            cancel(waiter: id)
        }
        state.withLock { _ = $0.cancelled.remove(id) }
        if let item { metrics?.started(waited: item.waited) }
        return item
    }

    /// Keeps `key` from being handed out for `wait`, whatever is added meanwhile; see `WorkQueueMachine.hold(_:until:)`.
    public func hold(_ key: Key, for wait: Duration) {
        change { $0.machine.hold(key, until: time.now + wait) }
    }

    /// Gives back a key; it returns to the queue if it was added while it was out.
    public func finish(_ key: Key) {
        let now = time.now
        let ran = change { $0.machine.finish(key, now: now) }
        if let ran { metrics?.finished(after: ran) }
        wake.send()
    }

    /// Counts one more failure in a row of `key`, and returns the count.
    public func recordFailure(of key: Key) -> Int {
        metrics?.retried()
        return state.withLock { $0.machine.recordFailure(of: key) }
    }

    /// Forgets the failures of `key`.
    public func forgetFailures(of key: Key) {
        state.withLock { $0.machine.forgetFailures(of: key) }
    }

    /// Refuses further keys; workers get nil once nothing is left for them.
    public func close(_ mode: Closing) {
        change { $0.machine.close(mode) }
        wake.send()
    }

    /// Makes delayed keys ready when their time comes, until the queue is closed or the task is cancelled.
    public func run() async {
        while !Task.isCancelled {
            let now = time.now
            let (deadline, isClosed) = change { state -> (Duration?, Bool) in
                state.machine.promote(now: now)
                return (state.machine.nextDeadline, state.machine.closing != nil)
            }
            if isClosed { return }
            await wake.wait(until: deadline, on: time)
        }
    }

    /// How many keys are ready, delayed and running.
    public var counts: (ready: Int, delayed: Int, running: Int) {
        state.withLock { ($0.machine.readyCount, $0.machine.delayedCount, $0.machine.runningCount) }
    }

    /// How long the longest running key has been running.
    public var longestRun: Duration {
        let now = time.now
        return state.withLock { $0.machine.longestRun(now: now) }
    }

    /// Changes the state, then resumes the workers that got something by it.
    @discardableResult
    private func change<Result: Sendable>(_ body: (inout State) -> Result) -> Result {
        let now = time.now
        let (result, matched) = state.withLock { state in
            let result = body(&state)
            return (result, state.match(now: now))
        }
        for (waiter, item) in matched { waiter.resume(returning: item) }
        return result
    }

    private func enqueue(_ continuation: Waiter, id: UInt64) {
        let isCancelled = state.withLock { state in
            if state.cancelled.remove(id) != nil { return true }
            state.waiters.append(id)
            state.continuations[id] = continuation
            return false
        }
        if isCancelled {
            continuation.resume(returning: nil)
        } else {
            change { _ in }
        }
    }

    private func cancel(waiter id: UInt64) {
        let waiter = state.withLock { state -> Waiter? in
            if let waiter = state.continuations.removeValue(forKey: id) { return waiter }
            state.cancelled.insert(id)
            return nil
        }
        waiter?.resume(returning: nil)
    }
}
