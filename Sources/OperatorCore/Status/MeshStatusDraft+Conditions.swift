internal import DataTree
internal import FieldOwnership
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import MeshBase
internal import RolloutControl

extension MeshStatusDraft {
    func setConditions(_ status: inout MeshOperatorStatus) {
        setPaused(&status)
        guard plan.stage != .paused else {
            let held = PausedReadiness(
                status,
                observation,
                drift: drift,
                isMoving: upgrade.map { $0.state != .none } ?? false,
                isDeleting: resource.isDeleting
            )
            let (state, reason, message) = HeldDrift.verdict(drift)
            set(.reconciled, state, reason, message, &status)
            setInjection(&status)
            set(.progressing, .no, .paused, "spec.paused is set: nothing goes on until it is unset", &status)
            if held.isDegraded, let broken = held.broken {
                set(.degraded, .yes, .workloadsNotReady, broken, &status)
            } else {
                set(.degraded, .no, .paused, "", &status)
            }
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
            let reason: MeshConditionReason = resource.isDeleting ? .deletionPaused : .paused
            set(.paused, .yes, reason, PausedReadiness.note(isDeleting: resource.isDeleting), &status)
        } else {
            set(.paused, .no, .notPaused, "", &status)
        }
    }

    private func setPreflight(_ status: inout MeshOperatorStatus) {
        switch plan.stage {
        case .refused(let refusal): set(.preflight, .no, refusal.reason, refusal.message, &status)
        case .invalid(let message, _): set(.preflight, .no, .invalidSpec, message, &status)
        case .removing, .removed, .inUse, .paused: break
        case .notOwned, .working, .stuck, .settled:
            let fits = "version \(intent?.version ?? "") fits this cluster"
            set(.preflight, .yes, .checksPassed, ([fits] + (blueprint?.notes ?? [])).joined(separator: "; "), &status)
        }
    }

    private func setReady(_ status: inout MeshOperatorStatus) {
        let version = intent?.version ?? ""
        switch plan.stage {
        case .settled where failures.isEmpty && blueprint?.isEmpty == true:
            let profile = resource.tree.value(at: "spec", "profile")?.string ?? MeshNames.defaultProfile
            set(.ready, .yes, .asDesired, "profile \(profile) renders no object: nothing is installed", &status)
        case .settled where failures.isEmpty && LeftAlone(self).obstacle != nil:
            set(.ready, .no, .objectsIgnored, LeftAlone(self).obstacle ?? "", &status)
        case .settled where failures.isEmpty:
            let conflicts = conflictTexts.isEmpty ? nil : StageText.joined(conflictTexts)
            let forbidden = ForbiddenNote.message(obstacles)
            let reason: MeshConditionReason =
                conflicts != nil ? .fieldConflict : forbidden != nil ? .forbidden : .asDesired
            let total = observation.usage.pods.count
            let late =
                behind == 0
                ? nil
                : "\(behind) of \(total) proxies "
                    + (behind == 1
                        ? "has another version until its workload is restarted"
                        : "have another version until their workloads are restarted")
            let words = ["version \(version) is up", late, conflicts, forbidden, LeftAlone(self).note]
            set(.ready, .yes, reason, words.compactMap(\.self).joined(separator: "; but "), &status)
        case .settled: set(.ready, .no, failureReason, failureText, &status)
        case .working where failures.contains(where: \.isBlocking), .removing where !failures.isEmpty:
            set(.ready, .no, failureReason, failureText, &status)
        case .working(let awaited): set(.ready, .no, workReason, awaited, &status)
        default:
            let (reason, message) = StageText(stage: plan.stage).told
            set(.ready, .no, reason, message + (StandingMesh(of: self)?.note ?? ""), &status)
        }
    }

    private func setReconciled(_ status: inout MeshOperatorStatus) {
        let conflicts = conflictTexts
        switch plan.stage {
        case _ where !(failures + obstacles).isEmpty: set(.reconciled, .no, failureReason, failureText, &status)
        case _ where !conflicts.isEmpty: set(.reconciled, .no, .fieldConflict, StageText.joined(conflicts), &status)
        case .settled where LeftAlone(self).obstacle != nil:
            set(.reconciled, .no, .objectsIgnored, LeftAlone(self).note ?? "", &status)
        case .settled:
            let message = blueprint?.isEmpty == true ? "no object is rendered, and none is there" : HeldDrift.none
            let words = ([message] + LeftAlone.texts(of: self)).joined(separator: "; ")
            set(.reconciled, .yes, .asDesired, words, &status)
        case .working(let awaited): set(.reconciled, .no, .applying, awaited, &status)
        default:
            let (reason, message) = obstacle
            set(.reconciled, .no, reason, message, &status)
        }
    }

    private func setProgressing(_ status: inout MeshOperatorStatus) {
        switch plan.stage {
        case .settled where LeftAlone(self).obstacle != nil: set(.progressing, .no, .objectsIgnored, "", &status)
        case .settled: set(.progressing, .no, .asDesired, "", &status)
        case .working where failures.contains(where: \.isBlocking):
            set(.progressing, .no, failureReason, "an object was refused; the condition Degraded says which", &status)
        case .working(let awaited) where plan.lacksPods(observation):
            set(.progressing, .no, .workloadsNotReady, awaited, &status)
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
        case _ where !conflicts.isEmpty: set(.degraded, .yes, .fieldConflict, StageText.joined(conflicts), &status)
        case .settled where LeftAlone(self).obstacle != nil:
            set(.degraded, .yes, .objectsIgnored, LeftAlone(self).obstacle ?? "", &status)
        case .settled, .removing, .removed: set(.degraded, .no, .asDesired, "", &status)
        case .working(let awaited):
            if status.phase == .degraded || !plan.troubles.isEmpty {
                set(.degraded, .yes, .workloadsNotReady, awaited, &status)
            } else {
                set(.degraded, .no, .applying, "", &status)
            }
        default:
            let (reason, message) = obstacle
            set(.degraded, .yes, reason, message + (StandingMesh(of: self)?.note ?? ""), &status)
        }
    }

