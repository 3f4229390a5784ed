package import DataTree
package import KubeAPI
internal import MeshAPI
internal import MeshBase

/// What the operator restarts as `kubectl rollout restart` does: by an annotation of the pod template.
package enum RestartableWorkload {
    /// Argo's replacement for Deployments, restarted by `spec.restartAt`.
    package static let argoRollouts = APIResource(
        kind: GroupVersionKind(group: "argoproj.io", version: "v1alpha1", kind: "Rollout"),
        plural: "rollouts",
        isNamespaced: true
    )

    /// The kinds.
    package static let kinds: [APIResource] = [.deployments, .statefulSets, .daemonSets, argoRollouts]

    /// How the kind of a workload is reached; nil for a kind that the operator does not restart.
    package static func resource(of id: ResourceID) -> APIResource? {
        kinds.first { $0.kind.group == id.group && $0.kind.kind == id.kind }
    }

    /// Whether a controller has brought all pods to the template, and has carried out the restart asked for.
    ///
    /// Argo's controller writes the generation as text (`RolloutStatus.observedGeneration` of
    /// https://argo-rollouts.readthedocs.io/en/stable/features/specification/), and `status.restartedAt` as `spec.restartAt` once no pod is
    /// left that is older; what is no number, or is missing, counts as not done.
    package static func isRolledOut(_ owner: KubeObject) -> Bool {
        let status = owner.tree["status"]
        guard let observed = generation(status?["observedGeneration"]), observed >= owner.generation ?? 0 else {
            return false
        }
        guard owner.kind.group != argoRollouts.kind.group || isRestarted(owner) else { return false }
        if owner.kind.kind == "DaemonSet" {
            let wanted = status?["desiredNumberScheduled"]?.integer ?? 0
            return status?["updatedNumberScheduled"]?.integer ?? 0 >= wanted
        }
        let wanted = owner.tree.value(at: "spec", "replicas")?.integer ?? 1
        let updated = status?["updatedReplicas"]?.integer ?? 0
        let total = status?["replicas"]?.integer ?? 0
        return updated >= wanted && total <= max(updated, wanted)
    }

    /// A generation, as a number or as text that is one.
    private static func generation(_ value: Tree?) -> Int64? { value?.integer ?? value?.string.flatMap { Int64($0) } }

    /// Whether a Rollout of Argo was restarted as asked for, in whole seconds: Kubernetes writes times without fractions.
    private static func isRestarted(_ owner: KubeObject) -> Bool {
        guard let wanted = owner.tree.value(at: "spec", "restartAt")?.string else { return true }
        guard let asked = Timestamp(rfc3339: wanted)?.truncatedToSeconds,
            let done = owner.tree.value(at: "status", "restartedAt")?.string.flatMap({ Timestamp(rfc3339: $0) })
        else { return false }
        return done >= asked
    }

    /// The merge patch (RFC 7386) that restarts `owner` for a revision, based on the version read.
    ///
    /// For which revision that was is written on the workload, whence it can be taken off without another restart; its template gets the
    /// time alone. A Rollout of Argo is restarted by `spec.restartAt`: a change of its template would begin a canary of its own.
    package static func restart(_ owner: KubeObject, for revision: String, at time: String) -> Tree {
        var patch: Tree = [
            "metadata": [
                "annotations": [
                    RolloutNames.Annotation.movedTo: .string(revision),
                    RolloutNames.Annotation.restartedAt: .string(time),
                ]
            ]
        ]
        if owner.kind.group == argoRollouts.kind.group {
            patch["spec"] = ["restartAt": .string(time)]
        } else {
            let place = ["spec", "template", "metadata", "annotations"]
            patch.set(.string(time), at: place + [RolloutNames.Annotation.restartedAt])
            // A mark that came with a copied template says nothing, and goes where a restart is due anyway.
            if owner.tree.value(at: "spec", "template", "metadata", "annotations", RolloutNames.Annotation.movedTo)
                != nil
            {
                patch.set(.null, at: place + [RolloutNames.Annotation.movedTo])
            }
        }
        if let version = owner.resourceVersion { patch.set(.string(version), at: ["metadata", "resourceVersion"]) }
        return patch
    }

    /// The merge patch that takes the marks of a restart off `owner`, based on the version read; nil where there are none.
    ///
    /// It restarts nothing: they are on the workload, not on its template.
    package static func unmarking(_ owner: KubeObject) -> Tree? {
        let marks = [RolloutNames.Annotation.movedTo, RolloutNames.Annotation.restartedAt]
            .filter { owner.annotations[$0] != nil }
        guard !marks.isEmpty else { return nil }
        var patch: Tree = ["metadata": [:]]
        for mark in marks { patch.set(.null, at: ["metadata", "annotations", mark]) }
        if let uid = owner.uid { patch.set(.string(uid), at: ["metadata", "uid"]) }
        if let version = owner.resourceVersion { patch.set(.string(version), at: ["metadata", "resourceVersion"]) }
        return patch
    }

    /// How many pods a workload is to have: `spec.replicas`, of a DaemonSet the nodes that want one.
    package static func replicas(_ owner: KubeObject) -> Int {
        let isPerNode = owner.kind.kind == "DaemonSet"
        let count =
            isPerNode
            ? owner.tree.value(at: "status", "desiredNumberScheduled")?.integer
            : owner.tree.value(at: "spec", "replicas")?.integer
        return Int(min(max(0, count ?? 1), 1_000_000))
    }

    /// How many pods of a workload may be missing at a time while it is restarted, at least 1.
    ///
    /// It is what its controller may take: `maxUnavailable` of the strategy (25% rounded down where a Deployment does not say, 1 where
    /// a StatefulSet or DaemonSet does not), all where the strategy is `Recreate`. A strategy that adds a pod before it takes one counts
    /// as 1 too: each pod is given up in its turn.
    package static func taken(byRestarting owner: KubeObject) -> Int {
        let total = Int64(replicas(owner))
        let spec = owner.tree["spec"]
        func share(_ value: Tree?, or fallback: IntOrString, _ rounding: IntOrString.Rounding) -> Int {
            let most = (value.flatMap { IntOrString($0) } ?? fallback).scaled(of: total, rounding: rounding) ?? 1
            return Int(min(max(1, most), max(1, total)))
        }
        switch owner.kind.kind {
        case "StatefulSet", "DaemonSet":
            return share(spec?.value(at: "updateStrategy", "rollingUpdate", "maxUnavailable"), or: .integer(1), .up)
        case "Rollout":
            return share(spec?.value(at: "strategy", "canary", "maxUnavailable"), or: .string("25%"), .down)
        default:
            if spec?.value(at: "strategy", "type")?.string == "Recreate" { return Int(max(1, total)) }
            return share(spec?.value(at: "strategy", "rollingUpdate", "maxUnavailable"), or: .string("25%"), .down)
        }
    }
}
