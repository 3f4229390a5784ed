/// One row of the table: a figure, and the limit it must keep.
struct Measurement {
    var name: String
    var figure: Double
    var unit: String
    /// The least the figure may be; nil when it is only reported.
    var atLeast: Double?
    /// The most the figure may be; nil when there is no such limit.
    var atMost: Double?
    var details: String

    var holds: Bool { (atLeast.map { figure >= $0 } ?? true) && (atMost.map { figure <= $0 } ?? true) }

    var row: String {
        let limit = atLeast.map { ">= \($0)" } ?? atMost.map { "<= \($0)" } ?? "-"
        let shown = (figure * 100).rounded() / 100
        return "| \(name) | \(shown) \(unit) | \(limit) | \(holds ? "ok" : "MISSED") | \(details) |"
    }
}

/// The shortest of several runs, in seconds; giving up what `body` made is not counted.
func shortest<Result>(of runs: Int, _ body: () throws -> Result) rethrows -> Double {
    var best = Duration.seconds(1_000_000)
    for _ in 0..<runs {
        var result: Result?
        best = min(best, try ContinuousClock().measure { result = try body() })
        withExtendedLifetime(result) {}
    }
    return best / .seconds(1)
}
