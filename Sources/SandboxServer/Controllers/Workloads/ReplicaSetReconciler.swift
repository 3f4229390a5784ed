internal import DataTree
internal import KubeAPI
internal import KubeRuntime
internal import MeshBase

/// Keeps the number of pods that ReplicaSets ask for.
struct ReplicaSetReconciler: Reconciling {
    let context: ControllerContext

    /// The controller to run.
    static func controller(_ context: ControllerContext) -> ClusterController {
        ClusterController(
            name: "replicaset",
            sources: [.object(.replicaSets), .controller(of: .pods, .replicaSet), .orphans(of: .pods)],
            reconciler: ReplicaSetReconciler(context: context)
        )
    }

    func reconcile(_ key: ObjectKey) async throws -> ReconcileOutcome {
        if try await context.claimOrphans(.pods, forAll: .replicaSets, key) { return .done }
        guard let set = try await context.reader.get(.replicaSets, key) else { return .done }
        let pods = try await context.claim(.pods, for: set)
        let plan = ReplicaSetPlan(set, pods: pods, now: context.now())
        let failure = await apply(plan, to: set, pods: pods)
        try await publish(plan.status, failure: failure, on: set)
        if let failure { throw failure }
        return plan.requeue.map { .requeue(after: $0) } ?? .done
    }

    private func apply(_ plan: ReplicaSetPlan, to set: KubeObject, pods: [KubeObject]) async -> (any Error)? {
        let template = PodTemplate(of: set)
        do {
            for _ in 0..<plan.creations {
                guard let pod = try await context.create(template.pod(ownedBy: set), for: set) else { continue }
                await context.events.record(set, "SuccessfulCreate", "Created pod: \(pod.name)")
            }
            for pod in pods where plan.deletions.contains(pod.name) {
                try await context.writer.delete(.pods, pod)
                await context.events.record(set, "SuccessfulDelete", "Deleted pod: \(pod.name)")
            }
            return nil
        } catch {
            return error
        }
    }

    /// Writes the status when it differs; a failure to create pods shows as the condition ReplicaFailure.
    ///
    /// One that stands already stays as it is, as with kube-controller-manager: its message names a pod, by another name at each try.
    private func publish(_ status: Tree, failure: (any Error)?, on set: KubeObject) async throws {
        var wanted = set
        wanted.tree["status"] = status
        var conditions = set.conditions.filter { $0.type != "ReplicaFailure" }
        if let failure {
            let old = set.conditions.filter { $0.type == "ReplicaFailure" }
            conditions += old
            if old.isEmpty {
                let message = ControllerContext.refusal(failure)
                conditions.set(
                    Condition(type: "ReplicaFailure", status: .isTrue, reason: "FailedCreate", message: message),
                    now: context.now().rfc3339
                )
            }
        }
        wanted.conditions = conditions
        try await context.publish(.replicaSets, wanted, replacing: set)
    }
}
