internal import KubeClient

/// What a loop takes from outside: time, and somebody to tell.
struct LoopSurroundings: Sendable {
    /// The time since some moment.
    let now: @Sendable () -> Duration
    let report: @Sendable (TransportNote) -> Void

    init(_ clock: any Clock<Duration>, report: @escaping @Sendable (TransportNote) -> Void) {
        self.now = Self.reading(clock)
        self.report = report
    }

    private static func reading<Source: Clock<Duration>>(_ clock: Source) -> @Sendable () -> Duration {
        let origin = clock.now
        return { origin.duration(to: clock.now) }
    }
}