    private func setInjection(_ status: inout MeshOperatorStatus) {
        switch plan.stage {
        case .removing, .removed: set(.injectionReady, .no, .deleting, "", &status)
        // What is wanted is not known, so what is there has to tell.
        case _ where plan.stage.isStanding && drift == nil:
            guard let standing = StandingMesh(of: self), !standing.isEmpty || status.condition(.injectionReady) != nil
            else { return }
            let (state, reason, message) = standing.injection.told
            set(.injectionReady, state, reason, message, &status)
        case .invalid, .refused, .notOwned, .inUse: return
        case .working, .stuck, .settled, .paused:
            let parts = blueprint.map { MeshParts(blueprint: $0, plan: plan, observation: observation) }
            let injectors = drift?.injectors ?? parts?.injectors ?? []
            let live = observation.ours(manager: MeshPlanner.manager)
            var readiness = InjectionReadiness.of(live, controlPlane: injectors) { id in
                observation.live[id] == nil && blueprint?.components[id] != nil
            }
            if readiness == .ready, let rival = plan.rivals.first {
                readiness = .narrowed("\(rival); from which of the two these get it is chance: remove one")
            }
            var (state, reason, message) = readiness.told
            if let lacking = observation.usage.lackingSummary {
                message += "; \(lacking)"
                if state == .yes { reason = .sidecarsMissing }
            }
            set(.injectionReady, state, reason, message, &status)
        }
    }

    /// Conditions that are there only while they hold.
    private func setMarks(_ status: inout MeshOperatorStatus) {
        let conflicts = conflictTexts
        mark(ForbiddenNote.conditionType, ForbiddenNote.message(failures + obstacles).map { (.forbidden, $0) }, &status)
        let issues = RolloutCommands(annotations: resource.annotations).issues
        let unreadable = MeshConditionReason.commandUnreadable
        mark(unreadable.rawValue, issues.isEmpty ? nil : (unreadable, StageText.joined(issues)), &status)
        mark(Self.fieldConflict, conflicts.isEmpty ? nil : (.fieldConflict, StageText.joined(conflicts)), &status)
        if case .notOwned = plan.stage {
            mark(MeshConditionReason.notOurs.rawValue, StageText(stage: plan.stage).full, &status)
        } else {
            mark(MeshConditionReason.notOurs.rawValue, nil, &status)
        }
    }

    // MARK: Words

    private var obstacle: (reason: MeshConditionReason, message: String) { StageText(stage: plan.stage).short }

    private var workReason: MeshConditionReason {
        guard let intent else { return .applying }
        return otherVersions(than: intent.version).isEmpty ? .waitingForWorkloads : .upgrading
    }

    private var conflictTexts: [String] {
        var texts: [String] = []
        for yield in plan.yields { texts.append(yield.contest.note(isLasting: yield.until == nil)) }
        for contest in plan.contests where !plan.yields.contains(where: { $0.contest == contest }) {
            texts.append(contest.note(isLasting: false))
        }
        for failure in failures { texts += failure.fieldConflicts.map { "\(failure.id) \($0)" } }
        // Labels that were taken off are one thing, however many they are.
        var told: Set<String> = []
        return texts.filter { told.insert($0).inserted }
    }

    private var failureReason: MeshConditionReason {
        if failures.contains(where: { !$0.fieldConflicts.isEmpty }) { return .fieldConflict }
        return (failures + obstacles).contains { $0.error.code == .forbidden } ? .forbidden : .applyRefused
    }

    private var failureText: String {
        let words = RefusalText(resource: resource, blueprint: blueprint)
        let text = StageText.joined((failures + obstacles).map(words.text))
        guard failureReason == .applyRefused else { return text }
        return text
            + "; \(words.remedy(failures + obstacles)): it is tried again with the spec's next change, "
            + "and by itself, less and less often"
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

extension RewriteHistory.Contest {
    /// What is said of it to people.
    ///
    /// - Parameter isLasting: whether the other has a claim that is left to it; else the field is put back now and then, and may be as
    ///   rendered at this moment.
    /// - Returns: the words.
    fileprivate func note(isLasting: Bool) -> String {
        let often = "\(RewriteHistory.limit) times or more within 10 minutes"
        // Nothing of a deleted object says who deleted it.
        if place == .root {
            return "\(id) was deleted \(often), so it is made anew more and more "
                + "seldom; see in the API server's audit log who does that"
        }
        return isLasting
            ? "\(id) field \(place) is kept by manager \(manager)"
            : "\(id) field \(place) was changed by manager \(manager) \(often), so it is put back at most once a minute"
    }
}

extension InjectionReadiness {
    /// What the condition InjectionReady says of it.
    fileprivate var told: (MeshCondition.State, MeshConditionReason, String) {
        switch self {
        case .ready: (.yes, .webhooksReady, "new pods get a sidecar")
        case .notInstalled: (.no, .notInstalled, "no webhook of this mesh injects")
        case .notReady(let why): (.no, .webhooksNotReady, why)
        case .narrowed(let how): (.unknown, .fieldConflict, how)
        }
    }
}
