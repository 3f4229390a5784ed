internal import KubeAPI
package import MeshAPI
package import MeshBase
package import RolloutEngine

/// How the revisions of a mesh stand, and what is to be rendered of them: a function of the survey and the course.
///
/// It is what is; a decision makes another one of it (``after(_:_:now:)``), whose difference is the record to write.
package struct UpgradeStand: Sendable, Hashable {
    /// Where the mesh is to go.
    package let course: UpgradeCourse
    /// The revisions that are there.
    package let survey: RevisionSurvey
    /// What is written down on each revision, by name.
    package var marks: [String: RevisionMarks] = [:]
    /// The revision being rolled out, with its objects; nil while there is none.
    package var target: RevisionSlot?
    /// Other revisions that stay.
    package var kept: [RevisionSlot] = []
    /// Whether people's commands to a rollout that failed are still there: its record stays until they are taken off.
    private let hasCommands: Bool

    /// Describes how things stand.
    ///
    /// - Parameters:
    ///   - course: where the mesh is to go.
    ///   - survey: the revisions that are there.
    ///   - rules: how long revisions stay.
    ///   - now: the time.
    ///   - hasCommands: whether commands are there that speak of one rollout.
    ///   - isUsed: whether anything refers to a revision.
    package init(
        _ course: UpgradeCourse,
        _ survey: RevisionSurvey,
        rules: UpgradePlan,
        now: Timestamp,
        hasCommands: Bool = false,
        isUsed: (String) -> Bool
    ) {
        self.course = course
        self.hasCommands = hasCommands
        self.survey = survey
        for revision in survey.revisions { marks[revision.slot.name] = revision.marks }
        // A change in place is no hop there is a way back from.
        if survey.stable?.slot.version != course.stable.version { marks[course.stable.name]?.left = nil }
        target = survey.underWay?.slot
        // On the stable one too: who removes what failed by hand has not asked for it to be tried again.
        if let mark = survey.underWay?.marks, let record = mark.record, record.verdict != nil,
            isStillMeant(record, goal: mark.goal)
        {
            marks[course.stable.name]?.failure = record
            marks[course.stable.name]?.goal = mark.goal
        }
        retire(rules, now, isUsed)
    }

    /// The record of the rollout under way or failed.
    ///
    /// One that was given up for another wish than the present one is on its way out, whatever it was given up for.
    package var record: RolloutRecord? {
        if let slot = target, var record = marks[slot.name]?.record {
            if let verdict = record.verdict, !isStillMeant(record, goal: marks[slot.name]?.goal) {
                record.verdict = .init(.superseded, "\(course.goal) is asked for now; before that: \(verdict.message)")
            }
            return record
        }
        guard let failure = marks[course.stable.name]?.failure, isStillMeant(failure, goal: failureGoal) else {
            return nil
        }
        return failure
    }

    /// Whether a failure is written down that says nothing of what is asked for now.
    package var isFailureOver: Bool {
        marks[course.stable.name]?.failure.map { !isStillMeant($0, goal: failureGoal) } ?? false
    }

    private var failureGoal: String? { marks[course.stable.name]?.goal }

    /// Whether a record that was given up speaks of the hop that is next and of what is asked for in the end.
    ///
    /// The same hop on the way to another version is another wish. A wish that is refused changes nothing.
    private func isStillMeant(_ record: RolloutRecord, goal: String?) -> Bool {
        if course.refusal != nil { return true }
        return record.target == wanted && (goal == nil || goal == course.goal)
    }

    /// What the engine is to roll out: the version of the hop, as long as the strategy is to roll out.
    package var wanted: String? { course.target?.version }

    /// The names of the two sides; nil when there is only one.
    package var newName: String? { (target ?? course.target)?.name }

    /// Whether the new revision is being made the stable one.
    package var isPromoting: Bool { target.flatMap { marks[$0.name]?.isPromoting } ?? false }

    /// Whether the mesh has the tag `default`, apart from tags that the spec names: a revision of that name has it, and hands it on.
    package var hasDefaultTag: Bool {
        course.stable.name == RevisionSlot.unnamed || marks[course.stable.name]?.hasDefaultTag == true
    }

    /// The revision that owns what exists once, and whose readiness is the mesh's.
    package var main: RevisionSlot { isPromoting ? target ?? course.stable : course.stable }

    /// Whether nothing moves and nothing has.
    package var isQuiet: Bool {
        target == nil && course.target == nil && survey.kept(besides: course.stable.name).isEmpty
    }

    /// The stand once a decision is written down; the same where a decision writes nothing down.
    package func after(_ decision: RolloutDecision, _ policy: RolloutPolicy, now: Timestamp) -> UpgradeStand {
        var copy = self
        switch decision.action {
        case .begin:
            guard let slot = course.target else { return self }
            copy.target = slot
            copy.kept.removeAll { $0.name == slot.name }
            var mark = RevisionMarks()
            mark.record = RolloutRecord(target: slot.version, began: now, plan: policy.plan(at: -1))
            mark.origin = course.stable.name
            copy.marks[slot.name] = mark
        case .enter(let step):
            guard let slot = target ?? course.target else { return self }
            copy.target = slot
            copy.kept.removeAll { $0.name == slot.name }
            copy.marks[slot.name, default: RevisionMarks()].promoted = nil
            copy.marks[slot.name, default: RevisionMarks()].unused = nil
            copy.marks[slot.name, default: RevisionMarks()].origin = course.stable.name
            copy.marks[slot.name, default: RevisionMarks()].record = RolloutRecord(
                target: slot.version,
                step: step,
                began: now,
                started: marks[slot.name]?.record?.started,
                plan: policy.plan(at: step, after: marks[slot.name]?.record)
            )
        case .condemn(let verdict):
            guard let slot = target, var record = marks[slot.name]?.record else { return self }
            record.verdict = verdict
            record.began = now
            copy.marks[slot.name]?.record = record
            copy.marks[slot.name]?.unused = nil
            copy.marks[slot.name]?.goal = course.goal
        case .finish:
            guard let slot = target else { return self }
            copy.marks[slot.name]?.promoted = now
            copy.marks[slot.name]?.left = course.stable.version
            copy.marks[slot.name]?.hasDefaultTag = hasDefaultTag
        case .restore:
            // Something is away again: it is not of no use yet.
            guard let slot = target, marks[slot.name]?.unused != nil else { return self }
            copy.marks[slot.name]?.unused = nil
        case .rest, .move, .hold, .restored, .block: return self
        }
        return copy
    }

    /// The stand in which the promotion is over: the last write of a hop.
    package func promoted() -> UpgradeStand {
        guard let slot = target else { return self }
        var copy = self
        copy.marks[slot.name]?.record = nil
        return copy
    }

    /// The stand in which a revision that failed, or is not wanted any more, is on its way out; all has moved back.
    ///
    /// A failure of what is still wanted is kept for a look, from when all was back, which is written down; and its record is written
    /// on the stable revision before it goes, so that it is not tried again by itself.
    package func dismissing(rules: UpgradePlan, now: Timestamp) -> UpgradeStand {
        guard let slot = target, let record = marks[slot.name]?.record, record.verdict != nil else { return self }
        var copy = self
        let goal = marks[slot.name]?.goal
        guard isStillMeant(record, goal: goal) else {
            copy.target = nil
            return copy
        }
        guard let unused = marks[slot.name]?.unused else {
            copy.marks[slot.name]?.unused = now
            return copy
        }
        guard now >= unused + rules.retireAfter else { return self }
        // By what is there, and not by what is about to be written.
        if survey[course.stable.name]?.marks.failure == record { copy.target = nil }
        return copy
    }

    /// When a failed revision goes; nil when none is to.
    package func dismissal(rules: UpgradePlan) -> Timestamp? {
        guard let mark = target.flatMap({ marks[$0.name] }), let record = mark.record, record.verdict != nil,
            isStillMeant(record, goal: mark.goal)
        else { return nil }
        return mark.unused.map { $0 + rules.retireAfter }
    }

    // MARK: Retiring

    /// Sorts out the revisions that are neither stable nor under way, and writes down since when nothing uses them.
    private mutating func retire(_ rules: UpgradePlan, _ now: Timestamp, _ isUsed: (String) -> Bool) {
        let stable = course.stable.name
        let isTriedAgain = target.map { marks[$0.name]?.record?.verdict == nil } ?? false
        if marks[stable]?.failure != nil, isTriedAgain || isFailureOver && !hasCommands {
            marks[stable]?.failure = nil
        }
        if marks[stable]?.failure == nil { marks[stable]?.goal = nil }
        for revision in survey.kept(besides: stable) {
            let name = revision.slot.name
            if isUsed(name) {
                marks[name]?.unused = nil
                kept.append(revision.slot)
            } else if revision.hasDeployment {
                let since = revision.marks.unused ?? now
                guard now < since + rules.retireAfter else { continue }
                marks[name]?.unused = since
                kept.append(revision.slot)
            }
        }
    }

    /// When the next unused revision goes; nil when none is to.
    package func retirement(rules: UpgradePlan) -> Timestamp? {
        kept.compactMap { marks[$0.name]?.unused.map { $0 + rules.retireAfter } }.min()
    }
}
