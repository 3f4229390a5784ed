internal import KubeAPI
internal import MeshAPI
package import MeshBase
internal import RolloutControl
package import RolloutEngine
internal import UpgradePlanning

/// What is written down about a revision on its istiod Deployment, in annotations that are part of what the operator applies.
///
/// They tell which revision is the stable one, how far an upgrade is, and how long a revision has been of no use. Nothing of this
/// is ever read from a status.
package struct RevisionMarks: Sendable, Hashable {
    /// The annotation with the time since which nothing uses a revision.
    package static let unusedAnnotation = "meshoperator.io/unused-since"
    /// The annotation, on the stable revision, with the record of an upgrade that failed and whose revision is gone.
    package static let failureAnnotation = "meshoperator.io/rollout-failure"
    /// The annotation, beside a record that is given up or has failed, with the version that was asked for in the end at that time.
    package static let goalAnnotation = "meshoperator.io/rollout-goal"
    /// The annotation, beside a record, with the name of the revision that the rollout leads away from.
    package static let originAnnotation = "meshoperator.io/rollout-origin"
    /// The annotation, on the stable revision, that says `true` where the mesh has the tag `default`.
    package static let defaultTagAnnotation = "meshoperator.io/default-tag"

    /// The rollout to this revision, while it is under way.
    package var record: RolloutRecord?
    /// The revision it leads away from, written down with the record: whatever names the spec gives later, that one is the stable one.
    package var origin: String?
    /// When it became the stable one; nil for a revision that was installed as the first.
    package var promoted: Timestamp?
    /// The version that was the stable one before it, written down with ``promoted``: the only one there is a way back to.
    package var left: String?
    /// Since when nothing uses it.
    package var unused: Timestamp?
    /// A rollout away from this revision that failed.
    package var failure: RolloutRecord?
    /// What was asked for in the end when the record was given up, or that of the failure: a verdict is about that wish; nil where
    /// nobody wrote it down.
    package var goal: String?

    /// Whether the tag `default` is to lead to it as long as it is the stable one.
    package var hasDefaultTag = false

    /// Nothing is written down.
    package init() {}

    /// Reads annotations; what cannot be read counts as not written.
    package init(reading annotations: [String: String]) {
        record = RecordText.read(annotations[RolloutNames.Annotation.record])
        origin = annotations[Self.originAnnotation]
        promoted = annotations[HopSituation.promotedAnnotation].flatMap { Timestamp(rfc3339: $0) }
        left = annotations[HopSituation.leftAnnotation]
        unused = annotations[Self.unusedAnnotation].flatMap { Timestamp(rfc3339: $0) }
        failure = RecordText.read(annotations[Self.failureAnnotation])
        goal = annotations[Self.goalAnnotation].flatMap { $0.isEmpty ? nil : $0 }
        hasDefaultTag = annotations[Self.defaultTagAnnotation] == "true"
    }

    /// The marks as annotations.
    package var annotations: [String: String] {
        var result: [String: String] = [:]
        if let record { result[RolloutNames.Annotation.record] = RecordText.write(record) }
        if let origin, record != nil { result[Self.originAnnotation] = origin }
        if let promoted { result[HopSituation.promotedAnnotation] = promoted.rfc3339Micro }
        if let left { result[HopSituation.leftAnnotation] = left }
        if let unused { result[Self.unusedAnnotation] = unused.rfc3339Micro }
        if let failure { result[Self.failureAnnotation] = RecordText.write(failure) }
        if let goal, record?.verdict != nil || failure != nil { result[Self.goalAnnotation] = goal }
        if hasDefaultTag { result[Self.defaultTagAnnotation] = "true" }
        return result
    }

    /// What the mesh has become, which is written on the revision's ConfigMap too: a Deployment that is deleted takes along what is on it.
    package var lasting: RevisionMarks {
        var result = RevisionMarks()
        (result.promoted, result.left, result.hasDefaultTag) = (promoted, left, hasDefaultTag)
        (result.failure, result.goal) = (failure, goal)
        if isPromoting { (result.record, result.origin) = (record, origin) }
        return result
    }

    /// Takes over what is written down on the ConfigMap, where the Deployment is not there or somebody took it off.
    ///
    /// What a rollout takes back at its begin may still be on it, if the operator ended in between: beside a record it does not count.
    mutating func complete(from copy: RevisionMarks, hasDeployment: Bool) {
        guard hasDeployment else {
            self = copy
            return
        }
        guard record == nil, let since = copy.promoted, promoted == nil || promoted == since else { return }
        if promoted == nil { (promoted, left) = (since, copy.left) }
        hasDefaultTag = hasDefaultTag || copy.hasDefaultTag
    }

    /// Whether all has moved and the revision is being made the stable one: then nothing turns it back any more.
    package var isPromoting: Bool { record != nil && record?.verdict == nil && promoted != nil }
}

extension MeshBlueprint {
    /// The blueprint with marks on the istiod Deployments of revisions and their ConfigMaps, by the name of the revision.
    package func marked(_ marks: [String: RevisionMarks]) -> MeshBlueprint {
        var result = self
        for phase in result.phases.indices {
            for index in result.phases[phase].indices {
                let object = result.phases[phase][index]
                let isCopy = ControlPlaneRevision.isConfiguration(object)
                guard isCopy || ControlPlaneRevision.isControlPlane(object),
                    let mark = marks[ControlPlaneRevision.name(of: object)]
                else { continue }
                let marks = isCopy ? mark.lasting : mark
                result.phases[phase][index].annotations.merge(marks.annotations) { _, new in new }
            }
        }
        return result
    }
}
