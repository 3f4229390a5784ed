internal import DataTree
internal import KubeAPI
internal import MeshBase

/// How many pods a PodDisruptionBudget lets go; a pure function of what was observed.
enum DisruptionPlan {
    /// The status of `budget` over `pods`, of which `wanted` are meant to exist.
    static func status(_ budget: KubeObject, pods: [KubeObject], wanted: Int64, now: Timestamp) -> Tree {
        let healthy = Int64(pods.count { PodView($0).isActive && PodView($0).isReady })
        let spec = budget.tree["spec"]
        // A plain number is held against the pods there are, a share against those there should be.
        let least = spec?["minAvailable"].flatMap(IntOrString.init)
        let wanted = if case .integer = least { Int64(pods.count) } else { Count.clamped(wanted) }
        let needed: Int64 =
            if let least {
                Count.clamped(least.scaled(of: wanted, rounding: .up) ?? wanted)
            } else if let most = spec?["maxUnavailable"].flatMap(IntOrString.init) {
                max(0, wanted - Count.clamped(most.scaled(of: wanted, rounding: .up) ?? 0))
            } else {
                wanted
            }
        let allowed = wanted > 0 ? max(0, healthy - needed) : 0
        var status: Tree = [
            "currentHealthy": .integer(healthy), "desiredHealthy": .integer(needed),
            "disruptionsAllowed": .integer(allowed), "expectedPods": .integer(wanted),
            "observedGeneration": .integer(budget.generation ?? 0),
        ]
        var conditions = budget.conditions
        conditions.set(
            Condition(
                type: "DisruptionAllowed",
                status: allowed > 0 ? .isTrue : .isFalse,
                reason: allowed > 0 ? "SufficientPods" : "InsufficientPods",
                observedGeneration: budget.generation
            ),
            now: now.rfc3339
        )
        status["conditions"] = .array(conditions.map(\.tree))
        return status
    }
}
