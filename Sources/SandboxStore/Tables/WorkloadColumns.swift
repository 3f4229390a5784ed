internal import DataTree
internal import MeshBase

/// The columns of workloads and what belongs to them.
enum WorkloadColumns {
    private static let template = NativeColumns.containers("spec", "template", "spec")
    private static let selector =
        NativeColumns.cell("Selector") { object in
            let tree = object.value(at: "spec", "selector")
            guard tree?["matchLabels"] == nil, tree?["matchExpressions"] == nil else {
                return NativeColumns.selector(tree)
            }
            return .string(NativeColumns.labels(tree))
        }.wide

    static let deployments: [TableColumn] =
        [
            .name,
            NativeColumns.cell("Ready") { object in
                let ready = object.value(at: "status", "readyReplicas")?.integer ?? 0
                return .string("\(ready)/\(object.value(at: "spec", "replicas")?.integer ?? 0)")
            },
            NativeColumns.cell("Up-to-date") { $0.value(at: "status", "updatedReplicas") ?? 0 },
            NativeColumns.cell("Available") { $0.value(at: "status", "availableReplicas") ?? 0 },
            .age,
        ] + template + [selector]

    static let replicaSets: [TableColumn] =
        [
            .name, NativeColumns.number("Desired", "spec", "replicas"),
            NativeColumns.number("Current", "status", "replicas"),
            NativeColumns.number("Ready", "status", "readyReplicas"), .age,
        ] + template + [selector]

    static let daemonSets: [TableColumn] =
        [
            .name, NativeColumns.number("Desired", "status", "desiredNumberScheduled"),
            NativeColumns.number("Current", "status", "currentNumberScheduled"),
            NativeColumns.number("Ready", "status", "numberReady"),
            NativeColumns.number("Up-to-date", "status", "updatedNumberScheduled"),
            NativeColumns.number("Available", "status", "numberAvailable"),
            NativeColumns.cell("Node Selector") {
                .string(NativeColumns.labels($0.value(at: "spec", "template", "spec", "nodeSelector")))
            },
            .age,
        ] + template + [selector]

    static let statefulSets: [TableColumn] =
        [
            .name,
            NativeColumns.cell("Ready") { object in
                let ready = object.value(at: "status", "readyReplicas")?.integer ?? 0
                return .string("\(ready)/\(object.value(at: "spec", "replicas")?.integer ?? 0)")
            },
            .age,
        ] + template

    static let revisions: [TableColumn] = [
        .name,
        NativeColumns.cell("Controller") { object in
            let owners = object.value(at: "metadata", "ownerReferences")?.array ?? []
            guard let owner = owners.first(where: { $0["controller"] == true }) else { return "<none>" }
            let kind = (owner["kind"]?.string ?? "").lowercased()
            let group = (owner["apiVersion"]?.string ?? "").split(separator: "/").dropLast().first.map { ".\($0)" }
            return .string("\(kind)\(group ?? "")/\(owner["name"]?.string ?? "")")
        },
        NativeColumns.number("Revision", "revision"), .age,
    ]

    static let jobs: [TableColumn] =
        [
            .name, NativeColumns.cell("Status") { .string(jobStatus($0)) },
            NativeColumns.cell("Completions") { .string(completions($0)) },
            TableColumn("Duration", description: "") { object, now in .string(duration(object, now)) }, .age,
        ] + template + [selector]

    static let cronJobs: [TableColumn] =
        [
            .name, NativeColumns.text("Schedule", "spec", "schedule"),
            NativeColumns.cell("Timezone") { $0.value(at: "spec", "timeZone") ?? "<none>" },
            NativeColumns.cell("Suspend") { .string($0.value(at: "spec", "suspend") == true ? "True" : "False") },
            NativeColumns.cell("Active", "integer") {
                .integer(Int64($0.value(at: "status", "active")?.array?.count ?? 0))
            },
            TableColumn("Last Schedule", description: "") { object, now in
                .string(object.value(at: "status", "lastScheduleTime")?.string.flatMap(now.age) ?? "<none>")
            },
            .age,
        ] + NativeColumns.containers("spec", "jobTemplate", "spec", "template", "spec")
        + [
            NativeColumns.cell("Selector") { object in
                NativeColumns.selector(object.value(at: "spec", "jobTemplate", "spec", "selector"))
            }.wide
        ]

    static let autoscalers: [TableColumn] = [
        .name,
        NativeColumns.cell("Reference") { object in
            let target = object.value(at: "spec", "scaleTargetRef")
            return .string("\(target?["kind"]?.string ?? "")/\(target?["name"]?.string ?? "")")
        },
        NativeColumns.cell("Targets") { .string(AutoscalerTargets.of($0)) },
        NativeColumns.cell("MinPods") { object in
            .string(object.value(at: "spec", "minReplicas")?.integer.map { "\($0)" } ?? "<unset>")
        },
        NativeColumns.cell("MaxPods") { $0.value(at: "spec", "maxReplicas") ?? 0 },
        NativeColumns.cell("Replicas") { $0.value(at: "status", "currentReplicas") ?? 0 },
        .age,
    ]

    static let budgets: [TableColumn] = [
        .name, NativeColumns.cell("Min Available") { amount($0.value(at: "spec", "minAvailable")) },
        NativeColumns.cell("Max Unavailable") { amount($0.value(at: "spec", "maxUnavailable")) },
        NativeColumns.number("Allowed Disruptions", "status", "disruptionsAllowed"), .age,
    ]

    private static func amount(_ tree: Tree?) -> Tree {
        switch tree {
        case .integer(let number): .string("\(number)")
        case .string(let text): .string(text)
        default: "N/A"
        }
    }

    private static func jobStatus(_ job: Tree) -> String {
        let conditions = job.value(at: "status", "conditions")?.array ?? []
        for (type, text) in [
            ("Complete", "Complete"), ("Failed", "Failed"), ("Suspended", "Suspended"),
            ("FailureTarget", "FailureTarget"), ("SuccessCriteriaMet", "SuccessCriteriaMet"),
        ] where conditions.contains(where: { $0["type"] == .string(type) && $0["status"] == "True" }) {
            return text
        }
        return job.value(at: "metadata", "deletionTimestamp") == nil ? "Running" : "Terminating"
    }

    private static func completions(_ job: Tree) -> String {
        let done = job.value(at: "status", "succeeded")?.integer ?? 0
        if let wanted = job.value(at: "spec", "completions")?.integer { return "\(done)/\(wanted)" }
        let parallel = job.value(at: "spec", "parallelism")?.integer ?? 0
        return parallel > 1 ? "\(done)/1 of \(parallel)" : "\(done)/1"
    }

    private static func duration(_ job: Tree, _ now: Clockwork) -> String {
        guard let begin = job.value(at: "status", "startTime")?.string.flatMap({ Timestamp(rfc3339: $0) }) else {
            return ""
        }
        let end = job.value(at: "status", "completionTime")?.string.flatMap { Timestamp(rfc3339: $0) } ?? now.now
        return Clockwork.text(end.seconds - begin.seconds)
    }
}
