internal import KubeAPI
package import ManifestRendering
package import MeshAPI
internal import MeshBase
internal import RolloutEngine
package import UpgradePlanning

/// Where a mesh is to go next: a function of what is asked for and of the revisions that are there.
package struct UpgradeCourse: Sendable, Hashable {
    /// What a course depends on besides the revisions.
    package struct Wish: Sendable {
        /// What is asked for.
        package var spec: MeshOperatorSpec
        /// The version asked for.
        package var version: String
        /// The annotations of the MeshOperator.
        package var annotations: [String: String] = [:]
        /// The versions there are.
        package var catalogue: VersionCatalogue
        /// The cluster's version, nil while not known.
        package var kubernetes: String?
        /// The day, `2026-11-21`.
        package var day: String
        /// The revisions and tags of others in the cluster, of which a new revision takes none.
        package var namesOfOthers: Set<String> = []
        /// The versions that other meshes are yet to pass, of MeshOperators that choose a name before this one.
        package var comingFirst: [ClosedRange<MeshVersion>] = []

        /// Describes a wish.
        package init(_ spec: MeshOperatorSpec, version: String, catalogue: VersionCatalogue, day: String) {
            self.spec = spec
            self.version = version
            self.catalogue = catalogue
            self.day = day
        }
    }

    /// The revision that serves what has not moved, and the version it is to have.
    package var stable: RevisionSlot
    /// The revision of the present hop; nil when the stable one is what is asked for.
    package var target: RevisionSlot?
    /// The way; nil when there, or when it is refused.
    package var plan: HopPlan?
    /// The version asked for in the end.
    package let goal: String
    /// Why the way asked for is not gone.
    package var refusal: HopRefusal?
    /// The versions on the way, the last being the one asked for; empty when there.
    package var hops: [String] { plan?.versions ?? [] }

    /// Finds the course.
    package init(_ wish: Wish, _ survey: RevisionSurvey) {
        goal = wish.version
        let first = RevisionSlot(name: wish.spec.revision ?? "default", version: wish.version)
        guard let stable = survey.stable else {
            self.stable = first
            return
        }
        let isLasting = stable.marks.promoted != nil || survey.underWay != nil
        // A mesh whose control plane was never up has nothing to be moved away from; one whose istiod was deleted has.
        let isCanary = wish.spec.upgrade.strategy == .canary && (stable.isInUse || survey.underWay != nil)
        guard isCanary || survey.underWay != nil, stable.slot.version != wish.version || survey.underWay != nil else {
            // In place, or no other version: the names stay what the spec says unless a rollout has given another one.
            self.stable = isLasting ? RevisionSlot(name: stable.slot.name, version: wish.version) : first
            return
        }
        self.stable = stable.slot
        // A rollout that is under way when the strategy becomes InPlace goes back first.
        guard isCanary else { return }
        let decision = Self.planner(wish, survey, stable).decide(wish.version)
        refusal = decision.refusal
        plan = decision.plan
        if let next = hops.first {
            target = Self.slot(for: next, isLast: hops.count == 1, wish, survey)
        } else if refusal != nil, let underWay = survey.underWay {
            // A way that is refused ends no rollout: it stays where it is until the wish makes sense.
            target = underWay.slot
        }
    }

    private static func planner(_ wish: Wish, _ survey: RevisionSurvey, _ stable: ControlPlaneRevision) -> HopPlanner {
        var situation = HopSituation(day: wish.day)
        situation.kubernetes = wish.kubernetes
        situation.running = [stable.slot.version]
        if let underWay = survey.underWay, underWay.marks.record?.verdict == nil {
            situation.running.append(underWay.slot.version)
            situation.underWay = underWay.slot.version
        }
        // One control plane is the way back, as long as it is there: kept, or as what going back has failed to.
        let left = stable.marks.left
        situation.justLeft = survey.revisions.contains { $0.isInUse && $0.slot.version == left } ? left : nil
        return HopPlanner(
            catalogue: wish.catalogue,
            situation: situation,
            rules: HopRules(wish.spec.upgrade, annotations: wish.annotations)
        )
    }

    /// The revision for a version: one that is there already, or a new one under a free name.
    private static func slot(for version: String, isLast: Bool, _ wish: Wish, _ survey: RevisionSurvey) -> RevisionSlot
    {
        let others = survey.revisions.filter { revision in
            revision.slot.name != survey.stable?.slot.name
                && (revision.isInUse || !wish.namesOfOthers.contains(revision.slot.name))
        }
        return RevisionNaming.slot(
            for: version,
            asked: isLast ? wish.spec.revision : nil,
            others: others.map(\.slot),
            taken: Set(survey.revisions.map(\.slot.name)),
            foreign: wish.namesOfOthers,
            passing: MeshVersion(version).map { version in wish.comingFirst.count { $0.contains(version) } } ?? 0
        )
    }
}

extension RevisionSurvey {
    /// The revisions that are neither under way nor the one that is to be the stable one: after a change of `spec.revision` the one
    /// that was.
    package func kept(besides stable: String?) -> [ControlPlaneRevision] {
        revisions.filter { $0.slot.name != stable && $0.slot.name != underWay?.slot.name }
    }
}
