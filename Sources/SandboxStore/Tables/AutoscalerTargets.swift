internal import DataTree

/// What an autoscaler aims at, as kubectl writes it.
enum AutoscalerTargets {
    static func of(_ object: Tree) -> String {
        let wanted = object.value(at: "spec", "metrics")?.array ?? []
        guard !wanted.isEmpty else { return "<none>" }
        let current = object.value(at: "status", "currentMetrics")?.array ?? []
        let parts = wanted.prefix(2).enumerated().map { index, metric in
            part(metric, current.dropFirst(index).first)
        }
        let more = wanted.count > 2 ? " + \(wanted.count - 2) more..." : ""
        return parts.joined(separator: ", ") + more
    }

    private static func part(_ metric: Tree, _ current: Tree?) -> String {
        let type = metric["type"]?.string ?? ""
        let key = type.prefix(1).lowercased() + type.dropFirst()
        let target = metric[key]?["target"]
        let present = current?[key]?["current"]
        if let percent = target?["averageUtilization"]?.integer {
            let now = present?["averageUtilization"]?.integer.map { "\($0)%" } ?? "<unknown>"
            let name = metric[key]?["name"]?.string ?? ""
            return "\(name): \(now)/\(percent)%"
        }
        for field in ["averageValue", "value"] {
            guard let amount = target?[field]?.string else { continue }
            let suffix = field == "averageValue" && type != "Pods" && type != "Resource" ? " (avg)" : ""
            let now = present?[field]?.string ?? "<unknown>"
            let name = type == "Resource" ? "\(metric[key]?["name"]?.string ?? ""): " : ""
            return "\(name)\(now)/\(amount)\(suffix)"
        }
        return "<unknown>"
    }
}
