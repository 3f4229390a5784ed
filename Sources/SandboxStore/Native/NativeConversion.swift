internal import DataTree
internal import KubeAPI

/// Converts between versions of native kinds that share a collection.
enum NativeConversion {
    static func convert(_ tree: Tree, from: GroupVersionKind, to: GroupVersionKind) -> Tree {
        var result = tree
        switch (from.apiVersion, to.apiVersion) {
        case ("v1", "events.k8s.io/v1"): rename(&result, eventFields.map { ($0.core, $0.events) })
        case ("events.k8s.io/v1", "v1"): rename(&result, eventFields.map { ($0.events, $0.core) })
        case ("autoscaling/v2", "autoscaling/v1"): result.edit("spec") { simplify(&$0) }
        case ("autoscaling/v1", "autoscaling/v2"): result.edit("spec") { generalise(&$0) }
        default: break
        }
        result["apiVersion"] = .string(to.apiVersion)
        return result
    }

    /// The fields of Events that the two groups name differently.
    private static let eventFields: [(core: String, events: String)] = [
        ("involvedObject", "regarding"), ("message", "note"), ("source", "deprecatedSource"),
        ("firstTimestamp", "deprecatedFirstTimestamp"), ("lastTimestamp", "deprecatedLastTimestamp"),
        ("count", "deprecatedCount"), ("reportingComponent", "reportingController"),
    ]

    private static func rename(_ tree: inout Tree, _ names: [(from: String, to: String)]) {
        guard let object = tree.object else { return }
        let pairs = object.entries.map { entry in
            (key: names.first { $0.from == entry.key }?.to ?? entry.key, value: entry.value)
        }
        tree = .object(TreeObject(pairs))
    }

    /// To autoscaling/v1, which knows the CPU alone.
    private static func simplify(_ spec: inout Tree) {
        for metric in spec["metrics"]?.array ?? [] where metric.value(at: "resource", "name")?.string == "cpu" {
            if let percent = metric.value(at: "resource", "target", "averageUtilization") {
                spec["targetCPUUtilizationPercentage"] = percent
            }
        }
        spec["metrics"] = nil
        spec["behavior"] = nil
    }

    private static func generalise(_ spec: inout Tree) {
        guard let percent = spec["targetCPUUtilizationPercentage"] else { return }
        spec["targetCPUUtilizationPercentage"] = nil
        spec["metrics"] = [
            [
                "type": "Resource",
                "resource": ["name": "cpu", "target": ["type": "Utilization", "averageUtilization": percent]],
            ]
        ]
    }
}
