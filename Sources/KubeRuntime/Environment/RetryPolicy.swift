/// How long to wait before the n-th try in a row: exponential, capped, with jitter.
public struct RetryPolicy: Sendable, Hashable {
    /// The wait after the first failure.
    public var initial: Duration
    /// The longest wait before jitter is taken off.
    public var maximum: Duration
    /// What each further failure multiplies the wait by; at least 1.
    public var factor: Double
    /// The share of the wait that is random, from 0 (none) to 1 (the wait lies anywhere below).
    public var jitter: Double

    /// Makes a policy.
    public init(initial: Duration, maximum: Duration, factor: Double = 2, jitter: Double = 0.2) {
        self.initial = initial
        self.maximum = maximum
        self.factor = max(1, factor)
        self.jitter = min(1, max(0, jitter))
    }

    /// 5 ms doubling up to 5 min, as work queues of Kubernetes controllers use, with a tenth of jitter.
    public static let reconcile = RetryPolicy(initial: .milliseconds(5), maximum: .seconds(300), jitter: 0.1)
    /// 50 ms doubling up to 5 s: somebody else wrote first, so that reading again soon is enough.
    public static let conflict = RetryPolicy(initial: .milliseconds(50), maximum: .seconds(5), jitter: 0.5)
    /// 800 ms doubling up to 30 s, half of it random: lists and watches of a failing API server.
    public static let watch = RetryPolicy(initial: .milliseconds(800), maximum: .seconds(30), jitter: 0.5)

    /// The wait after `failures` failures in a row (1 or more), with `random` from 0 up to but not including 1.
    ///
    /// Never longer than ``maximum``, never negative, and never shorter than the unjittered wait times `1 - jitter`.
    public func delay(failures: Int, random: Double) -> Duration {
        var delay = min(initial, maximum)
        var remaining = max(0, failures - 1)
        while remaining > 0, delay < maximum, factor > 1 {
            delay = min(maximum, delay * factor)
            remaining -= 1
        }
        return delay * (1 - jitter * min(1, max(0, random)))
    }
}
