internal import DataTree
internal import KubeAPI

/// What is wrong with workloads, in the words of kube-apiserver.
enum WorkloadRules {
    /// The issues of what keeps pods running, in the order in which kube-apiserver looks for them.
    static func issues(_ kind: String, _ spec: Tree) -> [FaultCause] {
        func amounts(_ fields: String...) -> [FaultCause] {
            fields.flatMap { NativeRules.nonNegative(spec[$0], "spec.\($0)") }
        }
        let pods = selector(kind, spec) + lasting(kind, spec["template"] ?? [:])
        switch kind {
        case "Deployment":
            return amounts("replicas") + pods + strategy(spec["strategy"] ?? [:])
                + amounts("minReadySeconds", "revisionHistoryLimit", "progressDeadlineSeconds") + deadline(spec)
        case "DaemonSet":
            return pods + amounts("minReadySeconds") + daemons(spec["updateStrategy"] ?? [:])
                + amounts("revisionHistoryLimit")
        case "StatefulSet": return statefulSet(spec) + amounts("replicas", "minReadySeconds") + pods
        default: return amounts("replicas", "minReadySeconds") + pods
        }
    }

    // MARK: Pods

    private static func selector(_ kind: String, _ spec: Tree) -> [FaultCause] {
        let path = "spec.selector"
        let selector = spec["selector"]
        let labels = spec.value(at: "template", "metadata", "labels")
        let isMissing = selector?.object == nil
        if selector?.object?.isEmpty == true {
            let name = ["StatefulSet", "DaemonSet"].contains(kind) ? kind.lowercased() : "deployment"
            return [.invalid(path, "{}", "empty selector is invalid for \(name)")]
        }
        var issues: [FaultCause] = isMissing ? [.required(path)] : SelectorRules.labels(selector, at: path)
        let parsed = selector.flatMap { try? LabelSelector($0) }
        if !isMissing, parsed == nil {
            let shown = GoText.json(selector ?? [:])
            switch kind {
            case "DaemonSet": break
            case "StatefulSet":
                issues.append(FaultCause(reason: "FieldValueInvalid", message: "Invalid value: \(shown)", field: path))
            default: issues.append(.invalid(path, shown, "invalid label selector"))
            }
            return issues
        }
        var texts: [String: String] = [:]
        for entry in labels?.object?.entries ?? [] { texts[entry.key] = entry.value.string ?? "" }
        guard isMissing || parsed?.matches(texts) == false else { return issues }
        let why = "`selector` does not match template `labels`"
        return issues + [.invalid("spec.template.metadata.labels", GoText.json(labels ?? .null), why)]
    }

    /// The issues of pods that are to run for good.
    private static func lasting(_ kind: String, _ template: Tree) -> [FaultCause] {
        let path = "spec.template"
        let policy = template.value(at: "spec", "restartPolicy")?.string ?? "Always"
        return self.template(template, at: path)
            // kube-apiserver looks twice at those of a StatefulSet.
            + (kind == "StatefulSet" ? metadata(template, at: path) : [])
            + (policy == "Always" ? [] : [.notSupported("\(path).spec.restartPolicy", policy, ["Always"])])
    }

    private static func template(_ template: Tree, at path: String) -> [FaultCause] {
        metadata(template, at: path) + PodRules.issues(template["spec"] ?? [:], at: "\(path).spec")
    }

    private static func metadata(_ template: Tree, at path: String) -> [FaultCause] {
        MetadataRules.labelIssues(template.value(at: "metadata", "labels"), "\(path).labels")
            + MetadataRules.annotationIssues(template.value(at: "metadata", "annotations"), "\(path).annotations")
    }

    // MARK: Rollouts

    private static func strategy(_ strategy: Tree) -> [FaultCause] {
        let path = "spec.strategy"
        let type = strategy["type"]?.string ?? ""
        let types = ["Recreate", "RollingUpdate"]
        guard types.contains(type) else { return [unknown(strategy, path, types)] }
        if type == "Recreate" {
            let why = "may not be specified when strategy `type` is 'Recreate'"
            return strategy.has("rollingUpdate") ? [.forbidden("\(path).rollingUpdate", why)] : []
        }
        let (down, up) = rolling(strategy, path)
        let isStill = down.number == 0 && up.number == 0
        return down.issues + up.issues
            + (isStill ? [.invalid(down.path, down.shown, "may not be 0 when `maxSurge` is 0")] : []) + down.excess
    }

    private static func deadline(_ spec: Tree) -> [FaultCause] {
        guard let seconds = spec["progressDeadlineSeconds"]?.integer, seconds <= spec["minReadySeconds"]?.integer ?? 0
        else { return [] }
        return [.invalid("spec.progressDeadlineSeconds", "\(seconds)", "must be greater than minReadySeconds")]
    }

