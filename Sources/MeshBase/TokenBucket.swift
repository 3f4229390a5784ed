/// Limits a rate: each action takes a token, tokens come back at a steady rate, and a full bucket allows a burst.
///
/// A value without a clock: the caller passes the time elapsed since an origin of its choice, which must not go back.
public struct TokenBucket: Sendable, Hashable {
    /// How many tokens the bucket holds when full; at least 1.
    public let burst: Double
    /// How many tokens come back per second; more than 0.
    public let perSecond: Double
    private var tokens: Double
    private var updated: Duration = .zero

    /// Makes a full bucket; values that would let nothing through ever are raised to the least that do.
    public init(perSecond: Double, burst: Int) {
        self.perSecond = perSecond.isFinite ? max(perSecond, 1e-6) : 1e-6
        self.burst = Double(max(1, burst))
        self.tokens = self.burst
    }

    /// Takes a token if there is one at `now`; says how long to wait otherwise, and then takes nothing.
    public mutating func take(at now: Duration) -> Duration {
        refill(at: now)
        guard tokens < 1 else {
            tokens -= 1
            return .zero
        }
        return .seconds((1 - tokens) / perSecond)
    }

    /// Takes a token in any case, borrowing from the future; says how long to wait before acting on it.
    public mutating func reserve(at now: Duration) -> Duration {
        refill(at: now)
        tokens -= 1
        return tokens >= 0 ? .zero : .seconds(-tokens / perSecond)
    }

    private mutating func refill(at now: Duration) {
        guard now > updated else { return }
        tokens = min(burst, tokens + (now - updated) / .seconds(1) * perSecond)
        updated = now
    }
}
