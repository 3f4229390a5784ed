internal import DataTree
internal import KubeAPI

/// What is wrong with where a pod wants to run: its affinity and its tolerations.
enum PlacementRules {
    private static let required = "requiredDuringSchedulingIgnoredDuringExecution"
    private static let preferred = "preferredDuringSchedulingIgnoredDuringExecution"

    /// The issues of `affinity`.
    static func affinity(_ affinity: Tree, at path: String) -> [FaultCause] {
        nodes(affinity["nodeAffinity"] ?? [:], at: "\(path).nodeAffinity")
            + ["podAffinity", "podAntiAffinity"].flatMap { pods(affinity[$0] ?? [:], at: "\(path).\($0)") }
    }

    private static func nodes(_ affinity: Tree, at path: String) -> [FaultCause] {
        var issues: [FaultCause] = []
        if let selector = affinity[required], !selector.isNull {
            let place = "\(path).\(required).nodeSelectorTerms"
            let terms = selector["nodeSelectorTerms"]?.array ?? []
            if terms.isEmpty { issues.append(.required(place, "must have at least one node selector term")) }
            issues += terms.enumerated().flatMap { SelectorRules.nodes($1, at: "\(place)[\($0)]", checksValues: true) }
        }
        return issues
            + weighted(affinity, at: path) { term, place in
                SelectorRules.nodes(term["preference"], at: "\(place).preference", checksValues: false)
            }
    }

    private static func pods(_ affinity: Tree, at path: String) -> [FaultCause] {
        (affinity[required]?.array ?? []).enumerated().flatMap { term($1, at: "\(path).\(required)[\($0)]") }
            + weighted(affinity, at: path) { tree, place in
                term(tree["podAffinityTerm"] ?? [:], at: "\(place).podAffinityTerm")
            }
    }

    private static func weighted(_ affinity: Tree, at path: String, _ issues: (Tree, String) -> [FaultCause])
        -> [FaultCause]
    {
        (affinity[preferred]?.array ?? []).enumerated().flatMap { index, tree -> [FaultCause] in
            let place = "\(path).\(preferred)[\(index)]"
            let weight = tree["weight"]?.integer ?? 0
            let isWeight = (1...100).contains(weight)
            return (isWeight ? [] : [.invalid("\(place).weight", "\(weight)", "must be in the range 1-100")])
                + issues(tree, place)
        }
    }

    private static func term(_ term: Tree, at path: String) -> [FaultCause] {
        let selectors = ["labelSelector", "namespaceSelector"]
        var issues = selectors.flatMap { SelectorRules.labels(term[$0], at: "\(path).\($0)") }
        issues += (term["namespaces"]?.array ?? []).flatMap {
            SelectorRules.named($0, "\(path).namespace", .dnsLabel)
        }
        let place = "\(path).topologyKey"
        if term["topologyKey"]?.string?.isEmpty ?? true { issues.append(.required(place, "can not be empty")) }
        return issues + SelectorRules.named(term["topologyKey"], place, .qualifiedName)
    }

    // MARK: Tolerations

    /// The issues of one toleration.
    static func toleration(_ toleration: Tree, at path: String) -> [FaultCause] {
        let (word, effect) = (toleration["operator"]?.string ?? "", toleration["effect"]?.string ?? "")
        let place = "\(path).operator"
        var issues: [FaultCause] = []
        if toleration["key"]?.string?.isEmpty == false {
            issues += SelectorRules.named(toleration["key"], "\(path).key", .qualifiedName)
        } else if word != "Exists" {
            let why = "operator must be Exists when `key` is empty, which means \"match all values and all keys\""
            issues.append(.invalid(place, MetadataRules.quoted(word), why))
        }
        if toleration.has("tolerationSeconds"), effect != "NoExecute" {
            let why = "effect must be 'NoExecute' when `tolerationSeconds` is set"
            issues.append(.invalid("\(path).effect", MetadataRules.quoted(effect), why))
        }
        let value = toleration["value"]?.string ?? ""
        switch word {
        case "", "Equal":
            let texts = NameRule.labelValue.issues(in: value).joined(separator: ";")
            if !texts.isEmpty { issues.append(.invalid(place, MetadataRules.quoted(value), texts)) }
        case "Exists":
            let why = "value must be empty when `operator` is 'Exists'"
            if !value.isEmpty { issues.append(.invalid(place, MetadataRules.quoted(value), why)) }
        // Numbers are compared only where a feature is on that is off without being asked for.
        case "Gt", "Lt": issues.append(.notSupported(place, word, ["Equal", "Exists", "Lt", "Gt"]))
        default: issues.append(.notSupported(place, word, ["Equal", "Exists"]))
        }
        let effects = ["NoSchedule", "PreferNoSchedule", "NoExecute"]
        if !effect.isEmpty, !effects.contains(effect) {
            issues.append(.notSupported("\(path).effect", effect, effects))
        }
        return issues
    }
}
