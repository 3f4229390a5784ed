internal import MeshAPI
internal import MeshBase
internal import RolloutEngine
internal import Testing

@testable internal import RolloutControl

@Suite struct MetricVerdictTests {
    static let taken = SampleAnalysis.start

    func reading(
        _ metric: String,
        new: MetricMeasurement,
        stable: MetricMeasurement? = nil,
        analysis: String = "{}",
        change: (inout GateQuestion) -> Void = { _ in }
    ) throws -> GateReading {
        var question = SampleAnalysis.question
        change(&question)
        let verdict = MetricVerdict(
            metric: try SampleAnalysis.metric(metric),
            analysis: try SampleAnalysis.make(analysis),
            question: question
        )
        return verdict.reading(new: new, stable: stable, taken: Self.taken)
    }

    func of(_ value: Double?, _ count: Double? = nil) -> MetricMeasurement {
        MetricMeasurement(value: value, count: count)
    }

    @Test(
        arguments: [
            (99.5, 100.0, GateReading.Outcome.passed), (98, 100, .failed), (98, 5, .inconclusive),
            (.nan, 0, .inconclusive),
            (.infinity, 100, .inconclusive), (nil, 0, .inconclusive),
        ] as [(Double?, Double, GateReading.Outcome)]
    )
    func builtInsNeedSamples(_ row: (value: Double?, count: Double, outcome: GateReading.Outcome)) throws {
        let found = try reading("{name: m, builtIn: SuccessRate, min: 99}", new: of(row.value, row.count))
        #expect(found.outcome == row.outcome, "\(found.message)")
        #expect(found.taken == Self.taken)
    }

    @Test(arguments: [("Hold", GateReading.Outcome.inconclusive), ("Pass", .passed), ("Fail", .failed)])
    func withoutTraffic(_ row: (wish: String, outcome: GateReading.Outcome)) throws {
        let analysis = "{onNoTraffic: \(row.wish)}"
        let builtIn = try reading("{name: m, builtIn: ErrorRate, max: 1}", new: of(0, 3), analysis: analysis)
        #expect(builtIn.outcome == row.outcome)
        #expect(builtIn.message.contains("3 requests on the new side, 20 needed"))
        for value in [nil, Double.nan] {
            let query = try reading("{name: m, query: up, max: 1}", new: of(value), analysis: analysis)
            #expect(query.outcome == row.outcome)
            #expect(query.message.contains("on the new side"))
        }
        let own = try reading("{name: m, query: up, max: 1, onNoTraffic: Pass}", new: of(nil), analysis: analysis)
        #expect(own.outcome == .passed)
    }

    @Test func requestsThemselvesNeedNoSamples() throws {
        let metric = "{name: m, builtIn: RequestCount, min: 10}"
        #expect(try reading(metric, new: of(0)).outcome == .failed)
        #expect(try reading(metric, new: of(12)).outcome == .passed)
    }

    @Test func comparison() throws {
        let metric = "{name: m, builtIn: LatencyP99, max: 500, compare: {ratio: {max: 1.5}}}"
        #expect(try reading(metric, new: of(120, 50), stable: of(100, 50)).outcome == .passed)
        let worse = try reading(metric, new: of(200, 50), stable: of(100, 50))
        #expect(worse.outcome == .failed)
        #expect(worse.message.contains("200 against 100"))
        #expect(try reading(metric, new: of(600, 50), stable: of(600, 50)).outcome == .failed)
        #expect(try reading(metric, new: of(120, 50), stable: of(100, 2)).outcome == .inconclusive)
        #expect(try reading(metric, new: of(120, 50), stable: of(nil)).outcome == .inconclusive)
    }

    @Test(
        "A built-in number that it cannot be passes nothing",
        arguments: [
            ("{name: m, builtIn: SuccessRate, min: 99}", 1e308), ("{name: m, builtIn: SuccessRate, min: 99}", 101),
            ("{name: m, builtIn: ErrorRate, max: 1}", -5), ("{name: m, builtIn: LatencyP99, max: 500}", -1),
            ("{name: m, builtIn: LatencyP50, max: 500}", -1), ("{name: m, builtIn: LatencyP90, max: 500}", -1),
            ("{name: m, builtIn: RequestCount, max: 500}", -1),
        ]
    )
    func impossible(_ metric: String, _ value: Double) throws {
        let found = try reading(metric, new: of(value, 50))
        #expect(found.outcome == .inconclusive)
        #expect(found.message.contains("which it cannot be"), "\(found.message)")
        #expect(
            try reading("{name: m, query: up, min: -1000}", new: of(value, 50)).outcome == .passed,
            "a query of a user may"
        )
    }

    @Test func withAllMovedThereIsNothingToCompareWith() throws {
        let metric = "{name: m, builtIn: LatencyP99, max: 500, compare: {ratio: {max: 1.5}}}"
        for change in [{ (question: inout GateQuestion) in question.weight = 100 }, { $0.stable = nil }] {
            let found = try reading(metric, new: of(400, 50), change: change)
            #expect(found.outcome == .passed)
            #expect(found.message.contains("nothing left on the stable side"))
            #expect(try reading(metric, new: of(600, 50), change: change).outcome == .failed)
        }
        let past = "{name: m, builtIn: LatencyP99, compare: {ratio: {max: 1.5}, baseline: {offset: 1h}}}"
        #expect(try reading(past, new: of(400, 50), stable: of(100, 50)) { $0.weight = 100 }.outcome == .failed)
    }

    @Test func warningsAreShown() throws {
        var measured = of(1)
        measured.warnings = ["only half of the data"]
        let found = try reading("{name: m, query: up, min: 1}", new: measured)
        #expect(found.outcome == .passed)
        #expect(found.message == "1 (warning: only half of the data)")
    }
}
