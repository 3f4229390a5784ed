internal import DataTree
internal import KubeAPI
internal import StructuralSchema

/// What the API server asks of how pods are replaced, placed and secured (apps/v1, core/v1 validation), as far as settings can get it wrong.
///
/// Istio's own tools render such settings as they are, and so does this one; they are notes.
struct PlacementRules {
    private var found: [FieldIssue] = []

    /// What is wrong with an object.
    static func issues(in object: KubeObject) -> [FieldIssue] {
        var rules = PlacementRules()
        rules.check(object)
        return rules.found
    }

    private mutating func check(_ object: KubeObject) {
        let (tree, path) = (object.tree, "spec.template")
        annotations(tree.at("metadata.annotations"), "metadata.annotations")
        guard ["Deployment", "DaemonSet"].contains(object.kind.kind) else { return }
        strategy(tree.at("spec"), field: object.kind.kind == "Deployment" ? "strategy" : "updateStrategy")
        let template = tree.at(path)
        annotations(template.at("metadata.annotations"), "\(path).metadata.annotations")
        placement(template.at("spec"), "\(path).spec")
        security(template.at("spec.securityContext"), "\(path).spec.securityContext")
        for list in ["initContainers", "containers"] {
            for (index, container) in template.at("spec.\(list)").elements.enumerated() {
                self.container(container, "\(path).spec.\(list)[\(index)]")
            }
        }
    }

    // MARK: Replacing

    private mutating func strategy(_ spec: Tree, field: String) {
        let (strategy, path) = (spec.at(field), "spec.\(field)")
        let rolling = strategy.at("rollingUpdate")
        let type = strategy.text("type", or: "RollingUpdate")
        if type != "RollingUpdate", !rolling.isNull {
            add("\(path).rollingUpdate", rolling, "must not stand beside type \(type); set rollingUpdate to null")
        }
        var counts: [Int] = []
        for name in ["maxSurge", "maxUnavailable"] where !rolling.at(name).isNull {
            let value = rolling.at(name)
            let count = value.integer.map { Int(clamping: $0) } ?? value.string.flatMap(Self.percent)
            if let count, count >= 0, name == "maxSurge" || value.integer != nil || count <= 100 {
                counts.append(count)
            } else {
                add("\(path).rollingUpdate.\(name)", value, "must be a number of pods, or a share such as 25%")
            }
        }
        if counts == [0, 0] {
            add(
                "\(path).rollingUpdate.maxUnavailable",
                rolling.at("maxUnavailable"),
                "must not be 0 when maxSurge is 0"
            )
        }
        if let least = spec.at("minReadySeconds").integer, let end = spec.at("progressDeadlineSeconds").integer,
            end <= least
        {
            add("spec.progressDeadlineSeconds", .integer(end), "must be more than minReadySeconds, \(least)")
        }
    }

    private static func percent(_ text: String) -> Int? {
        guard text.hasSuffix("%"), let digits = text.dropLast().first, digits.isNumber else { return nil }
        return Int(text.dropLast())
    }

    // MARK: Placing

    /// What a pod asks of the nodes it may run on.
    private mutating func placement(_ pod: Tree, _ path: String) {
        for entry in pod.at("nodeSelector").sortedEntries {
            let place = TreePath(fieldText: "\(path).nodeSelector").appending(entry.key).description
            key(entry.key, place)
            if let text = entry.value.string, let issue = NameRule.labelValue.issues(in: text).first {
                add(place, entry.value, issue)
            }
        }
        for (index, toleration) in pod.at("tolerations").elements.enumerated() {
            let (effect, place) = (toleration.text("effect"), "\(path).tolerations[\(index)]")
            if !toleration.at("tolerationSeconds").isNull, effect != "NoExecute" {
                add("\(place).effect", toleration.at("effect"), "must be NoExecute where tolerationSeconds is set")
            }
            if toleration.text("operator") == "Exists", !toleration.text("value").isEmpty {
                add("\(place).value", toleration.at("value"), "must be empty where operator is Exists")
            }
            if toleration.text("key").isEmpty, toleration.text("operator", or: "Equal") != "Exists" {
                add("\(place).operator", toleration.at("operator"), "must be Exists where key is empty")
            }
        }
        for kind in ["nodeAffinity", "podAffinity", "podAntiAffinity"] {
            let field = "preferredDuringSchedulingIgnoredDuringExecution"
            for (index, term) in pod.at("affinity.\(kind).\(field)").elements.enumerated() {
                let weight = term.at("weight")
                if let number = weight.integer, (1...100).contains(number) { continue }
                add("\(path).affinity.\(kind).\(field)[\(index)].weight", weight, "must be from 1 to 100")
            }
        }
    }

    private mutating func annotations(_ annotations: Tree, _ path: String) {
        for entry in annotations.sortedEntries {
            key(entry.key.lowercased(), TreePath(fieldText: path).appending(entry.key).description)
        }
    }

    private mutating func key(_ name: String, _ place: String) {
        guard let issue = NameRule.qualifiedName.issues(in: name).first else { return }
        add(place, .string(name), "its key is refused: \(issue)")
    }

    // MARK: Containers

    private mutating func security(_ context: Tree, _ path: String) {
        for field in ["runAsUser", "runAsGroup", "fsGroup"] {
            guard let id = context.at(field).integer, !(0...Int64(Int32.max)).contains(id) else { continue }
            add("\(path).\(field)", .integer(id), "must be from 0 to \(Int32.max)")
        }
    }

    private mutating func container(_ container: Tree, _ path: String) {
        security(container.at("securityContext"), "\(path).securityContext")
        for (index, variable) in container.at("env").elements.enumerated()
        where !variable.text("value").isEmpty && variable.at("valueFrom").object?.isEmpty == false {
            add("\(path).env[\(index)].valueFrom", variable.at("valueFrom"), "must not stand beside value")
        }
        let limits = container.at("resources.limits")
        for amount in container.at("resources.requests").sortedEntries {
            guard let most = limits[amount.key], let limit = Quantity(most), let asked = Quantity(amount.value),
                asked > limit
            else { continue }
            add(
                "\(path).resources.requests.\(amount.key)",
                amount.value,
                "must not be more than its limit, \(most.printed)"
            )
        }
    }

    private mutating func add(_ path: String, _ value: Tree, _ detail: String) {
        found.append(FieldIssue(.invalid, at: path, value: value, detail: detail))
    }
}
