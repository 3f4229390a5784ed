package import DataTree
package import KubeAPI
internal import MeshAPI

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

    /// Whether a controller has brought all pods to the template.
    package static func isRolledOut(_ owner: KubeObject) -> Bool {
        let status = owner.tree["status"]
        guard status?["observedGeneration"]?.integer ?? -1 >= owner.generation ?? 0 else { return false }
        if owner.kind.kind == "DaemonSet" {
            let wanted = status?["desiredNumberScheduled"]?.integer ?? 0
            return status?["updatedNumberScheduled"]?.integer ?? 0 >= wanted
        }
        let wanted = owner.tree.value(at: "spec", "replicas")?.integer ?? 1
        let updated = status?["updatedReplicas"]?.integer ?? 0
        let total = status?["replicas"]?.integer ?? 0
        return updated >= wanted && total <= max(updated, wanted)
    }

    /// The merge patch (RFC 7386) that restarts `owner` for a revision, based on the version read.
    ///
    /// A Rollout of Argo is restarted by `spec.restartAt`: a change of its template would begin a canary of its own.
    package static func restart(_ owner: KubeObject, for revision: String, at time: String) -> Tree {
        let marks: Tree = [
            "annotations": [
                RolloutNames.Annotation.movedTo: .string(revision),
                RolloutNames.Annotation.restartedAt: .string(time),
            ]
        ]
        var patch: Tree
        if owner.kind.group == argoRollouts.kind.group {
            patch = ["metadata": marks, "spec": ["restartAt": .string(time)]]
        } else {
            patch = ["spec": ["template": ["metadata": marks]]]
        }
        if let version = owner.resourceVersion { patch.set(.string(version), at: ["metadata", "resourceVersion"]) }
        return patch
    }
}
