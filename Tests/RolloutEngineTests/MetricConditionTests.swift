internal import MeshBase
internal import RolloutEngine
internal import Testing

struct MetricConditionTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var condition: MetricCondition
        var new: MetricSample?
        var stable: MetricSample?
        var outcome: GateReading.Outcome
    }

    static let rate = MetricCondition(range: .init(least: 99), minSamples: 20)
    static let slower = MetricCondition(ratio: .init(most: 1.5), minSamples: 10)

    static let cases: [Case] = [
        Case(testDescription: "within", condition: rate, new: .init(99.5, count: 100), outcome: .passed),
        Case(testDescription: "at the limit", condition: rate, new: .init(99, count: 20), outcome: .passed),
        Case(testDescription: "below", condition: rate, new: .init(98.9, count: 100), outcome: .failed),
        Case(testDescription: "no answer", condition: rate, new: nil, outcome: .inconclusive),
        Case(testDescription: "too few", condition: rate, new: .init(10, count: 19), outcome: .inconclusive),
        Case(testDescription: "count is NaN", condition: rate, new: .init(100, count: .nan), outcome: .inconclusive),
        Case(testDescription: "NaN", condition: rate, new: .init(.nan, count: 100), outcome: .inconclusive),
        Case(testDescription: "infinite", condition: rate, new: .init(.infinity, count: 100), outcome: .inconclusive),
        Case(
            testDescription: "slower, allowed",
            condition: slower,
            new: .init(140, count: 50),
            stable: .init(100, count: 50),
            outcome: .passed
        ),
        Case(
            testDescription: "slower, too much",
            condition: slower,
            new: .init(151, count: 50),
            stable: .init(100, count: 50),
            outcome: .failed
        ),
        Case(testDescription: "no baseline", condition: slower, new: .init(151, count: 50), outcome: .inconclusive),
        Case(
            testDescription: "baseline of nothing",
            condition: slower,
            new: .init(1, count: 50),
            stable: .init(0, count: 50),
            outcome: .inconclusive
        ),
        Case(
            testDescription: "both nothing",
            condition: slower,
            new: .init(0, count: 50),
            stable: .init(0, count: 50),
            outcome: .passed
        ),
        Case(
            testDescription: "baseline NaN",
            condition: slower,
            new: .init(1, count: 50),
            stable: .init(.nan, count: 50),
            outcome: .inconclusive
        ),
        Case(
            testDescription: "no traffic passes where asked",
            condition: .init(minSamples: 5, onNoTraffic: .pass),
            new: .init(1, count: 0),
            outcome: .passed
        ),
        Case(
            testDescription: "no traffic fails where asked",
            condition: .init(minSamples: 5, onNoTraffic: .fail),
            new: nil,
            outcome: .failed
        ),
    ]

    @Test(arguments: cases) func judges(_ example: Case) {
        let reading = example.condition.judge(new: example.new, stable: example.stable, taken: .epoch)
        #expect(reading.outcome == example.outcome, "\(reading.message)")
        #expect(!reading.message.isEmpty)
    }

    @Test("A failure names the value and the limit")
    func message() {
        let reading = Self.rate.judge(new: .init(98.9, count: 100), stable: nil, taken: .epoch)
        #expect(reading.message == "98.9 is below 99")
    }
}
