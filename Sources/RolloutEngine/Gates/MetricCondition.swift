package import MeshBase

/// A number as a metrics server gave it.
package struct MetricSample: Sendable, Hashable {
    /// The number; NaN where the query divides by nothing.
    package var value: Double
    /// How many requests it rests on, nil where nobody counted.
    package var count: Double?

    /// Describes a number.
    package init(_ value: Double, count: Double? = nil) {
        self.value = value
        self.count = count
    }
}

/// What must hold of a number: limits of its own, and limits on how it compares with the side that did not move.
package struct MetricCondition: Sendable, Hashable {
    /// What happens when there is too little traffic to judge.
    package enum NoTraffic: Sendable, Hashable {
        /// The step stays.
        case hold
        /// It passes.
        case pass
        /// It fails.
        case fail
    }

    /// The least and the most allowed; nil for no limit.
    package var range: Limits
    /// What the number can be at all: one outside is no measurement, whichever way the limits lie.
    package var possible = Limits.none
    /// Limits on new minus stable.
    package var difference: Limits
    /// Limits on new divided by stable.
    package var ratio: Limits
    /// How many requests a number must rest on.
    package var minSamples: Double
    /// What happens with fewer.
    package var onNoTraffic: NoTraffic

    /// A least and a most value, both allowed.
    package struct Limits: Sendable, Hashable {
        /// The least allowed.
        package var least: Double?
        /// The most allowed.
        package var most: Double?

        /// Sets limits.
        package init(least: Double? = nil, most: Double? = nil) {
            self.least = least
            self.most = most
        }

        /// No limits.
        package static let none = Limits()

        var isEmpty: Bool { least == nil && most == nil }

        /// `at least 0`, `0 to 100`.
        var text: String {
            switch (least, most) {
            case (let least?, let most?): "\(MetricText.of(least)) to \(MetricText.of(most))"
            case (let least?, nil): "at least \(MetricText.of(least))"
            case (nil, let most?): "at most \(MetricText.of(most))"
            case (nil, nil): "any number"
            }
        }

        /// What `value` breaks, for people; nil when it breaks nothing.
        func breach(_ value: Double, tolerance: Double = 0) -> String? {
            if let least, value < least - tolerance {
                return "\(MetricText.of(value)) is below \(MetricText.of(least))"
            }
            if let most, value > most + tolerance { return "\(MetricText.of(value)) is above \(MetricText.of(most))" }
            return nil
        }
    }

    /// Sets what must hold.
    package init(
        range: Limits = .none,
        difference: Limits = .none,
        ratio: Limits = .none,
        minSamples: Double = 0,
        onNoTraffic: NoTraffic = .hold
    ) {
        self.range = range
        self.difference = difference
        self.ratio = ratio
        self.minSamples = minSamples
        self.onNoTraffic = onNoTraffic
    }

    /// Judges the number of the new side, with that of the stable side where one was asked for.
    ///
    /// - Parameters:
    ///   - new: the number of what moved; nil when the query gave nothing.
    ///   - stable: the number of what did not.
    ///   - taken: when they were asked for.
    /// - Returns: a reading; never a pass on a number that is NaN, infinite or not ``possible``, nor on one that rests on an impossible number
    ///   of requests, whatever ``onNoTraffic`` says.
    package func judge(new: MetricSample?, stable: MetricSample?, taken: Timestamp) -> GateReading {
        if let doubt = doubt(new, "the") { return GateReading(.inconclusive, doubt, taken: taken) }
        guard let new, !isTooFew(new) else { return noTraffic(new, "new", taken) }
        if let breach = range.breach(new.value) { return GateReading(.failed, breach, taken: taken) }
        if difference.isEmpty, ratio.isEmpty { return GateReading(.passed, MetricText.of(new.value), taken: taken) }
        if let doubt = doubt(stable, "the stable side's") { return GateReading(.inconclusive, doubt, taken: taken) }
        guard let stable, !isTooFew(stable) else { return noTraffic(stable, "stable", taken) }
        return compare(new.value, stable.value, taken)
    }

    private func compare(_ new: Double, _ stable: Double, _ taken: Timestamp) -> GateReading {
        let both = "\(MetricText.of(new)) against \(MetricText.of(stable))"
        guard difference.isEmpty || (new - stable).isFinite else {
            return GateReading(.inconclusive, "\(both): the difference is no finite number", taken: taken)
        }
        if let breach = difference.breach(new - stable) {
            return GateReading(.failed, "\(both): the difference \(breach)", taken: taken)
        }
        guard !ratio.isEmpty else { return GateReading(.passed, both, taken: taken) }
        if new == stable { return GateReading(.passed, both, taken: taken) }
        guard stable != 0 else {
            return GateReading(.inconclusive, "\(both): no ratio to nothing; set difference as well", taken: taken)
        }
        guard (new / stable).isFinite else {
            return GateReading(.inconclusive, "\(both): the ratio is no finite number", taken: taken)
        }
        if let breach = ratio.breach(new / stable) {
            return GateReading(.failed, "\(both): the ratio \(breach)", taken: taken)
        }
        return GateReading(.passed, both, taken: taken)
    }

    /// Why a number measures nothing; nil where it may, or where there is none.
    private func doubt(_ sample: MetricSample?, _ whose: String) -> String? {
        guard let sample else { return nil }
        if let count = sample.count, !count.isFinite || count < 0 {
            return "\(whose) number of requests is \(MetricText.of(count)), which none can be (at least 0)"
        }
        // Too few requests say more than a number that rests on them, such as NaN of none.
        if isTooFew(sample) { return nil }
        guard sample.value.isFinite else { return "\(whose) value is \(MetricText.of(sample.value))" }
        guard possible.breach(sample.value, tolerance: Self.tolerance) != nil else { return nil }
        return "\(whose) value is \(MetricText.of(sample.value)), which it cannot be (\(possible.text))"
    }

    /// How far rounding may carry a computed number out of what is possible.
    private static let tolerance = 1e-6

    private func isTooFew(_ sample: MetricSample) -> Bool {
        guard minSamples > 0, let count = sample.count else { return false }
        return !(count >= minSamples)
    }

    private func noTraffic(_ sample: MetricSample?, _ side: String, _ taken: Timestamp) -> GateReading {
        let seen = sample?.count.map { MetricText.of($0) } ?? "no"
        let message = "\(seen) requests on the \(side) side, \(MetricText.of(minSamples)) needed"
        switch onNoTraffic {
        case .hold: return GateReading(.inconclusive, message, taken: taken)
        case .pass: return GateReading(.passed, "\(message); passes by onNoTraffic", taken: taken)
        case .fail: return GateReading(.failed, message, taken: taken)
        }
    }
}

/// Numbers as people read them.
enum MetricText {
    /// At most four digits behind the point.
    static func of(_ value: Double) -> String {
        guard value.isFinite else { return "\(value)" }
        guard abs(value) < 1e12 else { return "\(value)" }
        let scaled = (value * 10_000).rounded() / 10_000
        return scaled == scaled.rounded() ? "\(Int64(scaled))" : "\(scaled)"
    }
}
