internal import DataTree
internal import KubeAPI
internal import MeshBase

/// The status of a Deployment, with its conditions Available and Progressing.
struct DeploymentStatus: Sendable {
    /// `status`.
    private(set) var tree: Tree
    /// When the deadline for progress must be looked at.
    private(set) var requeue: Duration?

    private let view: DeploymentView
    private let now: Timestamp

    /// Computes the status; `created` names a ReplicaSet that is being made just now.
    init(_ view: DeploymentView, created: String?, now: Timestamp) {
        self.view = view
        self.now = now
        let deployment = view.deployment
        tree = .counts([
            ("observedGeneration", deployment.generation ?? 0), ("replicas", view.total("replicas")),
            ("updatedReplicas", view.current?.statusCount("replicas") ?? 0),
            ("readyReplicas", view.total("readyReplicas")),
            ("availableReplicas", view.available), ("unavailableReplicas", max(0, view.totalWanted - view.available)),
            ("collisionCount", deployment.statusCount("collisionCount")),
        ])
        guard !deployment.isDeleting else {
            tree["conditions"] = deployment.tree.value(at: "status", "conditions")
            return
        }
        var conditions: [Tree] = []
        if let progressing = progressing(created: created) { conditions.append(progressing) }
        conditions.append(available)
        conditions += view.all.first { $0.conditions.isTrue("ReplicaFailure") }.map { [failure($0)] } ?? []
        tree["conditions"] = .array(conditions)
    }

    private var available: Tree {
        let isAvailable = view.available >= view.wanted - view.maxUnavailable
        return condition(
            "Available",
            isAvailable,
            isAvailable ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
            "Deployment \(isAvailable ? "has" : "does not have") minimum availability."
        )
    }

    private func failure(_ set: KubeObject) -> Tree {
        let cause = set.conditions.condition("ReplicaFailure")
        return condition("ReplicaFailure", true, cause?.reason ?? "FailedCreate", cause?.message ?? "")
    }

    private var isComplete: Bool {
        view.current != nil && tree["updatedReplicas"]?.integer ?? 0 == view.wanted
            && tree["replicas"]?.integer ?? 0 == view.wanted && view.available == view.wanted
    }

    private mutating func progressing(created: String?) -> Tree? {
        let old = previous("Progressing")
        let name = created ?? view.current?.name ?? view.deployment.name
        let deadline = view.deployment.count(600, "spec", "progressDeadlineSeconds")
        if isComplete {
            return condition(
                "Progressing",
                true,
                "NewReplicaSetAvailable",
                "ReplicaSet \"\(name)\" has successfully progressed."
            )
        }
        if created != nil {
            requeue = .seconds(deadline + 1)
            return condition("Progressing", true, "NewReplicaSetCreated", "Created new replica set \"\(name)\"")
        }
        if old == nil || hasMoved {
            requeue = .seconds(deadline + 1)
            return condition(
                "Progressing",
                true,
                "ReplicaSetUpdated",
                "ReplicaSet \"\(name)\" is progressing.",
                isNews: true
            )
        }
        guard let old, old["status"]?.string == "True" else { return old }
        // A rollout that completed before and lost pods since is not judged by the deadline.
        if old["reason"]?.string == "NewReplicaSetAvailable" { return old }
        let since = old["lastUpdateTime"]?.string.flatMap(Timestamp.init(rfc3339:)) ?? now
        let left = since + .seconds(deadline) - now
        if left <= .zero {
            return condition(
                "Progressing",
                false,
                "ProgressDeadlineExceeded",
                "ReplicaSet \"\(name)\" has timed out progressing."
            )
        }
        requeue = left + .seconds(1)
        return old
    }

    /// Whether pods were renewed, removed or became ready since the status was last written.
    private var hasMoved: Bool {
        let before = view.deployment
        let oldBefore = before.statusCount("replicas") - before.statusCount("updatedReplicas")
        let oldNow = (tree["replicas"]?.integer ?? 0) - (tree["updatedReplicas"]?.integer ?? 0)
        return tree["updatedReplicas"]?.integer ?? 0 > before.statusCount("updatedReplicas") || oldNow < oldBefore
            || tree["readyReplicas"]?.integer ?? 0 > before.statusCount("readyReplicas")
            || tree["availableReplicas"]?.integer ?? 0 > before.statusCount("availableReplicas")
            || before.generation != before.tree.value(at: "status", "observedGeneration")?.integer
    }

    private func previous(_ type: String) -> Tree? {
        view.deployment.tree.value(at: "status", "conditions")?.array?.first { $0["type"]?.string == type }
    }

    private func condition(
        _ type: String,
        _ holds: Bool,
        _ reason: String,
        _ message: String,
        isNews: Bool = false
    ) -> Tree {
        let old = previous(type)
        let status = holds ? "True" : "False"
        let time = Tree.string(now.rfc3339)
        let isSame = old?["status"]?.string == status
        if !isNews, isSame, old?["reason"]?.string == reason, old?["message"]?.string == message, let old { return old }
        return [
            "type": .string(type), "status": .string(status), "lastUpdateTime": time,
            "lastTransitionTime": isSame ? old?["lastTransitionTime"] ?? time : time, "reason": .string(reason),
            "message": .string(message),
        ]
    }
}
