internal import DataTree
internal import MeshAPI
internal import MeshBase

/// One number read from an answer of Prometheus' HTTP API.
struct PrometheusAnswer: Sendable, Hashable {
    /// The number, NaN and infinities included; nil when the query gave no series.
    var value: Double?
    /// When it was taken; nil without a number.
    var time: Timestamp?
    /// What the server warns of.
    var warnings: [String] = []

    /// Reads an answer to `query`; throws code `refusedByServer` with the server's words, or `answerUnusable`.
    init(_ answer: GateAnswer, to query: PrometheusQuery, server: String) throws(AnalysisError) {
        let tree = Self.parse(answer.body)
        if let problem = Self.problem(tree) {
            throw AnalysisError(.refusedByServer, "\(server) refuses the query: \(problem)")
        }
        guard (200..<300).contains(answer.status) else {
            throw AnalysisError(.refusedByServer, "\(server) \(answer.refusal)")
        }
        guard let tree else { throw Self.unusable(server, "no JSON object: is it Prometheus' address?") }
        guard tree["status"]?.string == "success", let data = tree["data"], let kind = data["resultType"]?.string,
            let result = data["result"]
        else { throw Self.unusable(server, "JSON without status and data") }
        let words = tree["warnings"]?.array?.compactMap(\.string) ?? []
        warnings = words.prefix(3).map { RolloutText.fit($0, limit: 200) }
        try read(kind, result, query, server)
    }

    private mutating func read(
        _ kind: String,
        _ result: Tree,
        _ query: PrometheusQuery,
        _ server: String
    ) throws(AnalysisError) {
        switch (kind, query.kind) {
        case ("scalar", .instant):
            (time, value) = try Self.point(result, server)
        case ("vector", .instant):
            guard let series = try Self.single(result, server) else { return }
            guard let point = series["value"] else {
                throw Self.unusable(server, "a histogram, where a number is needed")
            }
            (time, value) = try Self.point(point, server)
        case ("matrix", .range(_, _, _, let take)):
            guard let series = try Self.single(result, server) else { return }
            guard let row = series["values"]?.array, !row.isEmpty else {
                throw Self.unusable(server, "a histogram, where numbers are needed")
            }
            var points: [(time: Timestamp, value: Double)] = []
            for item in row { points.append(try Self.point(item, server)) }
            time = points.map(\.time).max()
            value = Self.take(take, points)
        case ("matrix", _):
            throw Self.unusable(server, "a range vector; wrap the query in a function such as rate or avg_over_time")
        case ("string", _): throw Self.unusable(server, "a text, where a number is needed")
        default:
            let shown = RolloutText.fit(kind, limit: 40)
            throw Self.unusable(server, "the type \(shown), which this query cannot have")
        }
    }

    /// The only series, nil where there is none.
    private static func single(_ result: Tree, _ server: String) throws(AnalysisError) -> Tree? {
        guard let series = result.array else { throw unusable(server, "a result that is no list") }
        guard series.count <= 1 else {
            throw unusable(server, "\(series.count) series where one is needed; wrap the query in sum(…), or narrow it")
        }
        return series.first
    }

    /// `[1700000000.123, "0.5"]`.
    private static func point(
        _ tree: Tree,
        _ server: String
    ) throws(AnalysisError) -> (time: Timestamp, value: Double) {
        guard let pair = tree.array, pair.count == 2, let seconds = pair[0].number, seconds.isFinite,
            abs(seconds) < 1e12, let text = pair[1].string, let value = number(text)
        else { throw unusable(server, "a value that is no pair of time and number") }
        return (Timestamp(microsecondsSinceEpoch: Int64((seconds * 1_000_000).rounded())), value)
    }

    /// A number as Prometheus writes it: decimal, `NaN`, `+Inf`, `-Inf`.
    private static func number(_ text: String) -> Double? {
        switch text {
        case "NaN": return .nan
        case "+Inf", "Inf": return .infinity
        case "-Inf": return -.infinity
        default:
            guard text.utf8.count <= 400, let first = text.utf8.first, first == 0x2D || (0x30...0x39).contains(first),
                text.utf8.allSatisfy({ (0x30...0x39).contains($0) || "+-.eE".utf8.contains($0) })
            else { return nil }
            return Double(text)
        }
    }

    /// One number of a row; values that are none are passed over unless all are.
    private static func take(
        _ taking: AnalysisMetric.Range.Taking,
        _ points: [(time: Timestamp, value: Double)]
    ) -> Double? {
        let numbers = points.map(\.value).filter { !$0.isNaN }
        guard !numbers.isEmpty else { return .nan }
        switch taking {
        case .last: return points.max { $0.time < $1.time }?.value
        case .max: return numbers.max()
        case .min: return numbers.min()
        case .average: return numbers.reduce(0, +) / Double(numbers.count)
        }
    }

    private static func parse(_ body: [UInt8]) -> Tree? {
        guard let tree = try? JSONParser.parse(body),
            tree.object != nil
        else { return nil }
        return tree
    }

    /// What an error answer says: `bad_data: …`.
    private static func problem(_ tree: Tree?) -> String? {
        guard let tree, tree["status"]?.string == "error" else { return nil }
        let words = [tree["errorType"]?.string, tree["error"]?.string].compactMap { $0 }.joined(separator: ": ")
        return RolloutText.fit(words.isEmpty ? "no reason given" : words, limit: 500)
    }

    private static func unusable(_ server: String, _ what: String) -> AnalysisError {
        AnalysisError(.answerUnusable, "\(server) answered with \(what)")
    }
}