    private static func daemons(_ strategy: Tree) -> [FaultCause] {
        let path = "spec.updateStrategy"
        let type = strategy["type"]?.string ?? ""
        guard type == "RollingUpdate" else {
            return type == "OnDelete" ? [] : [unknown(strategy, path, ["RollingUpdate", "OnDelete"])]
        }
        let (down, up) = rolling(strategy, path)
        let issues = down.issues + up.issues + down.excess + up.excess
        switch (down.number != 0, up.number != 0) {
        case (true, true):
            return issues + [.invalid(up.path, up.shown, "may not be set when maxUnavailable is non-zero")]
        case (false, false): return issues + [.required(down.path, "cannot be 0 when maxSurge is 0")]
        default: return issues
        }
    }

    private static func statefulSet(_ spec: Tree) -> [FaultCause] {
        var issues: [FaultCause] = []
        let policy = spec["podManagementPolicy"]?.string ?? ""
        if !["OrderedReady", "Parallel"].contains(policy) {
            let why = "must be 'OrderedReady' or 'Parallel'"
            issues.append(.invalid("spec.podManagementPolicy", MetadataRules.quoted(policy), why))
        }
        let path = "spec.updateStrategy"
        let strategy = spec["updateStrategy"] ?? [:]
        switch strategy["type"]?.string ?? "" {
        case "RollingUpdate":
            let place = "\(path).rollingUpdate.partition"
            issues += NativeRules.nonNegative(strategy.value(at: "rollingUpdate", "partition"), place)
        case "OnDelete":
            guard strategy.has("rollingUpdate") else { break }
            let update = (shown(strategy, partitioned)["RollingUpdate"] ?? .null).jsonText(.compact)
            issues.append(.invalid("\(path).rollingUpdate", update, "only allowed for updateStrategy 'RollingUpdate'"))
        default:
            let text = shown(strategy, partitioned).jsonText(.compact)
            issues.append(.invalid(path, text, "must be 'RollingUpdate' or 'OnDelete'"))
        }
        return issues
    }

    private static func rolling(_ strategy: Tree, _ path: String) -> (down: PodAmount, up: PodAmount) {
        let (update, place) = (strategy["rollingUpdate"], "\(path).rollingUpdate")
        return (
            PodAmount(update?["maxUnavailable"], "\(place).maxUnavailable"),
            PodAmount(update?["maxSurge"], "\(place).maxSurge")
        )
    }

    private static let partitioned: [(String, Tree)] = [("Partition", .null), ("MaxUnavailable", .null)]

    /// A strategy in the names of kube-apiserver's own structures, with what a member is that is not set.
    private static func shown(_ strategy: Tree, _ members: [(String, Tree)]) -> Tree {
        let update = strategy["rollingUpdate"] ?? .null
        let shown = members.map { name, absent in
            (key: name, value: update[name.prefix(1).lowercased() + name.dropFirst()] ?? absent)
        }
        return ["Type": strategy["type"] ?? "", "RollingUpdate": update.isNull ? .null : .object(TreeObject(shown))]
    }

    private static func unknown(_ strategy: Tree, _ path: String, _ types: [String]) -> FaultCause {
        let text = shown(strategy, [("MaxUnavailable", 0), ("MaxSurge", 0)]).jsonText(.compact)
        let list = types.map { "\"\($0)\"" }.joined(separator: ", ")
        let message = "Unsupported value: \(text): supported values: \(list)"
        return FaultCause(reason: "FieldValueNotSupported", message: message, field: path)
    }

    // MARK: Jobs

    /// The issues of a Job beyond those of its pods.
    static func job(_ spec: Tree) -> [FaultCause] {
        var issues: [FaultCause] = []
        for field in ["parallelism", "completions", "backoffLimit", "activeDeadlineSeconds"] {
            issues += NativeRules.nonNegative(spec[field], "spec.\(field)")
        }
        return issues + ending(spec, at: "spec")
    }

    /// The issues of the pods of a Job, which must come to an end.
    private static func ending(_ job: Tree, at path: String) -> [FaultCause] {
        let issues = template(job["template"] ?? [:], at: "\(path).template")
        let policy = job.value(at: "template", "spec", "restartPolicy")?.string ?? ""
        if ["OnFailure", "Never"].contains(policy) { return issues }
        return issues + [.required("\(path).template.spec.restartPolicy", "valid values: \"OnFailure\", \"Never\"")]
    }

    /// The issues of a CronJob.
    static func cronJob(_ spec: Tree) -> [FaultCause] {
        schedule(spec) + ending(spec.value(at: "jobTemplate", "spec") ?? [:], at: "spec.jobTemplate.spec")
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
