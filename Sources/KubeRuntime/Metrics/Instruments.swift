internal import Synchronization

/// One number that several tasks change.
final class ScalarCell: Sendable {
    private let state = Mutex(0.0)

    var value: Double { state.withLock { $0 } }
    func add(_ amount: Double) { state.withLock { $0 += amount } }
    func set(_ value: Double) { state.withLock { $0 = value } }
    func setOnce(_ value: Double) { state.withLock { if $0 == 0 { $0 = value } } }
}

/// A count that only grows.
public struct Counter: Sendable {
    let cell: ScalarCell

    /// Adds `amount`; a negative or undefined one is ignored.
    public func increment(by amount: Double = 1) {
        if amount > 0 { cell.add(amount) }
    }

    /// The count so far.
    public var value: Double { cell.value }
}

/// A value that goes up and down.
public struct Gauge: Sendable {
    let cell: ScalarCell

    /// Replaces the value.
    public func set(_ value: Double) { cell.set(value) }
    /// Replaces the value while it is 0.
    public func setOnce(_ value: Double) { cell.setOnce(value) }
    /// Adds `amount`, which may be negative.
    public func add(_ amount: Double) { cell.add(amount) }
    /// The value now.
    public var value: Double { cell.value }
}

/// Counts of a histogram, each bucket apart from the others.
final class HistogramCell: Sendable {
    struct Counts {
        var buckets: [UInt64]
        var sum = 0.0
        var count: UInt64 = 0
    }

    let bounds: [Double]
    private let state: Mutex<Counts>

    init(_ bounds: [Double]) {
        self.bounds = bounds
        self.state = Mutex(Counts(buckets: Array(repeating: 0, count: bounds.count)))
    }

    var counts: Counts { state.withLock { $0 } }

    func observe(_ value: Double) {
        guard !value.isNaN else { return }
        let bucket = bounds.firstIndex { value <= $0 }
        state.withLock { counts in
            if let bucket { counts.buckets[bucket] &+= 1 }
            counts.sum += value
            counts.count &+= 1
        }
    }

    static func validBounds(_ bounds: [Double]) -> [Double] {
        Array(Set(bounds.filter { $0.isFinite })).sorted()
    }
}

/// A distribution of observed values.
public struct Histogram: Sendable {
    /// Bounds from 1 ms to 5 min, fit for reconciles and API calls.
    public static let secondsBuckets: [Double] = [
        0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300,
    ]

    let cell: HistogramCell

    /// Counts `value`; NaN is ignored.
    public func observe(_ value: Double) { cell.observe(value) }
    /// Counts `duration` in seconds.
    public func observe(_ duration: Duration) { cell.observe(duration.inSeconds) }
    /// How many values were counted.
    public var count: UInt64 { cell.counts.count }
    /// The sum of the values counted.
    public var sum: Double { cell.counts.sum }
}
