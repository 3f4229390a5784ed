package import DataTree

/// A number to ask for, and what must hold of it.
package struct AnalysisMetric: Sendable, Hashable {
    /// Numbers known by name, made from Istio's standard metrics `istio_requests_total` and
    /// `istio_request_duration_milliseconds`.
    package enum BuiltIn: String, Sendable, Hashable, CaseIterable {
        /// The share of requests that did not fail, in percent: neither a 5xx answer nor a gRPC status that stands for one.
        case successRate = "SuccessRate"
        /// The share of requests that failed, in percent.
        case errorRate = "ErrorRate"
        /// The time half of the requests take at most, in milliseconds.
        case latencyP50 = "LatencyP50"
        /// The time 90 of 100 requests take at most, in milliseconds.
        case latencyP90 = "LatencyP90"
        /// The time 99 of 100 requests take at most, in milliseconds.
        case latencyP99 = "LatencyP99"
        /// How many requests there were.
        case requestCount = "RequestCount"
    }

    /// Where the number comes from.
    package enum Source: Sendable, Hashable {
        /// One known by name.
        case builtIn(BuiltIn)
        /// A query; `{{revision}}`, `{{namespace}}`, `{{version}}`, `{{host}}`, `{{workload}}` and `{{window}}` stand for the side asked about.
        case query(String)
        /// A JSON document and a JSONPath into it.
        case json(url: String, path: String, secret: AnalysisSpec.SecretName?)
        /// A Job; its success is 1, its failure 0.
        case job(Tree)
        /// None given.
        case none
    }

    /// Whose account of requests a built-in number is.
    package enum Reporter: String, Sendable, Hashable, CaseIterable {
        /// The proxy that received them.
        case destination = "Destination"
        /// The proxy that sent them.
        case source = "Source"
    }

    /// A row of values over time of which one number is taken.
    package struct Range: Sendable, Hashable {
        /// Which number of a row is taken.
        package enum Taking: String, Sendable, Hashable, CaseIterable {
            /// The newest.
            case last = "Last"
            /// The largest.
            case max = "Max"
            /// The smallest.
            case min = "Min"
            /// The mean.
            case average = "Average"
        }

        /// How far back the row goes.
        package var duration: Duration
        /// The time from value to value.
        package var step: Duration
        /// Which number is taken.
        package var take: Taking

        /// Describes a row.
        package init(duration: Duration, step: Duration, take: Taking) {
            self.duration = duration
            self.step = step
            self.take = take
        }
    }

    /// A time in the past that the stable side is asked about.
    package struct Baseline: Sendable, Hashable {
        /// How long ago.
        package var offset: Duration
        /// How much of the past it covers; nil for the analysis' window.
        package var window: Duration?
    }

    /// Bounds, both included.
    package struct Bounds: Sendable, Hashable {
        /// The least allowed, nil for no bound.
        package var least: Double?
        /// The most allowed, nil for no bound.
        package var most: Double?

        /// Whether there is none.
        package var isEmpty: Bool { least == nil && most == nil }
    }

    /// A name for messages.
    package var name: String
    /// Where the number comes from.
    package var source: Source
    /// Bounds of the number.
    package var bounds: Bounds
    /// Bounds of new minus stable.
    package var difference: Bounds
    /// Bounds of new divided by stable.
    package var ratio: Bounds
    /// The time the stable side is asked about; nil for the present.
    package var baseline: Baseline?
    /// What tells how many requests the number rests on: PromQL or a JSONPath, as the source has it; nil where nobody counts.
    package var samples: String?
    /// The row the number is taken of, nil for the present value.
    package var range: Range?
    /// Whose account a built-in number is.
    package var reporter: Reporter
    /// How long to wait; nil for the source's own.
    package var timeout: Duration?
    /// How many requests the number needs to rest on; nil for the analysis' own.
    package var minSamples: Int?
    /// What to do with fewer; nil for the analysis' own.
    package var onNoTraffic: AnalysisSpec.NoTraffic?
    /// Whether it is only shown.
    package var isDryRun: Bool

    init(_ reader: FieldReader) {
        name = reader.text("name") ?? ""
        source = Self.source(reader)
        bounds = Bounds(reader)
        let compare = reader.child("compare")
        difference = Bounds(compare.child("difference"))
        ratio = Bounds(compare.child("ratio"))
        baseline = compare.optionalChild("baseline").map {
            Baseline(offset: $0.duration("offset") ?? .zero, window: $0.duration("window"))
        }
        samples = reader.text("samples")
        range = reader.optionalChild("range").map {
            Range(
                duration: $0.duration("duration") ?? .seconds(300),
                step: $0.duration("step") ?? .seconds(15),
                take: $0.choice("take") ?? .last
            )
        }
        reporter = reader.choice("reporter") ?? .destination
        timeout = reader.duration("timeout")
        minSamples = reader.integer("minSamples")
        onNoTraffic = reader.choice("onNoTraffic")
        isDryRun = reader.flag("dryRun") ?? false
    }

    private static func source(_ reader: FieldReader) -> Source {
        if let known: BuiltIn = reader.choice("builtIn") { return .builtIn(known) }
        if let query = reader.text("query") { return .query(query) }
        if let json = reader.optionalChild("json") {
            return .json(
                url: json.text("url") ?? "",
                path: json.text("path") ?? "",
                secret: json.optionalChild("secretRef").map { AnalysisSpec.SecretName($0) }
            )
        }
        return reader.optionalChild("job").map { .job($0.tree) } ?? .none
    }

    func issues(at path: TreePath, hasServer: Bool) -> [SpecIssue] {
        var found: [SpecIssue] = []
        func add(_ problem: String, _ remedy: String) {
            found.append(SpecIssue(path: path, value: .string(name), problem: problem, remedy: remedy))
        }
        if bounds.isEmpty, difference.isEmpty, ratio.isEmpty, !isJob {
            add("has no bound", "set min or max, or bounds under compare")
        }
        let compare = path.appending("compare")
        found += bounds.issues(at: path) + difference.issues(at: compare.appending("difference"))
        found += ratio.issues(at: compare.appending("ratio"))
        switch source {
        case .none: add("has no source", "set builtIn, query, json or job")
        case .builtIn, .query:
            if !hasServer { add("needs a metrics server", "set analysis.prometheus.address") }
        case .json, .job: break
        }
        return found
    }

    /// Whether a Job tells.
    package var isJob: Bool {
        if case .job = source { true } else { false }
    }
}

extension AnalysisMetric.Bounds {
    init(_ reader: FieldReader) {
        least = reader.number("min")
        most = reader.number("max")
    }

    /// A least above the most, which no number meets.
    fileprivate func issues(at path: TreePath) -> [SpecIssue] {
        guard let least, let most, least > most else { return [] }
        let problem = "is more than max (\(Tree.double(most).jsonText(.compact))), which no number meets"
        let remedy = "let min be at most max"
        return [SpecIssue(path: path.appending("min"), value: .double(least), problem: problem, remedy: remedy)]
    }
}
