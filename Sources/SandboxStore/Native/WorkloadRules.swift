internal import DataTree
internal import KubeAPI

/// What is wrong with the parts of workloads that are no pod.
enum WorkloadRules {
    /// The issues of a Deployment's strategy.
    static func strategy(_ strategy: Tree) -> [FaultCause] {
        let type = strategy["type"]?.string ?? ""
        guard ["Recreate", "RollingUpdate"].contains(type) else {
            let shown: Tree = ["Type": .string(type), "RollingUpdate": strategy["rollingUpdate"] ?? .null]
            let message =
                "Unsupported value: \(GoText.json(shown, ["Type", "RollingUpdate"])): supported values: "
                + "\"Recreate\", \"RollingUpdate\""
            return [FaultCause(reason: "FieldValueNotSupported", message: message, field: "spec.strategy")]
        }
        if type == "Recreate", strategy.has("rollingUpdate") {
            return [
                .forbidden("spec.strategy.rollingUpdate", "may not be specified when strategy `type` is 'Recreate'")
            ]
        }
        let update = strategy["rollingUpdate"] ?? [:]
        if isZero(update["maxUnavailable"]), isZero(update["maxSurge"]) {
            let path = "spec.strategy.rollingUpdate.maxUnavailable"
            return [.invalid(path, shown(update["maxUnavailable"]), "may not be 0 when `maxSurge` is 0")]
        }
        return []
    }

    /// The issues of a DaemonSet's way to update.
    static func updateStrategy(_ strategy: Tree) -> [FaultCause] {
        let type = strategy["type"]?.string ?? ""
        guard !["RollingUpdate", "OnDelete"].contains(type) else { return [] }
        let shown: Tree = ["Type": .string(type), "RollingUpdate": strategy["rollingUpdate"] ?? .null]
        let message =
            "Unsupported value: \(GoText.json(shown, ["Type", "RollingUpdate"])): supported values: "
            + "\"RollingUpdate\", \"OnDelete\""
        return [FaultCause(reason: "FieldValueNotSupported", message: message, field: "spec.updateStrategy")]
    }

    private static func isZero(_ tree: Tree?) -> Bool { tree == 0 || tree == "0%" || tree == "0" }

    private static func shown(_ tree: Tree?) -> String { tree?.jsonText(.compact) ?? "0" }

    /// The issues of a Job beyond those of its pods.
    static func job(_ spec: Tree) -> [FaultCause] {
        var issues: [FaultCause] = []
        for field in ["parallelism", "completions", "backoffLimit", "activeDeadlineSeconds"] {
            issues += NativeRules.nonNegative(spec[field], "spec.\(field)")
        }
        return issues + template(spec, at: "spec")
    }

    /// The issues of the pods of a Job, which must come to an end.
    private static func template(_ job: Tree, at path: String) -> [FaultCause] {
        let pod = job.value(at: "template", "spec") ?? [:]
        let place = "\(path).template.spec"
        let issues = PodRules.issues(pod, at: place)
        if ["OnFailure", "Never"].contains(pod["restartPolicy"]?.string ?? "") { return issues }
        return issues + [.required("\(place).restartPolicy", "valid values: \"OnFailure\", \"Never\"")]
    }

    /// The issues of a CronJob.
    static func cronJob(_ spec: Tree) -> [FaultCause] {
        schedule(spec) + template(spec.value(at: "jobTemplate", "spec") ?? [:], at: "spec.jobTemplate.spec")
    }

    private static func schedule(_ spec: Tree) -> [FaultCause] {
        let schedule = spec["schedule"]?.string ?? ""
        if schedule.isEmpty { return [.required("spec.schedule")] }
        let fields = schedule.split(separator: " ")
        let isKnown = schedule.hasPrefix("@") && fields.count <= 2
        if isKnown || (fields.count == 5 && fields.allSatisfy(isField)) { return [] }
        return [
            .invalid(
                "spec.schedule",
                MetadataRules.quoted(schedule),
                "expected exactly 5 fields, found \(fields.count): [\(fields.joined(separator: " "))]"
            )
        ]
    }

    private static func isField(_ text: Substring) -> Bool {
        text.utf8.allSatisfy { byte in
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "*/,-?".utf8.contains(byte)
                || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte & 0xdf)
        }
    }
}
