internal import MeshAPI
internal import MeshBase
internal import RolloutEngine

/// What was measured of one side.
struct MetricMeasurement: Sendable, Hashable {
    /// The number; nil when there was none.
    var value: Double?
    /// How many requests it rests on, nil where nobody counted.
    var count: Double?
    /// What the server warns of.
    var warnings: [String] = []

    /// The number for the engine, nil where there is none; NaN, which is nothing divided by nothing, is none.
    var sample: MetricSample? {
        guard let value, !value.isNaN else { return nil }
        return MetricSample(value, count: count)
    }
}

/// Judges the measurements of a metric: which sides are needed, and what they mean.
struct MetricVerdict: Sendable, Hashable {
    let metric: AnalysisMetric
    let analysis: AnalysisSpec
    let question: GateQuestion

    private var wantsComparison: Bool { !metric.difference.isEmpty || !metric.ratio.isEmpty }

    /// The side to compare with, nil where nothing is compared.
    ///
    /// With all the traffic moved there is nothing left on the stable side, unless it is asked about in the past.
    var stable: GateQuestion.Side? {
        guard wantsComparison, metric.baseline != nil || question.weight < 100 else { return nil }
        return question.stable
    }

    /// What the measurements mean.
    func reading(new: MetricMeasurement, stable old: MetricMeasurement?, taken: Timestamp) -> GateReading {
        var reading = judged(new, old, taken)
        if wantsComparison, stable == nil {
            reading.message += "; not compared, there is nothing left on the stable side"
        }
        for warning in Set(new.warnings + (old?.warnings ?? [])).sorted() {
            reading.message += " (warning: \(warning))"
        }
        return reading
    }

    private func judged(_ new: MetricMeasurement, _ old: MetricMeasurement?, _ taken: Timestamp) -> GateReading {
        if new.sample == nil, !isBuiltIn { return nothing("new", new, taken) }
        if stable != nil, new.sample != nil, old?.sample == nil, !isBuiltIn { return nothing("stable", old, taken) }
        return condition.judge(new: new.sample, stable: old?.sample, taken: taken)
    }

    private var isBuiltIn: Bool {
        if case .builtIn = metric.source { true } else { false }
    }

    /// A side of which a user's query knows nothing.
    private func nothing(_ side: String, _ measurement: MetricMeasurement?, _ taken: Timestamp) -> GateReading {
        let what = measurement?.value == nil ? "no value" : "NaN"
        let message = "\(what) on the \(side) side"
        switch condition.onNoTraffic {
        case .hold: return GateReading(.inconclusive, message, taken: taken)
        case .pass: return GateReading(.passed, "\(message); passes by onNoTraffic", taken: taken)
        case .fail: return GateReading(.failed, message, taken: taken)
        }
    }

    private var condition: MetricCondition {
        let isCompared = stable != nil
        let isCount = metric.source == .builtIn(.requestCount)
        var condition = MetricCondition(
            range: .init(metric.bounds),
            difference: isCompared ? .init(metric.difference) : .none,
            ratio: isCompared ? .init(metric.ratio) : .none,
            minSamples: isCount ? 0 : Double(max(0, metric.minSamples ?? analysis.minSamples)),
            onNoTraffic: .init(metric.onNoTraffic ?? analysis.onNoTraffic)
        )
        if case .builtIn(let kind) = metric.source { condition.possible = BuiltInQuery.possible(kind) }
        return condition
    }
}

extension MetricCondition.Limits {
    init(_ bounds: AnalysisMetric.Bounds) {
        self.init(least: bounds.least, most: bounds.most)
    }
}

extension MetricCondition.NoTraffic {
    init(_ wish: AnalysisSpec.NoTraffic) {
        switch wish {
        case .hold: self = .hold
        case .pass: self = .pass
        case .fail: self = .fail
        }
    }
}
