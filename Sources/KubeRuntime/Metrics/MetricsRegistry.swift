internal import Synchronization

/// Holds the metrics of one process and writes them in the Prometheus text format.
///
/// Asking twice for a metric of the same name, kind and labels gives the same series. Nothing here throws or traps:
/// characters that names may not have become `_`; a name already taken by another kind gives an instrument that is counted
/// nowhere and an entry in ``problems``. A family has at most ``seriesLimit`` series; what comes later is summed up in one
/// series whose label values are all `_other`, so that a label taken from user input cannot exhaust memory.
public final class MetricsRegistry: Sendable {
    private struct State {
        var families: [String: MetricFamily] = [:]
        var problems: [String] = []
    }

    /// The most series a family may have before further ones are summed up.
    public let seriesLimit: Int
    private let state = Mutex(State())

    /// Makes an empty registry.
    public init(seriesLimit: Int = 1_000) {
        self.seriesLimit = max(1, seriesLimit)
    }

    /// A count that only grows.
    ///
    /// By convention its name ends in `_total`.
    public func counter(_ name: String, help: String, labels: [String: String] = [:]) -> Counter {
        Counter(cell: scalar(.counter, name: name, help: help, labels: labels))
    }

    /// A value that goes up and down.
    public func gauge(_ name: String, help: String, labels: [String: String] = [:]) -> Gauge {
        Gauge(cell: scalar(.gauge, name: name, help: help, labels: labels))
    }

    /// A gauge whose value is asked for whenever the metrics are read.
    ///
    /// `read` must be quick and must not use the registry.
    public func gauge(
        _ name: String,
        help: String,
        labels: [String: String] = [:],
        read: @escaping @Sendable () -> Double
    ) {
        series(.gauge, name: name, help: help, labels: labels) { .computed(read) }
    }

    /// A distribution over `buckets`, which are upper bounds in ascending order without infinity.
    public func histogram(
        _ name: String,
        help: String,
        labels: [String: String] = [:],
        buckets: [Double] = Histogram.secondsBuckets
    ) -> Histogram {
        let bounds = HistogramCell.validBounds(buckets)
        let series = series(.histogram, name: name, help: help, labels: labels) { .distribution(HistogramCell(bounds)) }
        guard case .distribution(let cell) = series else { return Histogram(cell: HistogramCell(bounds)) }
        return Histogram(cell: cell)
    }

    /// Takes away the series of some families that bear these labels, whatever other labels they have.
    ///
    /// For what is gone: a series at 0 would tell of it for ever. An instrument of such a series counts nowhere from then on.
    public func removeSeries(of families: [String], labels: [String: String]) {
        let wanted = MetricLabels(labels).pairs
        state.withLock { state in
            for family in families.map(MetricLabels.metricName) {
                guard let series = state.families[family]?.series else { continue }
                let rest = series.filter { !wanted.allSatisfy($0.key.pairs.contains) }
                state.families[family]?.series = rest
                if rest.isEmpty { state.families[family] = nil }
            }
        }
    }

    /// What was registered wrongly, for tests and start-up logs; empty in a sound program.
    public var problems: [String] { state.withLock { $0.problems } }

    /// All metrics in the text format 0.0.4, families and series in order of name and labels.
    ///
    /// Source: https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
    public func prometheusText() -> String {
        let families = state.withLock { $0.families }
        var text = PrometheusText()
        for (name, family) in families.sorted(by: { $0.key < $1.key }) { text.append(family, name: name) }
        return text.output
    }

    private func scalar(_ kind: MetricKind, name: String, help: String, labels: [String: String]) -> ScalarCell {
        let series = series(kind, name: name, help: help, labels: labels) { .scalar(ScalarCell()) }
        guard case .scalar(let cell) = series else { return ScalarCell() }
        return cell
    }

    @discardableResult
    private func series(
        _ kind: MetricKind,
        name: String,
        help: String,
        labels: [String: String],
        make: () -> MetricSeries
    ) -> MetricSeries {
        let name = MetricLabels.metricName(name)
        let labels = MetricLabels(labels)
        let fresh = make()
        return state.withLock { state in
            var family = state.families[name] ?? MetricFamily(kind: kind, help: help)
            guard family.kind == kind else {
                state.problems.append("\(name) is registered as \(family.kind) and as \(kind): rename one of them")
                return fresh
            }
            let isFull = family.series[labels] == nil && family.series.count >= seriesLimit
            let place = isFull ? labels.summedUp : labels
            if isFull, family.series[place] == nil {
                state.problems.append("\(name) has more than \(seriesLimit) series: a label is not bounded")
            }
            let series = family.series[place] ?? fresh
            family.series[place] = series
            state.families[name] = family
            return series
        }
    }
}
