internal import DataTree
package import KubeAPI

/// How many pods may be missing now by the PodDisruptionBudgets of a cluster, less what restarts take.
///
/// A restart evicts nobody, so the API server does not ask budgets about it (`policy/v1` governs evictions alone). They count all the
/// same: a restart begins only where every budget over the workload allows as many disruptions as the restart may take at a time
/// (``MeshWorkload/restartTakes``), those of other restarts that its status does not show yet taken off.
package struct DisruptionRoom: Sendable {
    private struct Budget: Sendable {
        let name: String
        let selector: LabelSelector
        let allowed: Int
        var left: Int
    }

    private let objects: [String: [KubeObject]]
    private var read: [String: [Budget]] = [:]

    /// Room without end.
    package init() { objects = [:] }

    /// Knows the PodDisruptionBudgets of a cluster, with `spec.selector` and `status.disruptionsAllowed`; one without a status
    /// allows nothing yet.
    package init(_ budgets: [KubeObject]) {
        var objects: [String: [KubeObject]] = [:]
        for budget in budgets where !budget.isDeleting { objects[budget.namespace ?? "", default: []].append(budget) }
        self.objects = objects
    }

    /// Takes what a restart needs, from every budget over the workload or from none.
    ///
    /// - Parameter workload: what is to be restarted.
    /// - Returns: nil when it was taken, else which budget does not allow it, for people.
    package mutating func take(_ workload: MeshWorkload) -> String? {
        let covering = budgets(over: workload)
        let namespace = workload.id.key.namespace ?? ""
        for index in covering {
            guard let budget = read[namespace]?[index], budget.left < workload.restartTakes else { continue }
            let name = "PodDisruptionBudget \(namespace)/\(budget.name)"
            if budget.allowed < 1 { return "\(name) allows no disruption of \(workload.id)" }
            let need = "a restart of \(workload.id) may take \(workload.restartTakes) at a time"
            let allows = "\(name) allows \(budget.allowed) disruption\(budget.allowed == 1 ? "" : "s")"
            if budget.allowed < workload.restartTakes {
                return "\(allows), \(need): lower its maxUnavailable or loosen the budget"
            }
            return "\(allows), other restarts take \(budget.allowed - budget.left), \(need)"
        }
        for index in covering { read[namespace]?[index].left -= workload.restartTakes }
        return nil
    }

    /// Takes off what a restart under way may still take: pods that are missing already are in the status of budgets.
    package mutating func reserve(_ workload: MeshWorkload) {
        let missing = max(0, workload.replicas - workload.pods.count(where: \.isReady))
        let rest = max(0, workload.restartTakes - missing)
        let namespace = workload.id.key.namespace ?? ""
        guard rest > 0 else { return }
        for index in budgets(over: workload) { read[namespace]?[index].left -= rest }
    }

    /// The places of the budgets over a workload among those of its namespace.
    private mutating func budgets(over workload: MeshWorkload) -> [Int] {
        let namespace = workload.id.key.namespace ?? ""
        if read[namespace] == nil { read[namespace] = (objects[namespace] ?? []).compactMap(Self.budget) }
        let known = read[namespace] ?? []
        return known.indices.filter { known[$0].selector.matches(workload.labels) }
    }

    private static func budget(_ object: KubeObject) -> Budget? {
        // policy/v1: a missing selector selects nothing, an empty one everything.
        guard let tree = object.tree.value(at: "spec", "selector"), let selector = try? LabelSelector(tree) else {
            return nil
        }
        let count = object.tree.value(at: "status", "disruptionsAllowed")?.integer ?? 0
        let allowed = Int(min(max(0, count), 1_000_000))
        return Budget(name: object.name, selector: selector, allowed: allowed, left: allowed)
    }
}
