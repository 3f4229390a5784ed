internal import MeshAPI
internal import MeshBase

/// The queries of one metric: for each side the number, and how many requests it rests on.
struct PrometheusPlan: Sendable, Hashable {
    /// The queries about one side; nil where the side has no part in the metrics.
    struct Side: Sendable, Hashable {
        var value: PrometheusQuery?
        var samples: PrometheusQuery?
        /// When the answer should have been taken.
        var expected: Timestamp
    }

    /// The sides, the new one first.
    let sides: [Side]
    /// How far the time of an answer may lie from the time asked about.
    private let tolerance: Duration
    private let isCount: Bool

    /// Plans a metric of source `builtIn` or `query`; throws code `questionInvalid` when it cannot be asked as it is.
    init(_ metric: AnalysisMetric, _ verdict: MetricVerdict, now: Timestamp) throws(AnalysisError) {
        let analysis = verdict.analysis
        let question = verdict.question
        isCount = metric.source == .builtIn(.requestCount)
        tolerance = max(.seconds(60), max(analysis.window, (metric.range?.step ?? .zero) * 2))
        var sides = [
            try Self.side(metric, analysis, question.new, other: question.stable, "new", baseline: nil, now: now)
        ]
        if let stable = verdict.stable {
            let past = metric.baseline
            sides.append(
                try Self.side(metric, analysis, stable, other: question.new, "stable", baseline: past, now: now)
            )
        }
        self.sides = sides
    }

    private static func side(
        _ metric: AnalysisMetric,
        _ analysis: AnalysisSpec,
        _ side: GateQuestion.Side,
        other: GateQuestion.Side?,
        _ name: String,
        baseline: AnalysisMetric.Baseline?,
        now: Timestamp
    ) throws(AnalysisError) -> Side {
        let window = baseline?.window ?? analysis.window
        let shift = baseline?.offset
        let texts: (value: String?, samples: String?)
        switch metric.source {
        case .builtIn(let known):
            let label = analysis.prometheus?.revisionLabel
            let selector = try SideSelector(side, other: other, reporter: metric.reporter, revisionLabel: label)
            let built = BuiltInQuery(metric: known, selector: selector, window: window)
            texts = (built.expression, known == .requestCount ? nil : built.count)
        case .query(let text):
            let value = try QueryTemplate(text: text).filled(side, window: window, sideName: name)
            var samples: String?
            if let text = metric.samples {
                samples = try QueryTemplate(text: text).filled(side, window: window, sideName: name)
            }
            texts = (value, samples)
        case .json, .job, .none: throw AnalysisError(.questionInvalid, "the metric has no query")
        }
        return Side(
            value: texts.value.map { PrometheusQuery($0, range: metric.range, shift: shift, now: now) },
            samples: texts.samples.map { PrometheusQuery($0, range: nil, shift: shift, now: now) },
            expected: now - (shift ?? .zero)
        )
    }

    /// All queries in order.
    var queries: [PrometheusQuery] { sides.flatMap { [$0.value, $0.samples].compactMap(\.self) } }

    /// What the answers to ``queries`` say of each side; throws the first thing that is wrong.
    func measurements(
        _ answers: [Result<GateAnswer, AnalysisError>],
        server: String
    ) throws(AnalysisError) -> [MetricMeasurement] {
        var rest = answers[...]
        var result: [MetricMeasurement] = []
        for side in sides {
            var measurement = MetricMeasurement()
            if let query = side.value, let answer = rest.popFirst() {
                let number = try number(answer, query, side.expected, server)
                (measurement.value, measurement.warnings) = (number.value, number.warnings)
            }
            if let query = side.samples, let answer = rest.popFirst() {
                let number = try number(answer, query, side.expected, server)
                measurement.count = number.value.map { $0.isNaN ? 0 : $0 } ?? 0
            }
            if isCount, measurement.value == nil { measurement.value = 0 }
            result.append(measurement)
        }
        return result
    }

    private func number(
        _ answer: Result<GateAnswer, AnalysisError>,
        _ query: PrometheusQuery,
        _ expected: Timestamp,
        _ server: String
    ) throws(AnalysisError) -> PrometheusAnswer {
        let number = try PrometheusAnswer(try answer.get(), to: query, server: server)
        guard let time = number.time else { return number }
        let distance = expected.duration(to: time)
        guard distance <= tolerance, distance >= .zero - tolerance else {
            let times = "a number of \(time.rfc3339), asked about \(expected.rfc3339)"
            throw AnalysisError(
                .answerUnusable,
                "\(server) answered with \(times): it is stale, or a clock is wrong"
            )
        }
        return number
    }
}
