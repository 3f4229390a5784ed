internal import DataTree
internal import KubeAPI

/// What is wrong with selectors of labels, and with those of nodes.
enum SelectorRules {
    /// The issues of the object form of a selector (`ValidateLabelSelector` of meta/v1).
    static func labels(_ selector: Tree?, at path: String) -> [FaultCause] {
        let expressions = selector?["matchExpressions"]?.array ?? []
        return MetadataRules.labelIssues(selector?["matchLabels"], "\(path).matchLabels")
            + expressions.enumerated().flatMap { index, tree -> [FaultCause] in
                let place = "\(path).matchExpressions[\(index)]"
                return requirement(tree, at: place, bounds: []) + labelValues(tree, at: place)
            }
    }

    /// The issues of a term that selects nodes by labels and fields.
    static func nodes(_ term: Tree?, at path: String, checksValues: Bool) -> [FaultCause] {
        let expressions = (term?["matchExpressions"]?.array ?? []).enumerated()
        let fields = (term?["matchFields"]?.array ?? []).enumerated()
        return expressions.flatMap { index, tree -> [FaultCause] in
            let place = "\(path).matchExpressions[\(index)]"
            let issues = requirement(tree, at: place, bounds: ["Gt", "Lt"])
            return checksValues ? issues + labelValues(tree, at: place) : issues
        } + fields.flatMap { index, tree in field(tree, at: "\(path).matchFields[\(index)]") }
    }

    private static func requirement(_ tree: Tree, at path: String, bounds: [String]) -> [FaultCause] {
        let word = tree["operator"]?.string ?? ""
        let count = tree["values"]?.array?.count ?? 0
        let place = "\(path).values"
        let issues: [FaultCause]
        switch word {
        case "In", "NotIn":
            let why = "must be specified when `operator` is 'In' or 'NotIn'"
            issues = count == 0 ? [.required(place, why)] : []
        case "Exists", "DoesNotExist":
            let why = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"
            issues = count > 0 ? [.forbidden(place, why)] : []
        case _ where bounds.contains(word):
            let why = "must be specified single value when `operator` is 'Lt' or 'Gt'"
            issues = count != 1 ? [.required(place, why)] : []
        default: issues = [unknown(word, path)]
        }
        return issues + named(tree["key"], "\(path).key", .qualifiedName)
    }

    private static func field(_ tree: Tree, at path: String) -> [FaultCause] {
        let values = tree["values"]?.array ?? []
        let key = tree["key"]?.string ?? ""
        var issues: [FaultCause] = []
        switch tree["operator"]?.string ?? "" {
        case "In", "NotIn":
            let why = "must be only one value when `operator` is 'In' or 'NotIn' for node field selector"
            if values.count != 1 { issues.append(.required("\(path).values", why)) }
        case let word: issues.append(unknown(word, path))
        }
        guard key == "metadata.name" else {
            return issues + [.invalid("\(path).key", MetadataRules.quoted(key), "not a valid field selector key")]
        }
        return issues + values.enumerated().flatMap { named($1, "\(path).values[\($0)]", .dnsSubdomain) }
    }

    private static func unknown(_ word: String, _ path: String) -> FaultCause {
        .invalid("\(path).operator", MetadataRules.quoted(word), "not a valid selector operator")
    }

    private static func labelValues(_ tree: Tree, at path: String) -> [FaultCause] {
        (tree["values"]?.array ?? []).enumerated().flatMap { named($1, "\(path).values[\($0)]", .labelValue) }
    }

    /// The issues of a text that must follow a rule.
    static func named(_ tree: Tree?, _ path: String, _ rule: NameRule) -> [FaultCause] {
        let text = tree?.string ?? ""
        return rule.issues(in: text).map { .invalid(path, MetadataRules.quoted(text), $0) }
    }
}
