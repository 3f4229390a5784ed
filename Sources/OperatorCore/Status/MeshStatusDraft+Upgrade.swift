internal import KubeAPI
internal import MeshAPI
internal import MeshBase
internal import RolloutEngine
internal import UpgradePlanning

extension UpgradeReport {
    /// Where the upgrade is.
    enum State: Sendable, Hashable {
        /// There is none.
        case none
        /// The new revision comes up or takes over, step by step.
        case moving
        /// All has moved; the new revision becomes the stable one.
        case promoting
        /// Everything goes back.
        case returning
        /// Everything is back, for this reason.
        case returned(RolloutRecord.Verdict)
        /// A person has to decide about a failure.
        case failed(RolloutRecord.Verdict)
        /// A check keeps it from starting.
        case refused
    }

    /// Where the upgrade is.
    var state: State {
        let stand = scene.stand
        if stand.isPromoting { return .promoting }
        if let verdict = observation.record?.verdict {
            switch decision.action {
            case .restored: return .returned(verdict)
            case .block: return .failed(verdict)
            default: return .returning
            }
        }
        guard stand.target != nil || stand.course.target != nil else { return .none }
        return decision.action == .block ? .refused : .moving
    }

    /// The revision everything moves to, nil while nothing does.
    var newName: String? { state == .none ? nil : scene.stand.newName }

    /// How many pods run with each revision, and in all.
    var pods: (perRevision: [String: Int], total: Int)? {
        guard let counts = scene.crowd?.inventory.podsPerRevision else { return nil }
        return (counts, counts.values.reduce(0, +))
    }

    /// What it waits for, from where to where, for people.
    var message: String {
        let stand = scene.stand
        let way = "\(stand.course.stable.version) -> \(stand.wanted ?? observation.record?.target ?? "")"
        let place = progress.step > 0 ? ", step \(progress.step) of \(progress.steps)" : ""
        let since = progress.since.map { " (since \($0))" } ?? ""
        let refused = stand.course.refusal.map { "; spec.version is not followed: \($0.description)" } ?? ""
        return "\(way)\(place): \(progress.waitingFor)\(since)\(refused)"
    }
}

/// What an upgrade adds to a status.
extension MeshStatusDraft {
    /// Writes down revisions, plan, shares and conditions of an upgrade, where there is one or more than one revision.
    func addUpgrade(_ status: inout MeshOperatorStatus) {
        guard let upgrade, let blueprint else { return }
        let stand = upgrade.scene.stand
        guard !stand.isQuiet || stand.marks[stand.course.stable.name]?.promoted != nil else { return }
        addRevisions(upgrade, blueprint, &status)
        guard upgrade.state != .none else { return }
        var way = MeshOperatorStatus.Plan()
        way.hops = stand.course.hops
        way.progress = upgrade.progress
        way.outline = upgrade.outline
        way.overrides = upgrade.overrides
        status.plan = way
        status.phase = phase(upgrade.state) ?? status.phase
        addConditions(upgrade, &status)
    }

    private func phase(_ state: UpgradeReport.State) -> MeshPhase? {
        switch state {
        case .none: nil
        case .moving, .promoting: .upgrading
        case .returning: .rollingBack
        case .returned, .failed, .refused: .failed
        }
    }

    // MARK: Revisions

    private func addRevisions(_ upgrade: UpgradeReport, _ blueprint: MeshBlueprint, _ status: inout MeshOperatorStatus)
    {
        let stand = upgrade.scene.stand
        let stable = stand.course.stable
        let parts = MeshParts(blueprint: blueprint, plan: plan, observation: observation)
        let counts = upgrade.pods ?? ([stable.name: observation.usage.pods.count], observation.usage.pods.count)
        status.version = stand.survey.stable?.slot.version ?? status.version
        status.revision = stable.name
        status.targetRevision = upgrade.newName ?? stable.name
        status.revisions = ([stable] + stand.kept + [stand.target].compactMap(\.self)).map { slot in
            var revision = MeshOperatorStatus.Revision()
            revision.name = slot.name
            revision.version = slot.version
            revision.ready =
                slot.name == stand.main.name
                ? parts.controlPlane.allSatisfy(\.isReady) : plan.asides[slot.name] == nil
            revision.proxies = counts.perRevision[slot.name] ?? 0
            revision.weight = counts.total > 0 ? revision.proxies * 100 / counts.total : slot == stand.main ? 100 : 0
            revision.inUse = slot == stable || slot == stand.target || stand.marks[slot.name]?.unused == nil
            return revision
        }
        let new = upgrade.newName ?? stable.name
        status.proxies = "\(counts.perRevision[new] ?? 0)/\(counts.total)"
        let shares = upgrade.scene.gateways.gateways
        status.gateways = status.gateways.map { gateway in
            var gateway = gateway
            let found = shares.first { $0.id == GatewayID(namespace: gateway.namespace, name: gateway.name) }
            gateway.weight = found?.reached
            let isMoved = found?.reached == 100
            gateway.revision = isMoved ? new : found?.share.stable?.revision ?? stable.name
            return gateway
        }
    }

    // MARK: Conditions

    private func addConditions(_ upgrade: UpgradeReport, _ status: inout MeshOperatorStatus) {
        let message = upgrade.message
        let reason = upgrade.progress.reason
        switch upgrade.state {
        case .none: break
        case .moving, .promoting:
            set(.ready, .no, .upgrading, message, &status)
            set(.progressing, .yes, .upgrading, message, reason: reason, &status)
        case .returning:
            set(.ready, .no, .upgrading, message, reason: reason, &status)
            set(.progressing, .yes, .upgrading, message, reason: reason, &status)
            set(.degraded, .yes, .upgrading, message, reason: upgrade.cause, &status)
        case .returned(let verdict), .failed(let verdict):
            let after =
                "; set spec.version to another version, or annotate the MeshOperator with a time as "
                + "\(RolloutNames.Command.retry) to try again"
            set(.ready, .no, .upgrading, message, reason: reason, &status)
            set(.progressing, .no, .upgrading, verdict.message, reason: reason, &status)
            set(.degraded, .yes, .upgrading, verdict.message + after, reason: verdict.cause.rawValue, &status)
        case .refused:
            set(.ready, .no, .upgrading, message, reason: reason, &status)
            set(.progressing, .no, .upgrading, message, reason: reason, &status)
            set(.preflight, .no, .upgrading, upgrade.decision.message, reason: reason, &status)
        }
    }

    private func set(
        _ type: MeshConditionType,
        _ state: MeshCondition.State,
        _ reason: MeshConditionReason,
        _ message: String,
        reason word: String? = nil,
        _ status: inout MeshOperatorStatus
    ) {
        let text = String(message.prefix(4_000))
        var condition = MeshCondition(type, state, reason, text, generation: generation, at: now.rfc3339)
        if let word, !word.isEmpty { condition.reason = word }
        status.set(condition)
    }
}

extension UpgradeReport {
    /// Why everything goes back, in one word.
    var cause: String { observation.record?.verdict?.cause.rawValue ?? progress.reason }
}
