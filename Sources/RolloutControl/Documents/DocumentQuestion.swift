internal import DataTree
internal import KubeClient
internal import MeshAPI

/// A JSON document that holds a number, as one side asks for it.
struct DocumentQuestion: Sendable, Hashable {
    let address: GateAddress
    private let path: JSONPath
    private let samples: JSONPath?
    private let pathText: String

    /// Fills the placeholders of an address, percent-encoded; they may stand behind the host only.
    init(
        url: String,
        path: String,
        samples: String?,
        side: GateQuestion.Side,
        window: Duration
    ) throws(AnalysisError) {
        address = try GateAddress(try Self.filled(url, side, window))
        self.path = try Self.parsed(path)
        pathText = path
        var counted: JSONPath?
        if let samples { counted = try Self.parsed(samples) }
        self.samples = counted
    }

    /// The request.
    var call: GateCall {
        GateCall(target: address.target, headers: ["Accept": "application/json"], limit: 1 << 20)
    }

    /// What an answer says; throws code `refusedByServer` or `answerUnusable`.
    func measurement(_ answer: GateAnswer) throws(AnalysisError) -> MetricMeasurement {
        guard (200..<300).contains(answer.status) else {
            throw AnalysisError(.refusedByServer, "\(address.server) \(answer.refusal)")
        }
        let tree: Tree
        do throws(ParseError) {
            tree = try JSONParser.parse(answer.body)
        } catch {
            // RFC 8259, section 4: what an object with names that are not unique means is unpredictable.
            let isDoubled = error.code == .duplicateKey
            let what = isDoubled ? "JSON that is ambiguous: \(error.message)" : "something else than JSON"
            throw AnalysisError(.answerUnusable, RolloutText.fit("\(address.server) answered with \(what)", limit: 400))
        }
        var result = MetricMeasurement()
        result.value = try number(path, pathText, tree)
        if let samples { result.count = Self.count(try number(samples, "samples", tree)) }
        return result
    }

    /// The number at a path, nil where there is nothing or null.
    private func number(_ path: JSONPath, _ text: String, _ tree: Tree) throws(AnalysisError) -> Double? {
        let found = path.values(in: tree)
        guard found.count <= 1 else {
            throw AnalysisError(.answerUnusable, "\(text) leads to \(found.count) values where one is needed")
        }
        guard let value = found.first, !value.isNull else { return nil }
        if let flag = value.bool { return flag ? 1 : 0 }
        if let number = value.number { return number }
        if let number = value.string.flatMap({ NumberText.number($0) }) { return number }
        throw AnalysisError(.answerUnusable, "\(text) leads to \(value.kindText) where a number is needed")
    }

    /// A number of requests; what is none counts as none.
    private static func count(_ number: Double?) -> Double {
        guard let number, number.isFinite else { return 0 }
        return number
    }

    private static func parsed(_ text: String) throws(AnalysisError) -> JSONPath {
        guard let path = JSONPath(text) else {
            let shown = RolloutText.fit(text, limit: 200)
            throw AnalysisError(.questionInvalid, "\(shown) is no JSONPath; write one such as {.data.value}")
        }
        return path
    }

    private static func filled(
        _ url: String,
        _ side: GateQuestion.Side,
        _ window: Duration
    ) throws(AnalysisError) -> String {
        var result = ""
        var rest = url[...]
        while let start = rest.firstRange(of: "{{") {
            result += rest[..<start.lowerBound]
            guard let end = rest[start.upperBound...].firstRange(of: "}}") else {
                throw AnalysisError(.questionInvalid, "the address has {{ without }}; close the placeholder")
            }
            let name = String(rest[start.upperBound..<end.lowerBound].filter { $0 != " " })
            let isBehindHost = result.split(separator: "/", omittingEmptySubsequences: false).count > 3
            guard isBehindHost, QueryTemplate.names.contains(name),
                let value = name == "window" ? PromQL.duration(window) : side.value(name)
            else {
                let shown = RolloutText.fit(name, limit: 60)
                throw AnalysisError(.questionInvalid, "the address has {{\(shown)}}, which has no value there")
            }
            result += PercentEncoding.queryValue(value)
            rest = rest[end.upperBound...]
        }
        return result + rest
    }
}

extension Tree {
    /// The kind with its article: `an array`, `a string`.
    fileprivate var kindText: String {
        let isVowel = kindName.first.map { "aeiou".contains($0) } ?? false
        return "\(isVowel ? "an" : "a") \(kindName)"
    }
}
