/// How long to wait before trying again: longer after each failure, up to a limit, with a random part.
///
/// The delay before attempt n (counted from 0) is `initial * factor^n`, at most `maximum`, and then reduced by a random
/// share of up to `jitter`, so that many clients do not come back together.
public struct Backoff: Sendable, Hashable {
    /// The delay after the first failure, without its random part.
    public var initial: Duration
    /// What each further failure multiplies the delay by; at least 1.
    public var factor: Double
    /// The delay that is never exceeded.
    public var maximum: Duration
    /// The share of the delay that is random: 0 for none, 1 for anything from nothing to the full delay.
    public var jitter: Double
    /// How many failures have been counted since the last reset.
    public private(set) var failures = 0

    /// Makes a rule; values outside their range are moved into it.
    public init(
        initial: Duration = .milliseconds(200),
        factor: Double = 2,
        maximum: Duration = .seconds(30),
        jitter: Double = 0.5
    ) {
        self.initial = max(.zero, initial)
        self.factor = factor.isFinite ? max(1, factor) : 1
        self.maximum = max(.zero, maximum)
        self.jitter = jitter.isFinite ? min(max(0, jitter), 1) : 0
    }

    /// The delay after `failures` earlier failures, random part included; does not count anything.
    public func delay(afterFailures failures: Int, random: RandomSource) -> Duration {
        var delay = min(initial, maximum)
        var remaining = max(0, failures)
        while remaining > 0, delay < maximum, factor > 1, delay > .zero {
            delay = min(maximum, delay * factor)
            remaining -= 1
        }
        return delay * (1 - jitter * random.unit())
    }

    /// Counts a failure and gives the delay to wait after it.
    public mutating func next(random: RandomSource) -> Duration {
        let delay = delay(afterFailures: failures, random: random)
        if failures < .max { failures += 1 }
        return delay
    }

    /// Forgets the failures counted; call after a success.
    public mutating func reset() {
        failures = 0
    }
}
