package import KubeAPI

/// Names that are part of the MeshRollout API, and of the way people steer upgrades.
package enum RolloutNames {
    /// The kind as objects carry it.
    package static let kind = GroupVersionKind(
        group: MeshNames.group,
        version: MeshNames.version,
        kind: "MeshRollout"
    )
    /// How MeshRollouts are reached; they are namespaced.
    package static let resource = APIResource(kind: kind, plural: "meshrollouts", isNamespaced: true)
    /// The finalizer that holds a MeshRollout until what it changed is as it was.
    package static let finalizer = "meshoperator.io/rollout-cleanup"
    /// The type of the condition, and the reason of the Event, of a MeshRollout that went back and whose routes stay with the side that
    /// serves until the failed version is down.
    package static let shielded = "Shielded"
    /// In the node selector of a DaemonSet that was replaced: a label that no node has, which takes it off all nodes.
    ///
    /// The operator writes a digest of the template as the value, and takes it off once the template is another one. Any other value is
    /// a person's, and stays.
    package static let parking = "meshoperator.io/scaled-down"

    /// The command that has a DaemonSet run again that was taken off all nodes.
    package static func unparking(_ name: String, in namespace: String?) -> String {
        let patch = #"{"spec":{"template":{"spec":{"nodeSelector":{"\#(parking)":null}}}}}"#
        return "kubectl patch daemonset/\(name)\(namespace.map { " -n \($0)" } ?? "") --type merge -p '\(patch)'"
    }

    /// Annotations by which people steer a MeshRollout, or the upgrade of a MeshOperator; `meshctl rollout` sets them.
    package enum Command {
        /// `true` keeps the rollout where it is.
        package static let pause = "meshoperator.io/rollout-pause"
        /// The steps approved, counted from 1 and separated by commas; `1,2@TARGET` means those of one target alone.
        package static let approve = "meshoperator.io/rollout-approve"
        /// The step whose hold is passed over, counted from 1; `full` passes over all holds, approvals and gates; `@TARGET` as above.
        package static let promote = "meshoperator.io/rollout-promote"
        /// Why everything is to go back; `WHY @@TARGET` means the rollout of one target alone.
        package static let abort = "meshoperator.io/rollout-abort"
        /// What stands before the target in ``abort``.
        package static let abortTargetSign = "@@"
        /// What an abort is told that comes while the new revision of a mesh is being made the stable one.
        package static let lateAbort = "that is not aborted any more: once it is over, `meshctl rollout undo` goes back"
        /// A time; a rollout that failed before it starts anew.
        package static let retry = "meshoperator.io/rollout-retry"
        /// All of them.
        package static let all = [pause, approve, promote, abort, retry]
    }

    /// Annotations on objects a rollout changes.
    package enum Annotation {
        /// What is written down about the rollout: target, step, when it began, verdict (JSON).
        package static let record = "meshoperator.io/rollout"
        /// The parts of the object as they were before the rollout (JSON).
        package static let original = "meshoperator.io/rollout-original"
        /// The MeshRollout that changes the object, as `namespace/name`.
        package static let holder = "meshoperator.io/rollout-holder"
        /// On a VirtualService: the namespaces, separated by commas, whose MeshRollouts may change it besides its own's; `*` for all.
        package static let allowedFrom = "meshoperator.io/allow-rollouts-from"
        /// On a MeshRollout: the version that serves since the last promotion, and since when (JSON).
        package static let serving = "meshoperator.io/rollout-serving"
        /// On a namespace, or a workload whose pod template has the label: the value of `istio.io/rev` before it was moved, empty for
        /// none.
        package static let previousRevision = "meshoperator.io/previous-revision"
        /// On a workload or its pods: `false` keeps the operator from restarting it.
        package static let restart = "meshoperator.io/restart"
        /// On a workload: the revision the operator restarted it for last.
        package static let movedTo = "meshoperator.io/moved-to"
        /// On a workload and its pod template: when the operator restarted it last.
        package static let restartedAt = "meshoperator.io/restarted-at"
    }
}
