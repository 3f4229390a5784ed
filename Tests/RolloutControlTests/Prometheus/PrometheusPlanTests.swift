internal import MeshAPI
internal import MeshBase
internal import Testing

@testable internal import RolloutControl

@Suite struct PrometheusPlanTests {
    static let now = SampleAnalysis.start

    func plan(_ metric: String, _ change: (inout GateQuestion) -> Void = { _ in }) throws -> PrometheusPlan {
        var question = SampleAnalysis.question
        change(&question)
        let analysis = try SampleAnalysis.make("{prometheus: {address: 'http://p'}, window: 2m}")
        let metric = try SampleAnalysis.metric(metric)
        let verdict = MetricVerdict(metric: metric, analysis: analysis, question: question)
        return try PrometheusPlan(metric, verdict, now: Self.now)
    }

    static func answer(_ value: String, at seconds: Int64 = now.seconds) -> Result<GateAnswer, AnalysisError> {
        let body =
            #"{"status":"success","data":{"resultType":"vector","#
            + #""result":[{"metric":{},"value":[\#(seconds),"\#(value)"]}]}}"#
        return .success(GateAnswer(status: 200, location: nil, body: Array(body.utf8)))
    }

    static let nothing: Result<GateAnswer, AnalysisError> = .success(
        GateAnswer(
            status: 200,
            location: nil,
            body: Array(#"{"status":"success","data":{"resultType":"vector","result":[]}}"#.utf8)
        )
    )

    @Test func queriesOfBothSides() throws {
        let alone = try plan("{name: m, builtIn: ErrorRate, max: 1}")
        #expect(alone.queries.count == 2)
        let both = try plan("{name: m, builtIn: ErrorRate, compare: {difference: {max: 1}}}")
        #expect(both.queries.count == 4)
        #expect(both.queries[0].expression.contains(#"destination_workload="reviews-v2""#))
        #expect(both.queries[0].expression.contains("[120s]"))
        #expect(both.queries[2].expression.contains(#"destination_workload="reviews-v1""#))
        #expect(try plan("{name: m, builtIn: RequestCount, min: 1}").queries.count == 1)
        #expect(try plan("{name: m, query: a, min: 1}").queries.map(\.expression) == ["a"])
        let counted = try plan("{name: m, query: 'a{v=\"{{version}}\"}', samples: 'b[{{window}}]', min: 1}")
        #expect(counted.queries.map(\.expression) == [#"a{v="v2"}"#, "b[120s]"])
    }

    @Test func aBaselineIsThePast() throws {
        let plan = try plan(
            "{name: m, query: 'a[{{window}}]', compare: {difference: {max: 1}, baseline: {offset: 1h, window: 10m}}}"
        )
        #expect(plan.queries.map(\.expression) == ["a[120s]", "a[600s]"])
        #expect(plan.queries.map(\.kind) == [.instant(nil), .instant(Self.now - .seconds(3_600))])
    }

    @Test func measurements() throws {
        let plan = try plan("{name: m, builtIn: ErrorRate, compare: {difference: {max: 1}}}")
        let found = try plan.measurements(
            [Self.answer("2"), Self.answer("50.5"), Self.answer("1"), Self.nothing],
            server: "p"
        )
        #expect(found.map(\.value) == [2, 1])
        #expect(found.map(\.count) == [50.5, 0])
    }

    @Test func countsAreZeroWithoutSeries() throws {
        let found = try plan("{name: m, builtIn: RequestCount, min: 1}").measurements([Self.nothing], server: "p")
        #expect(found.map(\.value) == [0])
    }

    @Test(arguments: [-121 as Int64, 121, -1_000_000, 1_000_000_000])
    func staleNumbersAreRefused(_ seconds: Int64) throws {
        let plan = try plan("{name: m, query: a, min: 1}")
        #expect { try plan.measurements([Self.answer("1", at: Self.now.seconds + seconds)], server: "p") } throws: {
            "\($0)".contains("stale")
        }
        #expect(
            try plan.measurements([Self.answer("1", at: Self.now.seconds + seconds.signum() * 119)], server: "p").count
                == 1
        )
    }

    @Test func theFirstProblemIsTold() throws {
        let plan = try plan("{name: m, builtIn: ErrorRate, max: 1}")
        #expect {
            try plan.measurements([Self.answer("1"), .failure(.init(.noAnswer, "late"))], server: "p")
        } throws: {
            "\($0)".contains("late")
        }
    }

    @Test func aSideWithoutProxiesIsNotAsked() throws {
        let plan = try plan("{name: m, builtIn: ErrorRate, max: 1}") {
            $0.new = .init(["revision": "1-30-3"], workloads: [])
        }
        #expect(plan.queries.isEmpty)
        #expect(try plan.measurements([], server: "p").map(\.value) == [nil])
    }
}
