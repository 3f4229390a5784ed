internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import MeshBase

extension MeshStatusDraft {
    func setConditions(_ status: inout MeshOperatorStatus) {
        setPaused(&status)
        guard plan.stage != .paused else {
            let held = PausedReadiness(status.condition(.ready), observation.ours(manager: MeshPlanner.manager))
            set(.progressing, .no, .paused, "spec.paused is set: nothing goes on until it is unset", &status)
            return set(.ready, held.isReady ? .yes : .no, .paused, held.message, &status)
        }
        setPreflight(&status)
        setReady(&status)
        setReconciled(&status)
        setProgressing(&status)
        setDegraded(&status)
        setInjection(&status)
        setMarks(&status)
    }

    // MARK: One condition each

    private func setPaused(_ status: inout MeshOperatorStatus) {
        if plan.stage == .paused {
            set(.paused, .yes, .paused, "spec.paused is set: nothing is written until it is unset", &status)
        } else {
            set(.paused, .no, .notPaused, "", &status)
        }
    }

    private func setPreflight(_ status: inout MeshOperatorStatus) {
        switch plan.stage {
        case .refused(let refusal): set(.preflight, .no, refusal.reason, refusal.message, &status)
        case .invalid(let message): set(.preflight, .no, .invalidSpec, message, &status)
        case .removing, .removed, .inUse, .paused: break
        case .notOwned, .working, .stuck, .settled:
            let fits = "version \(intent?.version ?? "") fits this cluster"
            set(.preflight, .yes, .checksPassed, ([fits] + (blueprint?.notes ?? [])).joined(separator: "; "), &status)
        }
    }

    private func setReady(_ status: inout MeshOperatorStatus) {
        let version = intent?.version ?? ""
        switch plan.stage {
        case .settled where failures.isEmpty:
            let conflicts = conflictTexts.isEmpty ? nil : Self.joined(conflictTexts)
            let forbidden = ForbiddenNote.message(obstacles)
            let reason: MeshConditionReason =
                conflicts != nil ? .fieldConflict : forbidden != nil ? .forbidden : .asDesired
            let words = ["version \(version) is up", conflicts, forbidden].compactMap(\.self)
            set(.ready, .yes, reason, words.joined(separator: "; but "), &status)
        case .settled: set(.ready, .no, failureReason, failureText, &status)
        case .working(let awaited): set(.ready, .no, workReason, awaited, &status)
        default:
            let (reason, message) = obstacle
            set(.ready, .no, reason, message, &status)
        }
    }

    private func setReconciled(_ status: inout MeshOperatorStatus) {
        let conflicts = conflictTexts
        switch plan.stage {
        case _ where !(failures + obstacles).isEmpty: set(.reconciled, .no, failureReason, failureText, &status)
        case _ where !conflicts.isEmpty: set(.reconciled, .no, .fieldConflict, Self.joined(conflicts), &status)
        case .settled: set(.reconciled, .yes, .asDesired, "all objects are as rendered", &status)
        case .working(let awaited): set(.reconciled, .no, .applying, awaited, &status)
        default:
            let (reason, message) = obstacle
            set(.reconciled, .no, reason, message, &status)
        }
    }

    private func setProgressing(_ status: inout MeshOperatorStatus) {
        switch plan.stage {
        case .settled: set(.progressing, .no, .asDesired, "", &status)
        case .working(let awaited): set(.progressing, .yes, workReason, awaited, &status)
        case .removing(let awaited): set(.progressing, .yes, .deleting, awaited, &status)
        case .removed: set(.progressing, .yes, .deleting, "all objects are gone", &status)
        default:
            let (reason, message) = obstacle
            set(.progressing, .no, reason, message, &status)
        }
    }

    private func setDegraded(_ status: inout MeshOperatorStatus) {
        let conflicts = conflictTexts
        switch plan.stage {
        case _ where !(failures + obstacles).isEmpty: set(.degraded, .yes, failureReason, failureText, &status)
        case _ where !conflicts.isEmpty: set(.degraded, .yes, .fieldConflict, Self.joined(conflicts), &status)
        case .settled, .removing, .removed: set(.degraded, .no, .asDesired, "", &status)
        case .working(let awaited):
            if status.phase == .degraded {
                set(.degraded, .yes, .workloadsNotReady, awaited, &status)
            } else {
                set(.degraded, .no, .applying, "", &status)
            }
        default:
            let (reason, message) = obstacle
            set(.degraded, .yes, reason, message, &status)
        }
    }

