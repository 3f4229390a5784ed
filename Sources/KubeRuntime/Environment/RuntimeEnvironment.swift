public import Logging

/// What the runtime takes from its surroundings: time, chance, a log and metrics.
///
/// All parts of one runtime share one environment, so that their instants compare.
public struct RuntimeEnvironment: Sendable {
    /// Monotonic time, for every wait and deadline.
    public var time: MonotonicTime
    /// A random number from 0 up to but not including 1, for jitter and unique names.
    public var random: @Sendable () -> Double
    /// The log for work in the background.
    public var logger: Logger
    /// Where metrics go.
    public var metrics: MetricsRegistry

    /// Makes an environment.
    public init(
        clock: any Clock<Duration>,
        random: @escaping @Sendable () -> Double,
        logger: Logger,
        metrics: MetricsRegistry = MetricsRegistry()
    ) {
        self.time = MonotonicTime(clock)
        self.random = random
        self.logger = logger
        self.metrics = metrics
    }
}
