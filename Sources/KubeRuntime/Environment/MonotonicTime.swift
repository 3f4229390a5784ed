/// Time that only moves forward, counted from the moment this value was made.
///
/// It wraps an injected clock so that instants of any clock become plain durations, which state machines can take as
/// arguments. Values compare only with others of the same ``MonotonicTime`` or its copies.
public struct MonotonicTime: Sendable {
    private let read: @Sendable () -> Duration
    private let wait: @Sendable (Duration) async throws -> Void

    /// Starts counting at the clock's present instant.
    public init(_ clock: any Clock<Duration>) {
        self = Self.counting(clock)
    }

    private init(
        read: @escaping @Sendable () -> Duration,
        wait: @escaping @Sendable (Duration) async throws -> Void
    ) {
        self.read = read
        self.wait = wait
    }

    private static func counting<Source: Clock<Duration>>(_ clock: Source) -> MonotonicTime {
        let origin = clock.now
        return MonotonicTime(
            read: { origin.duration(to: clock.now) },
            wait: { try await clock.sleep(until: origin.advanced(by: $0), tolerance: nil) }
        )
    }

    /// The time since the start of counting.
    public var now: Duration { read() }

    /// Returns once `deadline` is reached; throws `CancellationError` when the task is cancelled before.
    public func sleep(until deadline: Duration) async throws {
        try await wait(deadline)
    }

    /// Returns once `duration` has passed; throws `CancellationError` when the task is cancelled before.
    public func sleep(for duration: Duration) async throws {
        try await wait(now + duration)
    }
}

extension Duration {
    /// The length in seconds, rounded to what a double holds; for metrics and messages, never for decisions.
    var inSeconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) * 1e-18
    }
}
