internal import DataTree
internal import KubeAPI
internal import StructuralSchema

/// What the API server asks of objects beyond the kinds of their fields, as far as settings of a mesh can get it wrong.
struct ObjectRules {
    private var found: [FieldIssue] = []

    /// What is wrong with an object.
    static func issues(in object: KubeObject) -> [FieldIssue] {
        var rules = ObjectRules()
        rules.check(object)
        return rules.found
    }

    private mutating func check(_ object: KubeObject) {
        let (tree, spec) = (object.tree, object.tree.at("spec"))
        labels(tree.at("metadata.labels"), "metadata.labels")
        switch object.kind.kind {
        case "Deployment", "DaemonSet":
            number(spec.at("replicas"), "spec.replicas", 0...Int64(Int32.max))
            pod(spec.at("template"), "spec.template")
            selector(spec)
        case "HorizontalPodAutoscaler": autoscaler(spec)
        case "Service":
            for (index, port) in spec.at("ports").elements.enumerated() {
                number(port.at("port"), "spec.ports[\(index)].port", 1...65_535)
                number(port.at("targetPort"), "spec.ports[\(index)].targetPort", 1...65_535)
                number(port.at("nodePort"), "spec.ports[\(index)].nodePort", 0...65_535)
            }
        case "PodDisruptionBudget":
            for field in ["minAvailable", "maxUnavailable"] {
                number(spec.at(field), "spec.\(field)", 0...Int64(Int32.max))
            }
            if !spec.at("minAvailable").isNull, !spec.at("maxUnavailable").isNull {
                add("spec.maxUnavailable", spec.at("maxUnavailable"), "must not stand beside minAvailable")
            }
        default: break
        }
    }

    /// The pods a workload makes have to be those it looks for (apps/v1, `spec.selector`).
    private mutating func selector(_ spec: Tree) {
        let made = spec.at("template.metadata.labels")
        for label in spec.at("selector.matchLabels").sortedEntries where made[label.key] != label.value {
            let isMissing = made[label.key] == nil || made[label.key] == .null
            let path = TreePath(keys: "spec", "selector", "matchLabels").appending(label.key).description
            let other = isMissing ? "no such label" : "the label \(made[label.key]?.printed ?? "")"
            add(path, label.value, "must be the label of the pods made, and spec.template.metadata.labels has \(other)")
        }
    }

    private mutating func autoscaler(_ spec: Tree) {
        let (least, most) = (spec.at("minReplicas"), spec.at("maxReplicas"))
        number(least, "spec.minReplicas", 1...Int64(Int32.max))
        number(most, "spec.maxReplicas", 1...Int64(Int32.max))
        if let least = least.integer, let most = most.integer, least > most {
            add("spec.minReplicas", .integer(least), "must not be more than maxReplicas, \(most)")
        }
        for (index, metric) in spec.at("metrics").elements.enumerated() {
            let place = "spec.metrics[\(index)].resource.target.averageUtilization"
            number(metric.at("resource.target.averageUtilization"), place, 1...Int64(Int32.max))
        }
    }

    private mutating func pod(_ template: Tree, _ path: String) {
        labels(template.at("metadata.labels"), "\(path).metadata.labels")
        number(
            template.at("spec.terminationGracePeriodSeconds"),
            "\(path).spec.terminationGracePeriodSeconds",
            0...Int64.max
        )
        for list in ["initContainers", "containers"] {
            for (index, container) in template.at("spec.\(list)").elements.enumerated() {
                self.container(container, "\(path).spec.\(list)[\(index)]")
            }
        }
    }

    private mutating func container(_ container: Tree, _ path: String) {
        for (index, variable) in container.at("env").elements.enumerated() where variable.text("name").isEmpty {
            add("\(path).env[\(index)].name", variable.at("name"), "must be the name of a variable")
        }
        for (index, port) in container.at("ports").elements.enumerated() {
            number(port.at("containerPort"), "\(path).ports[\(index)].containerPort", 1...65_535)
        }
        for part in ["requests", "limits"] {
            for amount in container.at("resources.\(part)").sortedEntries {
                let place = "\(path).resources.\(part).\(amount.key)"
                guard let quantity = Quantity(amount.value) else {
                    add(place, amount.value, "must be a quantity such as 100m, 2 or 512Mi")
                    continue
                }
                if quantity < Quantity(0) { add(place, amount.value, "must not be negative") }
            }
        }
        for probe in ["readinessProbe", "livenessProbe", "startupProbe"] {
            for field in ["initialDelaySeconds", "periodSeconds", "timeoutSeconds", "failureThreshold"] {
                number(container.at("\(probe).\(field)"), "\(path).\(probe).\(field)", 0...Int64(Int32.max))
            }
        }
    }

    /// Label values: at most 63 letters, digits, `-`, `_` and `.`, beginning and ending with a letter or digit.
    private mutating func labels(_ labels: Tree, _ path: String) {
        for label in labels.sortedEntries {
            guard let text = label.value.string, !text.isEmpty else { continue }
            let bytes = Array(text.utf8)
            let isEdgeFine = [bytes[0], bytes[bytes.count - 1]].allSatisfy(Self.isAlphanumeric)
            let isFine = bytes.allSatisfy { Self.isAlphanumeric($0) || $0 == 0x2D || $0 == 0x5F || $0 == 0x2E }
            guard bytes.count > 63 || !isEdgeFine || !isFine else { continue }
            add(
                TreePath(fieldText: path).appending(label.key).description,
                label.value,
                "must be at most 63 letters, digits, '-', '_' and '.', beginning and ending with a letter or digit"
            )
        }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x5A) || (byte >= 0x61 && byte <= 0x7A)
    }

    private mutating func number(_ value: Tree, _ path: String, _ range: ClosedRange<Int64>) {
        guard let number = value.integer, !range.contains(number) else { return }
        let bounds =
            range.upperBound > 65_535
            ? "must be at least \(range.lowerBound)" : "must be from \(range.lowerBound) to \(range.upperBound)"
        add(path, value, number > Int64(Int32.max) ? "must be at most \(range.upperBound)" : bounds)
    }

    private mutating func add(_ path: String, _ value: Tree, _ detail: String) {
        found.append(FieldIssue(.invalid, at: path, value: value, detail: detail))
    }
}
