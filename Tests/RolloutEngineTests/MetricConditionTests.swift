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

    private static func of(_ possible: MetricCondition.Limits, _ condition: MetricCondition) -> MetricCondition {
        var condition = condition
        condition.possible = possible
        return condition
    }

    static let percent = of(.init(least: 0, most: 100), rate)
    static let time = of(.init(least: 0), .init(range: .init(most: 500), minSamples: 20, onNoTraffic: .pass))
    static let twice = of(.init(least: 0), .init(ratio: .init(most: 2)))

    /// Numbers that measure nothing, each of which lies within the limits that are set.
    static let impossible: [Case] = [
        Case(testDescription: "above", condition: percent, new: .init(1e308, count: 100), outcome: .inconclusive),
        Case(testDescription: "just above", condition: percent, new: .init(100.01, count: 50), outcome: .inconclusive),
        Case(testDescription: "rounding", condition: percent, new: .init(100.000_000_01, count: 50), outcome: .passed),
        Case(testDescription: "negative", condition: time, new: .init(-1, count: 100), outcome: .inconclusive),
        Case(testDescription: "negative count", condition: time, new: .init(5, count: -1), outcome: .inconclusive),
        Case(
            testDescription: "endless count",
            condition: time,
            new: .init(5, count: .infinity),
            outcome: .inconclusive
        ),
        Case(testDescription: "no count", condition: time, new: .init(5, count: .nan), outcome: .inconclusive),
        Case(testDescription: "nothing of none", condition: time, new: .init(.nan, count: 0), outcome: .passed),
        Case(
            testDescription: "stable side negative",
            condition: twice,
            new: .init(5),
            stable: .init(-3),
            outcome: .inconclusive
        ),
        Case(
            testDescription: "stable side's count negative",
            condition: twice,
            new: .init(5),
            stable: .init(5, count: -3),
            outcome: .inconclusive
        ),
        Case(
            testDescription: "endless difference",
            condition: .init(difference: .init(least: -1)),
            new: .init(1e308),
            stable: .init(-1e308),
            outcome: .inconclusive
        ),
        Case(
            testDescription: "endless ratio",
            condition: .init(ratio: .init(least: 0.9)),
            new: .init(1e300),
            stable: .init(1e-300),
            outcome: .inconclusive
        ),
    ]

    @Test("A number that none can be passes nothing", arguments: impossible)
    func passesNothing(_ example: Case) { judges(example) }

    @Test("What none can be is said with what it can be")
    func range() {
        let high = Self.percent.judge(new: .init(250, count: 100), stable: nil, taken: .epoch)
        #expect(high.message == "the value is 250, which it cannot be (0 to 100)")
        let stable = Self.twice.judge(new: .init(5), stable: .init(-3), taken: .epoch)
        #expect(stable.message == "the stable side's value is -3, which it cannot be (at least 0)")
        let count = Self.time.judge(new: .init(5, count: -1), stable: nil, taken: .epoch)
        #expect(count.message == "the number of requests is -1, which none can be (at least 0)")
    }

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
