internal import MeshBase

/// A span of time in nanoseconds, in the range of Go's `time.Duration`.
package struct TimeSpan: Sendable, Hashable, Comparable {
    /// The span in nanoseconds.
    package var nanoseconds: Int64

    /// Makes a span.
    package init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    /// Reads `1h30m`, `-1.5s`, `100ms`, `0`; nil for anything else and for what does not fit.
    package init?(parsing text: String) {
        guard let duration = GoDuration.parse(text) else { return nil }
        let (seconds, attoseconds) = duration.components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, carried) = whole.addingReportingOverflow(attoseconds / 1_000_000_000)
        if overflow || carried { return nil }
        self.nanoseconds = sum
    }

    /// Ordered by length.
    package static func < (left: TimeSpan, right: TimeSpan) -> Bool { left.nanoseconds < right.nanoseconds }

    /// The span in seconds as CEL's `string()` writes it: `90s`, `0.5s`.
    package var secondsText: String {
        let (seconds, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        guard rest != 0 else { return "\(seconds)s" }
        var fraction = String(rest.magnitude)
        fraction = String(repeating: "0", count: 9 - fraction.utf8.count) + fraction
        while fraction.hasSuffix("0") { fraction.removeLast() }
        let sign = nanoseconds < 0 ? "-" : ""
        return "\(sign)\(seconds.magnitude).\(fraction)s"
    }
}
