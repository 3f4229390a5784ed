internal import MeshAPI
internal import RolloutEngine

/// The queries behind built-in metrics; docs/analysis.md spells them out.
struct BuiltInQuery: Sendable, Hashable {
    let metric: AnalysisMetric.BuiltIn
    let selector: SideSelector
    let window: Duration

    private static let requests = "istio_requests_total"
    private static let buckets = "istio_request_duration_milliseconds_bucket"
    /// Statuses of gRPC that stand for a failing server: unknown, deadline exceeded, unimplemented, internal, unavailable, data loss.
    private static let failedCalls = "2|4|12|13|14|15"

    /// The query; nil when nothing belongs to the side.
    var expression: String? {
        guard !selector.alternatives.isEmpty else { return nil }
        let all = sum(rate(Self.requests))
        let failed = "((\(sum(failures)) or vector(0)) / \(all))"
        switch metric {
        case .successRate: return "100 * (1 - \(failed))"
        case .errorRate: return "100 * \(failed)"
        case .latencyP50: return quantile("0.5")
        case .latencyP90: return quantile("0.9")
        case .latencyP99: return quantile("0.99")
        case .requestCount: return count
        }
    }

    /// What the number of a built-in metric can be: shares in percent, times and counts from 0 on.
    static func possible(_ metric: AnalysisMetric.BuiltIn) -> MetricCondition.Limits {
        switch metric {
        case .successRate, .errorRate: .init(least: 0, most: 100)
        case .latencyP50, .latencyP90, .latencyP99, .requestCount: .init(least: 0)
        }
    }

    /// The query for the number of requests within the window.
    var count: String? {
        guard !selector.alternatives.isEmpty else { return nil }
        return sum(each { "increase(\(Self.requests){\($0)}[\(PromQL.duration(window))])" })
    }

    private var failures: String {
        let failed = selector.alternatives.flatMap {
            [
                #"\#($0),response_code=~"5..""#,
                #"\#($0),response_code!~"5..",grpc_response_status=~"\#(Self.failedCalls)""#,
            ]
        }
        return Self.union(failed.map { "rate(\(Self.requests){\($0)}[\(PromQL.duration(window))])" })
    }

    private func rate(_ name: String) -> String { each { "rate(\(name){\($0)}[\(PromQL.duration(window))])" } }

    private func quantile(_ share: String) -> String {
        "histogram_quantile(\(share), sum by (le) (\(rate(Self.buckets))))"
    }

    private func each(_ make: (String) -> String) -> String { Self.union(selector.alternatives.map(make)) }

    /// Series of all parts; no series is in two of them, so `or` loses none.
    private static func union(_ parts: [String]) -> String { parts.joined(separator: " or ") }

    private func sum(_ inner: String) -> String { "sum(\(inner))" }
}
