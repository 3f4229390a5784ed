internal import KubeAPI
internal import MeshAPI

/// Which series of Istio's standard metrics belong to a side: lists of label matchers, of which a series satisfies one.
///
/// - A proxy of an upgrade's side is told by the label with its revision, where the metrics server has one (`revisionLabel`). Istio's
///   standard metrics have none of their own: `destination_canonical_revision` is the application's. Elsewhere the workloads of the side are
///   named, namespace by namespace; a namespace whose workloads are all on one side is named alone.
/// - The side of a MeshRollout is told by its workload, else by the value of the label `version`, within namespace and host.
struct SideSelector: Sendable, Hashable {
    /// The alternatives; none at all when nothing belongs to the side.
    let alternatives: [String]

    /// How many workloads are named at most.
    static let mostWorkloads = 1_000

    init(
        _ side: GateQuestion.Side,
        other: GateQuestion.Side?,
        reporter: AnalysisMetric.Reporter,
        revisionLabel: String?
    ) throws(AnalysisError) {
        let report = "reporter=\(PromQL.quoted(reporter == .source ? "source" : "destination"))"
        if let revisionLabel, let revision = side.value("revision") {
            alternatives = ["\(report),\(revisionLabel)=\(PromQL.quoted(revision))"]
        } else if let workloads = side.workloads {
            let prefix = reporter == .source ? "source" : "destination"
            alternatives = Self.matchers(workloads, other: other?.workloads ?? [], prefix).map { "\(report),\($0)" }
        } else if side.value("revision") != nil, side.value("workload") == nil {
            let remedy = "set prometheus.revisionLabel"
            throw AnalysisError(.questionInvalid, "nobody named the workloads of the revision; \(remedy)")
        } else {
            alternatives = ["\(report),\(try Self.application(side))"]
        }
    }

    /// Matchers for workloads by name.
    private static func matchers(_ workloads: [ObjectKey], other: [ObjectKey], _ prefix: String) -> [String] {
        let own = Dictionary(grouping: Set(workloads), by: { $0.namespace ?? "" })
        let shared = Set(other.map { $0.namespace ?? "" })
        let pure = own.keys.filter { !shared.contains($0) }.sorted()
        var result: [String] = []
        if !pure.isEmpty {
            let pattern = PromQL.quoted(pure.map(PromQL.literal).joined(separator: "|"))
            result.append("\(prefix)_workload_namespace=~\(pattern)")
        }
        var left = mostWorkloads
        for namespace in own.keys.filter({ shared.contains($0) }).sorted() where left > 0 {
            let names = (own[namespace] ?? []).map(\.name).sorted().prefix(left)
            left -= names.count
            let pattern = PromQL.quoted(names.map(PromQL.literal).joined(separator: "|"))
            result.append("\(prefix)_workload_namespace=\(PromQL.quoted(namespace)),\(prefix)_workload=~\(pattern)")
        }
        return result
    }

    /// Matchers for one version of an application, as the receiving end.
    private static func application(_ side: GateQuestion.Side) throws(AnalysisError) -> String {
        var matchers: [String] = []
        if let namespace = side.value("namespace") {
            matchers.append("destination_workload_namespace=\(PromQL.quoted(namespace))")
        }
        if let workload = side.value("workload") {
            matchers.append("destination_workload=\(PromQL.quoted(workload))")
            return matchers.joined(separator: ",")
        }
        guard let version = side.value("version") else {
            throw AnalysisError(
                .questionInvalid,
                "a built-in metric needs a side told by revision, workload or version"
            )
        }
        matchers.append("destination_version=\(PromQL.quoted(version))")
        if let name = side.value("host")?.split(separator: ".").first, name != "*" {
            matchers.append("destination_service_name=\(PromQL.quoted(String(name)))")
        }
        return matchers.joined(separator: ",")
    }
}