    private func setInjection(_ status: inout MeshOperatorStatus) {
        switch plan.stage {
        case .removing, .removed: set(.injectionReady, .no, .deleting, "", &status)
        case .invalid, .refused, .notOwned, .inUse, .paused: return
        case .working, .stuck, .settled:
            let live = observation.ours(manager: MeshPlanner.manager)
            let parts = blueprint.map { MeshParts(blueprint: $0, plan: plan, observation: observation) }
            switch InjectionReadiness.of(live, controlPlane: parts?.controlPlane ?? []) {
            case .ready: set(.injectionReady, .yes, .webhooksReady, "new pods get a sidecar", &status)
            case .notInstalled: set(.injectionReady, .no, .notInstalled, "no webhook of this mesh injects", &status)
            case .notReady(let why): set(.injectionReady, .no, .webhooksNotReady, why, &status)
            }
        }
    }

    /// Conditions that are there only while they hold.
    private func setMarks(_ status: inout MeshOperatorStatus) {
        let conflicts = conflictTexts
        mark(ForbiddenNote.conditionType, ForbiddenNote.message(failures + obstacles).map { (.forbidden, $0) }, &status)
        mark(Self.fieldConflict, conflicts.isEmpty ? nil : (.fieldConflict, Self.joined(conflicts)), &status)
        if case .notOwned = plan.stage {
            mark(MeshConditionReason.notOurs.rawValue, obstacle, &status)
        } else {
            mark(MeshConditionReason.notOurs.rawValue, nil, &status)
        }
    }

    // MARK: Words

    /// What keeps the mesh from being worked on.
    private var obstacle: (reason: MeshConditionReason, message: String) {
        switch plan.stage {
        case .invalid(let message): (.invalidSpec, message)
        case .refused(let refusal): (refusal.reason, refusal.message)
        case .notOwned(let objects) where objects.contains { $0.hasSuffix(MeshPlanner.keptByAnother) }:
            (
                .notOurs,
                Self.joined(objects)
                    + "; give one of the two MeshOperators another revision or namespace, or delete one"
            )
        case .notOwned(let objects):
            (
                .notOurs,
                Self.joined(objects) + "; delete or rename what is in the way, or set spec.adopt: true to take it over"
            )
        case .stuck(let why): (.workloadsNotReady, why)
        case .inUse(let users):
            (
                .inUse,
                "\(users) use this mesh; move them away, or set spec.teardown.inUse: Remove to remove it all the same"
            )
        case .removing(let awaited): (.deleting, awaited)
        case .removed: (.deleting, "all objects are gone")
        case .paused: (.paused, "spec.paused is set")
        case .working(let awaited): (.applying, awaited)
        case .settled: (.asDesired, "")
        }
    }

    private var workReason: MeshConditionReason {
        guard let intent else { return .applying }
        return otherVersions(than: intent.version).isEmpty ? .waitingForWorkloads : .upgrading
    }

    private var conflictTexts: [String] {
        var texts: [String] = []
        for yield in plan.yields { texts.append(Self.text(yield.contest)) }
        for contest in plan.contests where !plan.yields.contains(where: { $0.contest == contest }) {
            texts.append(Self.text(contest))
        }
        for failure in failures { texts += failure.fieldConflicts.map { "\(failure.id) \($0)" } }
        return texts
    }

    private static func text(_ contest: RewriteHistory.Contest) -> String {
        contest.place == .root
            ? "\(contest.id) keeps being deleted by \(contest.manager)"
            : "\(contest.id) field \(contest.place) is kept by manager \(contest.manager)"
    }

    private var failureReason: MeshConditionReason {
        if failures.contains(where: { !$0.fieldConflicts.isEmpty }) { return .fieldConflict }
        return (failures + obstacles).contains { $0.error.code == .forbidden } ? .forbidden : .applyRefused
    }

    private var failureText: String {
        Self.joined((failures + obstacles).map { "\($0.id): \($0.error.status?.message ?? $0.error.message)" })
    }

    /// The first few of `texts`, within what a condition's message may hold.
    private static func joined(_ texts: [String]) -> String {
        let shown = texts.prefix(5).map { String($0.prefix(1_000)) }.joined(separator: "; ")
        return texts.count > 5 ? "\(shown); and \(texts.count - 5) more" : shown
    }

    // MARK: Setting

    private func set(
        _ type: MeshConditionType,
        _ state: MeshCondition.State,
        _ reason: MeshConditionReason,
        _ message: String,
        _ status: inout MeshOperatorStatus
    ) {
        status.set(MeshCondition(type, state, reason, message, generation: generation, at: now.rfc3339))
    }

    private func mark(
        _ type: String,
        _ finding: (reason: MeshConditionReason, message: String)?,
        _ status: inout MeshOperatorStatus
    ) {
        guard let finding else {
            status.conditions.removeAll { $0.type == type }
            return
        }
        var condition = MeshCondition(
            .degraded,
            .yes,
            finding.reason,
            finding.message,
            generation: generation,
            at: now.rfc3339
        )
        condition.type = type
        status.set(condition)
    }
}
