internal import DataTree
internal import KubeAPI
internal import KubeRuntime

/// Gets the pods of Jobs through.
struct JobReconciler: Reconciling {
    let context: ControllerContext

    /// The controller to run.
    static func controller(_ context: ControllerContext) -> ClusterController {
        ClusterController(
            name: "job",
            sources: [.object(.jobs), .controller(of: .pods, .job)],
            reconciler: JobReconciler(context: context)
        )
    }

    func reconcile(_ key: ObjectKey) async throws -> ReconcileOutcome {
        guard let job = try await context.reader.get(.jobs, key) else { return .done }
        let pods = try await context.reader.list(.pods, controlledBy: job)
        let plan = JobPlan(job, pods: pods, now: context.now())
        for _ in 0..<plan.creations {
            guard let pod = try await context.create(PodTemplate(of: job).pod(ownedBy: job), for: job) else {
                continue
            }
            await context.events.record(job, "SuccessfulCreate", "Created pod: \(pod.name)")
        }
        for pod in pods where plan.deletions.contains(pod.name) { try await context.writer.delete(.pods, pod) }
        var wanted = job
        wanted.tree["status"] = plan.status
        try await context.publish(.jobs, wanted, replacing: job)
        if JobPlan.isOver(wanted), !JobPlan.isOver(job) {
            let isComplete = wanted.conditions.isTrue("Complete")
            let message = isComplete ? "Job completed" : wanted.conditions.condition("Failed")?.message ?? ""
            await context.events.record(job, isComplete ? "Completed" : "Failed", message, isWarning: !isComplete)
        }
        if plan.isExpired { try await context.writer.delete(.jobs, job, policy: "Foreground") }
        return plan.requeue.map { .requeue(after: $0) } ?? .done
    }
}
