internal import DataTree
internal import KubeAPI
internal import MeshAPI

/// Whether restarts are allowed, and what is left of a workload while it restarts.
enum DisruptionChecks {
    static let all = [
        UpgradeCheck(name: "PodDisruptionBudgets") { budgets($0) },
        UpgradeCheck(name: "capacity") { capacity($0) },
    ]

    private static func movable(_ world: IndexedWorld) -> [MeshWorkload] {
        world.world.inventory.workloads.filter { $0.restart == .possible }
    }

    /// How many pods a workload is to have.
    private static func replicas(_ workload: MeshWorkload, _ owner: KubeObject?) -> Int64 {
        guard workload.id.kind != "DaemonSet", let owner else { return Int64(workload.pods.count) }
        return owner.tree.value(at: "spec", "replicas")?.integer ?? 1
    }

    // MARK: Budgets

    private static func budgets(_ world: IndexedWorld) -> [UpgradeFinding] {
        movable(world).flatMap { workload -> [UpgradeFinding] in
            guard let budgets = world.budgets[workload.id.key.namespace ?? ""], let pod = workload.pods.first,
                let labels = world.labels[pod.key]
            else { return [] }
            let matching = budgets.filter { $0.selector.matches(labels) }.sorted { $0.id < $1.id }
            guard let first = matching.first else { return [] }
            if matching.count > 1 {
                let names = matching.prefix(3).map(\.id.key.name).joined(separator: ", ")
                let more = matching.count == 2 ? "1 more selects" : "\(matching.count - 1) more select"
                let why = "and \(more) the same pods (\(names)), which forbids evictions"
                return [blocks(workload, first, "", why)]
            }
            return blocking(workload, first, replicas(workload, world.world.owners[workload.id])).map { [$0] } ?? []
        }
    }

    private static func blocking(
        _ workload: MeshWorkload,
        _ budget: IndexedWorld.Budget,
        _ replicas: Int64
    ) -> UpgradeFinding? {
        let spec = budget.object.tree["spec"]
        // A budget may cover several workloads; its controller knows of how many pods.
        let expected = budget.object.tree.value(at: "status", "expectedPods")?.integer ?? 0
        let total = max(replicas, expected)
        guard replicas > 0 else { return nil }
        // policy/v1 rounds both percentages up.
        let room: (field: String, value: IntOrString, count: Int64)?
        if let most = spec?["maxUnavailable"].flatMap({ IntOrString($0) }) {
            room = most.scaled(of: total, rounding: .up).map { ("spec.maxUnavailable", most, $0) }
        } else if let least = spec?["minAvailable"].flatMap({ IntOrString($0) }) {
            room = least.scaled(of: total, rounding: .up).map { ("spec.minAvailable", least, total - $0) }
        } else {
            room = nil
        }
        if let room, room.count < Int64(workload.restartTakes) {
            let never = "is \(room.value) of \(total) pods, so none may ever be missing"
            let few = "is \(room.value) of \(total) pods, and a restart may take \(workload.restartTakes) at a time"
            return blocks(workload, budget, room.field, room.count < 1 ? never : few)
        }
        let status = budget.object.tree["status"]
        guard status?["disruptionsAllowed"]?.integer == 0, status?["expectedPods"]?.integer ?? 1 > 0 else { return nil }
        let healthy = status?["currentHealthy"]?.integer ?? 0
        let desired = status?["desiredHealthy"]?.integer ?? 0
        return blocks(
            workload,
            budget,
            "status.disruptionsAllowed",
            "is 0 now: \(healthy) of \(desired) needed pods are healthy"
        )
    }

    private static func blocks(
        _ workload: MeshWorkload,
        _ budget: IndexedWorld.Budget,
        _ field: String,
        _ why: String
    ) -> UpgradeFinding {
        UpgradeFinding(
            .warns,
            .disruptionBudgetBlocks,
            budget.id,
            field: field,
            "\(why): \(workload.id) waits, and the hop goes back at spec.upgrade.progressDeadline",
            remedy: "add a replica, loosen the budget, or annotate the workload with "
                + "\(RolloutNames.Annotation.restart): \"false\""
        )
    }

    // MARK: Capacity

    private static func capacity(_ world: IndexedWorld) -> [UpgradeFinding] {
        movable(world).compactMap { workload in
            guard let owner = world.world.owners[workload.id] else { return nil }
            let count = replicas(workload, owner)
            guard count > 0, let (field, why) = loss(workload.id.kind, owner, count) else { return nil }
            return UpgradeFinding(
                .warns,
                .capacityLost,
                workload.id,
                field: field,
                "\(why), so no pod is left while it restarts",
                remedy: "give it a second replica, or a strategy that adds pods before it takes them"
            )
        }
    }

    /// What takes away all pods of a workload at once, nil where nothing does.
    private static func loss(_ kind: String, _ owner: KubeObject, _ count: Int64) -> (field: String, why: String)? {
        switch kind {
        case "Deployment":
            let strategy = owner.tree.value(at: "spec", "strategy")
            if strategy?["type"]?.string == "Recreate" { return ("spec.strategy.type", "is Recreate") }
            guard let value = strategy?.value(at: "rollingUpdate", "maxUnavailable").flatMap({ IntOrString($0) }),
                let most = value.scaled(of: count, rounding: .down), most >= count
            else { return nil }
            let noun = count == 1 ? "1 replica" : "\(count) replicas"
            return ("spec.strategy.rollingUpdate.maxUnavailable", "is \(value) of \(noun)")
        case "StatefulSet":
            let kind = owner.tree.value(at: "spec", "updateStrategy", "type")?.string ?? "RollingUpdate"
            guard kind == "RollingUpdate", count == 1 else { return nil }
            return ("spec.replicas", "is 1")
        case "DaemonSet":
            let value = owner.tree.value(at: "spec", "updateStrategy", "rollingUpdate", "maxUnavailable")
            guard let value = value.flatMap({ IntOrString($0) }), case .string = value, count > 1,
                let most = value.scaled(of: count, rounding: .up), most >= count
            else { return nil }
            return ("spec.updateStrategy.rollingUpdate.maxUnavailable", "is \(value)")
        default: return nil
        }
    }
}
