public import Logging
public import MeshBase

/// What the runtime takes from its surroundings: time, chance, a log and metrics.
///
/// All parts of one runtime share one environment, so that their instants compare.
public struct RuntimeEnvironment: Sendable {
    /// The clock that ``time`` counts by, for parts that take a clock.
    public let clock: any Clock<Duration>
    /// Monotonic time, for every wait and deadline.
    public var time: MonotonicTime
    /// The time of day, for what people read; no decision depends on it.
    public var wall: WallClock
    /// Chance, for jitter and unique names.
    public var random: RandomSource
    /// The log for work in the background.
    public var logger: Logger
    /// Where metrics go.
    public var metrics: MetricsRegistry
    /// Whether the API server answers.
    public let reachability: Reachability
    /// Speaks for all watches that get no answer.
    public let outage = WatchOutage()
    /// Who waits for kinds that are not served yet.
    public let arrivals = KindArrivals()

    /// Makes an environment.
    public init(
        clock: any Clock<Duration>,
        wall: @escaping WallClock,
        random: RandomSource,
        logger: Logger,
        metrics: MetricsRegistry = MetricsRegistry()
    ) {
        self.clock = clock
        let time = MonotonicTime(clock)
        self.time = time
        self.reachability = Reachability(time: time)
        self.wall = wall
        self.random = random
        self.logger = logger
        self.metrics = metrics
    }
}
