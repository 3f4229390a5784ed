internal import DataTree
internal import KubeAPI
internal import MeshBase

/// What is to be done so that a Job gets its pods through; a pure function of what was observed.
struct JobPlan: Sendable, Hashable {
    /// How many pods to create.
    var creations: Int64 = 0
    /// The names of the pods to delete.
    var deletions: [String] = []
    /// Whether the job itself is to be deleted, its time after the end being over.
    var isExpired = false
    /// The status to be shown.
    var status: Tree
    /// When to look again although nothing has changed.
    var requeue: Duration?

    private enum Verdict {
        case running
        case complete
        case failed(reason: String, message: String)
        case suspended
    }

    /// Plans for `job`, whose pods are `pods`.
    init(_ job: KubeObject, pods: [KubeObject], now: Timestamp) {
        let views = pods.map { PodView($0) }
        let active = views.filter(\.isActive)
        let succeeded = Int64(views.count { $0.phase == "Succeeded" })
        let failed = Int64(views.count { $0.phase == "Failed" })
        let before = job.tree["status"] ?? [:]
        status = before
        status["ready"] = .integer(Int64(active.count { $0.isReady }))
        status["terminating"] = .integer(Int64(views.count { $0.object.isDeleting && !$0.isFinished }))
        status["succeeded"] = succeeded > 0 ? .integer(succeeded) : nil
        status["failed"] = failed > 0 ? .integer(failed) : nil
        if before["startTime"] == nil { status["startTime"] = .string(now.rfc3339) }
        if Self.isOver(job) {
            status = before
            isExpired = expire(job, now: now)
            return
        }
        let verdict = judge(job, succeeded: succeeded, failed: failed, active: Int64(active.count), now: now)
        switch verdict {
        case .running:
            plan(job, active: active, succeeded: succeeded)
        case .complete:
            finish(job, "Complete", "CompletionsReached", "Reached expected number of succeeded pods", now: now)
            status["completionTime"] = .string(now.rfc3339)
        case .failed(let reason, let message):
            deletions = active.map(\.object.name)
            finish(job, "Failed", reason, message, now: now)
        case .suspended:
            deletions = active.map(\.object.name)
            status["startTime"] = nil
        }
        let running = Int64(active.count) + creations - Int64(deletions.count)
        status["active"] = running > 0 ? .integer(running) : nil
    }

    /// Whether the job has come to its end, well or not.
    static func isOver(_ job: KubeObject) -> Bool {
        job.conditions.isTrue("Complete") || job.conditions.isTrue("Failed")
    }

    private mutating func judge(
        _ job: KubeObject,
        succeeded: Int64,
        failed: Int64,
        active: Int64,
        now: Timestamp
    ) -> Verdict {
        let spec = job.tree["spec"]
        if spec?["suspend"]?.bool == true || job.isDeleting { return .suspended }
        if failed > spec?["backoffLimit"]?.integer ?? 6 {
            return .failed(
                reason: "BackoffLimitExceeded",
                message: "Job has reached the specified backoff limit"
            )
        }
        if let limit = spec?["activeDeadlineSeconds"]?.integer {
            let start = status["startTime"]?.string.flatMap(Timestamp.init(rfc3339:)) ?? now
            let left = start + .seconds(limit) - now
            if left <= .zero {
                return .failed(
                    reason: "DeadlineExceeded",
                    message: "Job was active longer than specified deadline"
                )
            }
            requeue = left
        }
        if let completions = spec?["completions"]?.integer { return succeeded >= completions ? .complete : .running }
        return succeeded > 0 && active == 0 ? .complete : .running
    }

    private mutating func plan(_ job: KubeObject, active: [PodView], succeeded: Int64) {
        let parallelism = job.count(1, "spec", "parallelism")
        var wanted = parallelism
        if job.tree.value(at: "spec", "completions")?.integer != nil {
            let completions = job.count(0, "spec", "completions")
            wanted = min(parallelism, max(0, completions - succeeded))
        } else if succeeded > 0 {
            wanted = Int64(active.count)  // Of a work queue the first success means: nothing more to start.
        }
        let missing = wanted - Int64(active.count)
        creations = max(0, min(missing, ReplicaSetPlan.burst))
        deletions = active.sorted(by: PodView.goesFirst).prefix(Int(max(0, min(-missing, ReplicaSetPlan.burst))))
            .map(\.object.name)
    }

    private mutating func expire(_ job: KubeObject, now: Timestamp) -> Bool {
        guard let seconds = job.tree.value(at: "spec", "ttlSecondsAfterFinished")?.integer, !job.isDeleting,
            let end = job.conditions.first(where: { $0.type == "Complete" || $0.type == "Failed" })?
                .lastTransitionTime.flatMap(Timestamp.init(rfc3339:))
        else { return false }
        let left = end + .seconds(seconds) - now
        if left > .zero { requeue = left }
        return left <= .zero
    }

    private mutating func finish(
        _ job: KubeObject,
        _ type: String,
        _ reason: String,
        _ message: String,
        now: Timestamp
    ) {
        let time = Tree.string(now.rfc3339)
        let condition: Tree = [
            "type": .string(type), "status": "True", "lastProbeTime": time, "lastTransitionTime": time,
            "reason": .string(reason), "message": .string(message),
        ]
        status["conditions"] = .array((job.tree.value(at: "status", "conditions")?.array ?? []) + [condition])
    }
}
