/// A point in time: microseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
///
/// Its texts are those of Kubernetes' `Time` and `MicroTime` (RFC 3339, always in UTC when written).
public struct Timestamp: Sendable, Hashable, Comparable {
    /// Microseconds since the epoch; negative before it.
    public var microsecondsSinceEpoch: Int64

    /// The epoch.
    public static let epoch = Timestamp(microsecondsSinceEpoch: 0)

    /// Makes a point in time of microseconds since the epoch.
    public init(microsecondsSinceEpoch: Int64) {
        self.microsecondsSinceEpoch = microsecondsSinceEpoch
    }

    /// Makes a point in time of whole seconds since the epoch and microseconds on top; what does not fit is clamped.
    public init(seconds: Int64, microseconds: Int64 = 0) {
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
        let (sum, carried) = product.addingReportingOverflow(microseconds)
        if overflow || carried {
            self.microsecondsSinceEpoch = seconds < 0 ? .min : .max
        } else {
            self.microsecondsSinceEpoch = sum
        }
    }

    /// Whole seconds since the epoch, rounded down.
    public var seconds: Int64 { Self.floorDivide(microsecondsSinceEpoch, 1_000_000) }

    /// Microseconds within the second, 0 to 999,999.
    public var microseconds: Int64 { Self.floorRemainder(microsecondsSinceEpoch, 1_000_000) }

    /// The same point in time without fractions of a second, as `metadata.creationTimestamp` is kept.
    public var truncatedToSeconds: Timestamp { Timestamp(seconds: seconds) }

    /// Ordered by time.
    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.microsecondsSinceEpoch < right.microsecondsSinceEpoch
    }

    /// The point in time `duration` later, clamped to what can be held; less than a microsecond is dropped.
    public func advanced(by duration: Duration) -> Timestamp {
        let parts = duration.components
        let delta = Timestamp(seconds: parts.seconds, microseconds: parts.attoseconds / 1_000_000_000_000)
        let (sum, overflow) = microsecondsSinceEpoch.addingReportingOverflow(delta.microsecondsSinceEpoch)
        if overflow { return Timestamp(microsecondsSinceEpoch: delta.microsecondsSinceEpoch < 0 ? .min : .max) }
        return Timestamp(microsecondsSinceEpoch: sum)
    }

    /// How long it is from this point in time until `other`; negative if `other` is earlier.
    public func duration(to other: Timestamp) -> Duration {
        .microseconds(other.microsecondsSinceEpoch) - .microseconds(microsecondsSinceEpoch)
    }

    /// The point in time `duration` after `left`.
    public static func + (left: Timestamp, duration: Duration) -> Timestamp { left.advanced(by: duration) }
    /// The point in time `duration` before `left`.
    public static func - (left: Timestamp, duration: Duration) -> Timestamp { left.advanced(by: .zero - duration) }
    /// How long it is from `right` to `left`.
    public static func - (left: Timestamp, right: Timestamp) -> Duration { right.duration(to: left) }

    static func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
        let quotient = value / divisor
        return value % divisor < 0 ? quotient - 1 : quotient
    }

    static func floorRemainder(_ value: Int64, _ divisor: Int64) -> Int64 {
        let remainder = value % divisor
        return remainder < 0 ? remainder + divisor : remainder
    }
}

/// Reads the time of day; injected, so that tests decide what time it is.
public typealias WallClock = @Sendable () -> Timestamp
