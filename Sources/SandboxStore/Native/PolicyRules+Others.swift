internal import DataTree
internal import KubeAPI

/// Webhooks, budgets and limits.
extension PolicyRules {
    // MARK: Webhooks

    /// The issues of one webhook of a configuration, its name apart.
    static func webhook(_ hook: Tree, _ path: String) -> [FaultCause] {
        var issues: [FaultCause] = []
        for (place, rule) in (hook["rules"]?.array ?? []).enumerated() {
            issues += PolicyRules.rule(rule, "\(path).rules[\(place)]")
        }
        let effects = hook["sideEffects"]?.string ?? ""
        if !["None", "NoneOnDryRun"].contains(effects) {
            issues.append(.notSupported("\(path).sideEffects", effects, ["None", "NoneOnDryRun"]))
        }
        if let seconds = hook["timeoutSeconds"]?.integer, !(1...30).contains(seconds) {
            let why = "the timeout value must be between 1 and 30 seconds"
            issues.append(.invalid("\(path).timeoutSeconds", "\(seconds)", why))
        }
        issues += client(hook["clientConfig"] ?? [:], "\(path).clientConfig")
        issues += conditions(hook["matchConditions"], "\(path).matchConditions")
        return issues + reviewVersions(hook, "\(path).admissionReviewVersions")
    }

    private static func client(_ client: Tree, _ path: String) -> [FaultCause] {
        if client.has("url") == client.has("service") {
            return [.required(path, "exactly one of url or service is required")]
        }
        guard let url = client["url"]?.string, !url.hasPrefix("https://") else { return [] }
        let scheme = url.firstIndex(of: ":").map { String(url[..<$0]) } ?? ""
        let form = "; desired format: https://host[/path]"
        let why = "'https' is the only allowed URL scheme" + form
        return [.invalid("\(path).url", MetadataRules.quoted(scheme), why)]
    }

    private static func reviewVersions(_ hook: Tree, _ path: String) -> [FaultCause] {
        let versions = (hook["admissionReviewVersions"]?.array ?? []).compactMap(\.string)
        if versions.isEmpty { return [.required(path, "must specify one of v1, v1beta1")] }
        if versions.contains("v1") || versions.contains("v1beta1") { return [] }
        let shown = GoText.json(.array(versions.map { .string($0) }))
        return [.invalid(path, shown, "must include at least one of v1, v1beta1")]
    }

    // MARK: Budgets

    /// The issues of a PodDisruptionBudget.
    static func budget(_ spec: Tree) -> [FaultCause] {
        let amounts = ["minAvailable", "maxUnavailable"].filter { spec.has($0) }.flatMap { field -> [FaultCause] in
            let amount = PodAmount(spec[field], "spec.\(field)")
            return amount.issues + amount.excess
        }
        return bothAmounts(spec) + amounts
    }

    private static func bothAmounts(_ spec: Tree) -> [FaultCause] {
        guard spec.has("minAvailable"), spec.has("maxUnavailable") else { return [] }
        let names = [
            "MinAvailable": "minAvailable", "Selector": "selector", "MaxUnavailable": "maxUnavailable",
            "UnhealthyPodEvictionPolicy": "unhealthyPodEvictionPolicy",
        ]
        let order = ["MinAvailable", "Selector", "MaxUnavailable", "UnhealthyPodEvictionPolicy"]
        let shown = Tree.object(TreeObject(order.map { (key: $0, value: spec[names[$0] ?? ""] ?? .null) }))
        return [.invalid("spec", shown.jsonText(.compact), "minAvailable and maxUnavailable cannot be both set")]
    }

    // MARK: Limits

    /// The issues of a LimitRange.
    static func limitRange(_ spec: Tree) -> [FaultCause] {
        var issues: [FaultCause] = []
        for (index, limit) in (spec["limits"]?.array ?? []).enumerated() {
            let path = "spec.limits[\(index)]"
            let type = limit["type"]?.string ?? ""
            if !["Pod", "Container", "PersistentVolumeClaim"].contains(type), !type.contains("/") {
                let why = "must be a standard limit type or fully qualified"
                issues.append(.invalid("\(path).type", MetadataRules.quoted(type), why))
            }
            for entry in limit["min"]?.object?.entries ?? [] {
                guard let least = Quantity(entry.value), let most = limit["max"]?[entry.key].flatMap({ Quantity($0) }),
                    least > most
                else { continue }
                let why = "min value \(least) is greater than max value \(most)"
                issues.append(.invalid("\(path).min[\(entry.key)]", "\"\(least)\"", why))
            }
        }
        return issues
    }
}
