public import MeshBase
internal import Synchronization

/// A clock that stands still until a test moves it on.
///
/// Under ``withVirtualTime(_:)`` moving it is exact: each sleeper due is woken at its own time, in order, and everything it
/// causes has run before the next one is woken. Elsewhere the tasks woken are only given many chances to run.
public final class VirtualClock: Clock, Sendable {
    /// A time on the clock: how long since it was made.
    public struct Instant: InstantProtocol, Sendable, CustomStringConvertible {
        /// How long since the clock was made.
        public var offset: Duration

        /// Makes the time `offset` after the clock was made.
        public init(offset: Duration) {
            self.offset = offset
        }

        /// The time `duration` later.
        public func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        /// How long until `other`.
        public func duration(to other: Instant) -> Duration { other.offset - offset }
        /// Ordered by time.
        public static func < (left: Instant, right: Instant) -> Bool { left.offset < right.offset }
        /// The time as a duration.
        public var description: String { "\(offset)" }
    }

    private struct Sleeper {
        var id: Int
        var deadline: Instant
        var continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var now = Instant(offset: .zero)
        var nextID = 0
        var sleepers: [Sleeper] = []
        var cancelled: Set<Int> = []
        var changes = 0
    }

    private let state = Mutex(State())
    private let executor: VirtualExecutor?

    /// Makes a clock that shows zero.
    public init() {
        self.executor = nil
    }

    init(executor: VirtualExecutor) {
        self.executor = executor
    }

    /// What the clock shows.
    public var now: Instant { state.withLock { $0.now } }
    /// The smallest step: none.
    public var minimumResolution: Duration { .zero }
    /// How many tasks sleep.
    public var sleeperCount: Int { state.withLock { $0.sleepers.count } }
    /// When the next sleeper is due, nil when nobody sleeps.
    public var nextDeadline: Instant? { state.withLock { $0.sleepers.map(\.deadline).min() } }

    /// A wall clock that shows `start` when this clock shows zero and moves with it.
    public func wallClock(startingAt start: Timestamp = Timestamp(seconds: 1_700_000_000)) -> WallClock {
        { [self] in start.advanced(by: now.offset) }
    }

    /// Sleeps until the clock is moved to `deadline` or past it; throws when the task is cancelled.
    public func sleep(until deadline: Instant, tolerance: Duration? = nil) async throws {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                let outcome: Result<Void, any Error>? = state.withLock { state in
                    if state.cancelled.remove(id) != nil { return .failure(CancellationError()) }
                    guard deadline > state.now else { return .success(()) }
                    state.sleepers.append(Sleeper(id: id, deadline: deadline, continuation: continuation))
                    state.changes += 1
                    return nil
                }
                if let outcome { continuation.resume(with: outcome) }
            }
        } onCancel: {
            let sleeper: Sleeper? = state.withLock { state in
                guard let index = state.sleepers.firstIndex(where: { $0.id == id }) else {
                    state.cancelled.insert(id)
                    return nil
                }
                state.changes += 1
                return state.sleepers.remove(at: index)
            }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }

    /// Moves the clock on by `duration`, waking each sleeper due at its own time and letting it run before the next.
    public func advance(by duration: Duration) async {
        await settle()
        let target = now.advanced(by: duration)
        while let sleeper = nextDue(by: target) {
            sleeper.continuation.resume()
            await settle()
        }
        state.withLock { $0.now = max($0.now, target) }
        await settle()
    }

    /// Moves the clock to the next sleeper that is due and wakes it; false when nobody sleeps.
    @discardableResult
    public func advanceToNextSleeper() async -> Bool {
        await settle()
        guard let next = nextDeadline else { return false }
        await advance(by: max(.zero, now.duration(to: next)))
        return true
    }

    /// Lets all tasks run until each of them waits for something.
    public func settle() async {
        if let executor {
            await executor.idle()
            return
        }
        var quiet = 0
        var seen = state.withLock { $0.changes }
        while quiet < 50 {
            await Task.yield()
            let current = state.withLock { $0.changes }
            quiet = current == seen ? quiet + 1 : 0
            seen = current
        }
    }

    private func nextDue(by target: Instant) -> Sleeper? {
        state.withLock { state in
            let due = state.sleepers.indices.filter { state.sleepers[$0].deadline <= target }
            guard
                let first = due.min(by: { left, right in
                    (state.sleepers[left].deadline, state.sleepers[left].id)
                        < (state.sleepers[right].deadline, state.sleepers[right].id)
                })
            else { return nil }
            let sleeper = state.sleepers.remove(at: first)
            state.now = max(state.now, sleeper.deadline)
            state.changes += 1
            return sleeper
        }
    }
}

/// Runs `body` and the tasks it starts in groups one at a time, on a clock that knows when all of them wait.
///
/// Work that leaves for other threads (sockets, files) is not waited for.
public func withVirtualTime<Result: Sendable>(
    _ body: @escaping @Sendable (VirtualClock) async throws -> Result
) async throws -> Result {
    let executor = VirtualExecutor()
    let clock = VirtualClock(executor: executor)
    return try await withTaskExecutorPreference(executor) {
        try await onPreferredExecutor { try await body(clock) }
    }
}

@concurrent
private func onPreferredExecutor<Result: Sendable>(
    _ body: @Sendable () async throws -> Result
) async throws -> Result {
    try await body()
}
