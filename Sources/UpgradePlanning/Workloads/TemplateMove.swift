package import DataTree
package import KubeAPI
internal import MeshAPI

/// The label by which the pods of a workload choose their revision themselves, before and while an upgrade has moved it.
///
/// All marks of a move are on the workload, none on its pod template: given back, the template is what it was, and its controller goes
/// back to the pods it had.
package struct TemplateMove: Sendable, Hashable {
    /// The workload.
    package let owner: KubeObject

    /// Looks at a workload.
    package init(_ owner: KubeObject) {
        self.owner = owner
    }

    /// Whether an upgrade has moved it and not given back, or given up, its own label.
    package var isMoved: Bool { previous != nil }

    /// The revision its pod template names now; nil for none.
    package var name: String? {
        owner.tree.value(at: "spec", "template", "metadata", "labels")?[MeshNames.Label.revision]?.string
    }

    /// The revision it named before an upgrade moved it; nil for none.
    package var original: String? { previous.flatMap { $0.isEmpty ? nil : $0 } }

    private var previous: String? {
        owner.tree.value(at: "metadata", "annotations")?[RolloutNames.Annotation.previousRevision]?.string
    }

    /// The merge patch after which its pods are made anew with `revision`, based on the version read.
    ///
    /// What it named before is kept, unless an earlier move has kept it.
    package func moving(to revision: String, at time: String) -> Tree {
        var patch: Tree = [
            "metadata": [
                "annotations": [
                    RolloutNames.Annotation.movedTo: .string(revision),
                    RolloutNames.Annotation.restartedAt: .string(time),
                ]
            ]
        ]
        if !isMoved {
            patch.set(.string(name ?? ""), at: ["metadata", "annotations", RolloutNames.Annotation.previousRevision])
        }
        patch.set(.string(revision), at: ["spec", "template", "metadata", "labels", MeshNames.Label.revision])
        return based(patch)
    }

    /// The merge patch that gives its own label back, and so makes its pods anew.
    package var restoring: Tree {
        var patch = forgetting
        let original = original
        if original != name {
            let label = original.map { Tree.string($0) } ?? .null
            patch.set(label, at: ["spec", "template", "metadata", "labels", MeshNames.Label.revision])
        }
        return patch
    }

    /// The merge patch that leaves its label as it is and forgets what it was; restarts nothing.
    package var forgetting: Tree {
        based([
            "metadata": [
                "annotations": [
                    RolloutNames.Annotation.movedTo: .null, RolloutNames.Annotation.restartedAt: .null,
                    RolloutNames.Annotation.previousRevision: .null,
                ]
            ]
        ])
    }

    private func based(_ patch: Tree) -> Tree {
        var patch = patch
        if let uid = owner.uid { patch.set(.string(uid), at: ["metadata", "uid"]) }
        if let version = owner.resourceVersion { patch.set(.string(version), at: ["metadata", "resourceVersion"]) }
        return patch
    }
}
