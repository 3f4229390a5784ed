internal import DataTree
internal import MeshAPI

/// Whether the least and the largest number of pods of a component, whoever set them, leave a number between them.
struct ScalingCheck {
    /// The component, its values merged.
    let scope: ComponentScope
    /// The spec they come from.
    let spec: MeshOperatorSpec

    /// Throws ``RenderError`` where the autoscaler would be asked for more pods at least than at most.
    func run() throws(RenderError) {
        guard scope.kind.workloadKind == "Deployment" else { return }
        let (least, most) = (settings.at("autoscaleMin"), settings.at("autoscaleMax"))
        guard settings.has("autoscaleEnabled"), least.wholeNumber > 0, most.wholeNumber > 0,
            least.wholeNumber > most.wholeNumber
        else { return }
        let (lower, upper) = (place("minReplicas", "autoscaleMin"), place("maxReplicas", "autoscaleMax"))
        let isLower = lower != nil || upper == nil
        let path = lower ?? upper ?? TreePath(keys: "spec", "values").appending("autoscaleMin")
        let other = isLower ? "the most, \(most.printed)" : "the least, \(least.printed)"
        throw RenderError(issues: [
            SpecIssue(
                path: path,
                value: isLower ? least : most,
                problem: isLower ? "is more than \(other)" : "is less than \(other)",
                remedy: isLower
                    ? "lower it, or raise \(upper?.description ?? valuesPath("autoscaleMax").description)"
                    : "raise it, or lower \(valuesPath("autoscaleMin"))"
            )
        ])
    }

    /// What has no effect: a number of pods of 0 among values.
    ///
    /// Istio's charts write `replicas` where `replicaCount` is set, and an autoscaler where both its bounds are; to their templates 0 is not
    /// (`if .Values.pilot.replicaCount`), and the API server makes 1 of no `replicas`. Among `k8s` settings 0 is taken, as istioctl takes it.
    var notes: [String] {
        guard scope.kind.workloadKind == "Deployment" else { return [] }
        return settings.has("autoscaleEnabled") ? boundNotes : countNotes
    }

    private var boundNotes: [String] {
        let bounds = [("minReplicas", "autoscaleMin"), ("maxReplicas", "autoscaleMax")]
        return bounds.filter { settings.at($0.1) == .integer(0) }.map { field, value in
            let effect = "0 counts as not set, as in Istio's charts, so no autoscaler is made and 1 pod is asked for"
            let remedy = "set it to 1 or more, or autoscaleEnabled to false"
            return "\(place(field, value) ?? valuesPath(value)): \(effect); \(remedy)"
        }
    }

    private var countNotes: [String] {
        guard scope.settings.at("k8s.replicaCount").isNull, settings.at("replicaCount") == .integer(0) else {
            return []
        }
        var steps = scope.place.steps
        // A gateway that the profile brings and the spec does not name yet.
        if scope.kind.isGateway, case .key? = steps.last { steps.append(.index(0)) }
        let other = TreePath(steps + [.key("k8s"), .key("replicaCount")])
        let effect = "0 counts as not set, as in Istio's charts, so 1 pod is asked for"
        return ["\(path(of: "replicaCount")): \(effect); set \(other) to 0 to run none"]
    }

    private var settings: Tree { scope.kind.isGateway ? scope.values.at(scope.kind.valuesRoot) : scope.values }

    /// Where the user sets a bound; nil where the profile does.
    private func place(_ field: String, _ value: String) -> TreePath? {
        if !scope.settings.at("k8s.hpaSpec.\(field)").isNull {
            return TreePath(scope.place.steps + [.key("k8s"), .key("hpaSpec"), .key(field)])
        }
        if !spec.values.at("\(scope.kind.valuesRoot).\(value)").isNull { return valuesPath(value) }
        return spec.values.at(value).isNull ? nil : TreePath(keys: "spec", "values", value)
    }

    /// Where one of the spec's values stands: below the component's own or at the top.
    private func path(of value: String) -> TreePath {
        let isRooted = !spec.values.at("\(scope.kind.valuesRoot).\(value)").isNull
        return isRooted ? valuesPath(value) : TreePath(keys: "spec", "values", value)
    }

    private func valuesPath(_ value: String) -> TreePath {
        let keys = "spec.values.\(scope.kind.valuesRoot).\(value)".split(separator: ".")
        return TreePath(keys.map { .key(String($0)) })
    }
}
