package import KubeClient

/// What a transport did or saw that is worth a line in a log.
package enum TransportNote: Sendable, Hashable {
    /// A request has been under way for so long; told once, while it still is.
    case slow(HTTPMethod, path: String, elapsed: Duration)
    /// A connection gave no sign of life for so long, and was given up with the transfers on it.
    case silent(transfers: Int, silence: Duration)
}

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
