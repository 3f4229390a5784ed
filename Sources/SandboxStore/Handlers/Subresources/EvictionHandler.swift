internal import DataTree
internal import KubeAPI

/// Serves `pods/eviction`: deletes a pod unless a disruption budget forbids it.
struct EvictionHandler: Sendable {
    let context: ServerContext

    private static let budgets = GroupResource(group: "policy", resource: "poddisruptionbudgets")

    func evict(_ scope: RequestScope) async throws(APIFault) -> APIResponse {
        let presenter = try ObjectPresenter(context: context, scope: scope)
        let eviction = try BodyCodec.decode(scope.request)
        guard let pod = try await context.read(scope.resource, scope.key()) else {
            throw .notFound(scope.resource.groupResource, scope.info.name ?? "")
        }
        let isDryRun = scope.request.query.contains { $0.name == "dryRun" }
        let phase = pod.tree.value(at: "status", "phase")?.string ?? ""
        let needsBudget =
            !["Succeeded", "Failed", "Pending"].contains(phase) && !KubeObject(pod.tree).isDeleting
        if needsBudget { try await spend(KubeObject(pod.tree), isDryRun: isDryRun) }
        var request = scope.request
        var options = eviction["deleteOptions"] ?? [:]
        options["kind"] = "DeleteOptions"
        options["apiVersion"] = "v1"
        request.method = "DELETE"
        request.body = options.json(.compact)
        var info = scope.info
        info.subresource = nil
        let inner = RequestScope(request: request, info: info, resource: scope.resource, warnings: scope.warnings)
        _ = try await DeleteHandler(context: context).delete(inner)
        return presenter.plain(
            ["kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Success", "code": 201],
            status: 201
        )
    }

    /// Takes one disruption out of the budget that covers a pod.
    private func spend(_ pod: KubeObject, isDryRun: Bool) async throws(APIFault) {
        let matching = context.storage.peek(Self.budgets).filter { budget in
            guard budget.key.namespace == pod.namespace, let tree = budget.tree.value(at: "spec", "selector"),
                let selector = try? LabelSelector(tree)
            else { return false }
            return selector.matches(pod.labels)
        }
        guard let budget = matching.first else { return }
        if matching.count > 1 {
            throw .internalError(
                "This pod has more than one PodDisruptionBudget, which the eviction subresource "
                    + "does not support."
            )
        }
        let status = budget.tree["status"] ?? [:]
        if !pod.conditions.isTrue("Ready") {
            // A pod that does not serve takes nothing away, unless what is left is too little already.
            if budget.tree.value(at: "spec", "unhealthyPodEvictionPolicy") == "AlwaysAllow" { return }
            let needed = status["desiredHealthy"]?.integer ?? 0
            if needed > 0, status["currentHealthy"]?.integer ?? 0 >= needed { return }
        }
        if (status["observedGeneration"]?.integer ?? 0) < (KubeObject(budget.tree).generation ?? 0) {
            throw Self.refusal(
                budget,
                "The disruption budget \(budget.key.name) is still being processed by the server.",
                retryAfterSeconds: 10
            )
        }
        let allowed = status["disruptionsAllowed"]?.integer ?? 0
        guard allowed > 0 else {
            let needed = status["desiredHealthy"]?.integer ?? 0
            let healthy = status["currentHealthy"]?.integer ?? 0
            throw Self.refusal(
                budget,
                "The disruption budget \(budget.key.name) needs \(needed) healthy pods and has \(healthy) currently"
            )
        }
        if isDryRun { return }
        var tree = budget.tree
        tree.set(.integer(allowed - 1), at: ["status", "disruptionsAllowed"])
        tree.set(.string(context.timestamp), at: ["status", "disruptedPods", pod.name])
        let write = StorageWrite(Self.budgets, budget.key, if: .revision(budget.revision), .put(tree))
        do throws(StorageError) {
            try await context.storage.write(write)
        } catch {
            throw Self.refusal(
                budget,
                "The disruption budget \(budget.key.name) is still being processed by the server.",
                retryAfterSeconds: 10
            )
        }
    }

    private static func refusal(_ budget: StoredObject, _ message: String, retryAfterSeconds: Int = 0) -> APIFault {
        var fault = APIFault.tooManyRequests(
            "Cannot evict pod as it would violate the pod's disruption budget.",
            retryAfterSeconds: retryAfterSeconds
        )
        fault.status.details?.causes = [FaultCause(reason: "DisruptionBudget", message: message, field: "")]
        return fault
    }
}
