/// Answers what kubelets and Prometheus ask of a process, whatever server carries the question.
///
/// `/metrics`, `/healthz` and `/livez` (alive?), `/readyz` (ready?), each probe also with `?verbose` and `?exclude=NAME`, and
/// `/healthz/NAME` for a single check, as the API server's own probes have it.
/// Source: https://kubernetes.io/docs/reference/using-api/health-checks/
public struct ProbeResponder: Sendable {
    /// An answer to be carried back.
    public struct Answer: Sendable, Hashable {
        /// The HTTP status code.
        public let status: Int
        /// The value of `Content-Type`.
        public let contentType: String
        /// The body.
        public let body: String
    }

    /// The checks.
    public let health: HealthRegistry
    private let metrics: MetricsRegistry

    /// Makes a responder for the checks and metrics of a process.
    public init(health: HealthRegistry, metrics: MetricsRegistry) {
        self.health = health
        self.metrics = metrics
    }

    /// The answer to a GET of `target`, a path with or without a query; 404 for what it does not know.
    public func answer(_ target: String) -> Answer {
        let halves = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let path = halves[0].split(separator: "/").map(String.init)
        let query = halves.count > 1 ? halves[1].split(separator: "&").map(String.init) : []
        switch (path.first, path.count) {
        case ("metrics", 1):
            return Answer(
                status: 200,
                contentType: MetricsRegistry.prometheusContentType,
                body: metrics.prometheusText()
            )
        case ("healthz", 1...2), ("livez", 1...2): return probe(.live, path: path, query: query)
        case ("readyz", 1...2): return probe(.ready, path: path, query: query)
        default: return text(404, "no such path: ask for /metrics, /healthz, /livez or /readyz\n")
        }
    }

    private func probe(_ probe: HealthRegistry.Probe, path: [String], query: [String]) -> Answer {
        let excluded = query.filter { $0.hasPrefix("exclude=") }.map { String($0.dropFirst("exclude=".count)) }
        let isVerbose = query.contains { $0 == "verbose" || $0.hasPrefix("verbose=") }
        let report = health.report(probe, excluding: Set(excluded))
        guard path.count == 2 else { return text(report.statusCode, report.text(verbose: isVerbose)) }
        guard let result = report.results.first(where: { $0.name == path[1] }) else {
            return text(404, "no such check: \(path[1])\n")
        }
        let single = HealthReport(probe: probe, results: [result])
        return text(single.statusCode, single.text(verbose: isVerbose))
    }

    private func text(_ status: Int, _ body: String) -> Answer {
        Answer(status: status, contentType: "text/plain; charset=utf-8", body: body)
    }
}
