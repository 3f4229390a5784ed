internal import DataTree

extension ControlPlane {
    /// The autoscaler and the disruption budget.
    var scaling: [Tree] {
        guard runsHere else { return [] }
        return [autoscaler, disruptionBudget].compactMap { $0 }
    }

    private var autoscaler: Tree? {
        guard values.has("autoscaleEnabled"), values.has("autoscaleMin"), values.has("autoscaleMax") else { return nil }
        let spec = fields([
            ("maxReplicas", values.at("autoscaleMax").plain), ("minReplicas", values.at("autoscaleMin").plain),
            ("scaleTargetRef", Autoscaling.target(name)),
            ("metrics", .array(Autoscaling.metrics(values, named: ["cpu", "memory"]))),
            ("behavior", values.at("autoscaleBehavior").ifSet),
        ])
        return scope.object(
            .autoscaler,
            name: name,
            namespace: scope.namespace,
            labels: labels([("app", "istiod")]),
            body: [("spec", spec)]
        )
    }

    private var disruptionBudget: Tree? {
        guard values.has("global.defaultPodDisruptionBudget.enabled"), Autoscaling.runsSeveral(values) else {
            return nil
        }
        let budget = values.at("pdb")
        let least = budget.at("maxUnavailable").isNull && budget.object?["maxUnavailable"] == nil
        let matching: Tree =
            scope.revision.isEmpty
            ? ["app": "istiod", "istio": "pilot"] : ["app": "istiod", "istio.io/rev": scope.revisionLabel]
        let spec = fields([
            ("minAvailable", least ? budget.at("minAvailable").ifSet?.plain : nil),
            ("maxUnavailable", budget.at("maxUnavailable").ifSet?.plain),
            ("unhealthyPodEvictionPolicy", budget.at("unhealthyPodEvictionPolicy").ifSet),
            ("selector", ["matchLabels": matching]),
        ])
        return scope.object(
            .disruptionBudget,
            name: name,
            namespace: scope.namespace,
            labels: labels([("app", "istiod"), ("istio", "pilot")]),
            body: [("spec", spec)]
        )
    }
}

/// What autoscalers and disruption budgets of all workloads share.
enum Autoscaling {
    /// A reference to a Deployment.
    static func target(_ name: String) -> Tree {
        ["apiVersion": "apps/v1", "kind": "Deployment", "name": .string(name)]
    }

    /// Metrics for the resources that have a target; the first is always there.
    static func metrics(_ values: Tree, named names: [String]) -> [Tree] {
        names.enumerated().compactMap { index, name in
            let target = values.at("\(name).targetAverageUtilization")
            guard index == 0 || target.isSet else { return nil }
            let goal: Tree = ["type": "Utilization", "averageUtilization": target.plain]
            return ["type": "Resource", "resource": ["name": .string(name), "target": goal]]
        }
    }

    /// Whether at least two pods are meant to run, so that a disruption budget leaves room to evict one.
    static func runsSeveral(_ values: Tree) -> Bool {
        let count = values.has("autoscaleEnabled") ? values.at("autoscaleMin") : values.at("replicaCount")
        return count.wholeNumber > 1
    }
}
