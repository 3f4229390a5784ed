internal import DataTree
internal import KubeAPI
internal import MeshAPI
internal import MeshBase
internal import RolloutEngine
internal import UpgradePlanning

/// Adds to a status what there is to say of an upgrade.
struct UpgradeStatusDraft {
    /// The mesh.
    let draft: MeshStatusDraft
    /// The upgrade.
    let upgrade: UpgradeReport
    /// The objects of all revisions.
    let blueprint: MeshBlueprint

    /// Writes down revisions, plan, shares and conditions, where there is an upgrade or more than one revision.
    func add(to status: inout MeshOperatorStatus) {
        let stand = upgrade.scene.stand
        guard !stand.isQuiet || stand.marks[stand.course.stable.name]?.promoted != nil else { return }
        addRevisions(&status)
        guard let way else { return addHolders(&status) }
        status.plan = way
        status.phase = phase(upgrade.state) ?? status.phase
        addConditions(&status)
    }

    /// Writes down how far an upgrade is whose writes are held; the phase and the conditions are those of the pause.
    func addHeld(to status: inout MeshOperatorStatus) {
        status.plan = way
        guard way != nil else { return }
        addRevisions(&status)
        set(.progressing, .no, .paused, upgrade.message, &status)
        switch upgrade.state {
        case .returning, .stalled: set(.degraded, .yes, .upgrading, upgrade.message, reason: upgrade.cause, &status)
        case .returned(let verdict), .failed(let verdict):
            set(.degraded, .yes, .upgrading, verdict.message, reason: verdict.cause.rawValue, &status)
        case .none, .moving, .promoting, .refused: break
        }
    }

    /// Hops and progress; nil where there is no upgrade.
    private var way: MeshOperatorStatus.Plan? {
        guard upgrade.state != .none else { return nil }
        var way = MeshOperatorStatus.Plan()
        let course = upgrade.scene.stand.course
        way.hops = course.hops
        if course.refusal != nil, way.hops.isEmpty {
            way.hops = MeshOperatorStatus(lenient: draft.resource.tree["status"] ?? .null).plan?.hops ?? []
        }
        way.progress = upgrade.progress
        way.outline = upgrade.outline
        way.overrides = upgrade.overrides
        way.isPromoting = upgrade.state == .promoting
        return way
    }

    private func phase(_ state: UpgradeReport.State) -> MeshPhase? {
        switch state {
        case .none: nil
        case .moving, .promoting: .upgrading
        case .returning: .rollingBack
        case .returned: .rolledBack
        case .failed, .refused, .stalled: .failed
        }
    }

    // MARK: Revisions

    /// Says who holds revisions that are not retired for it, also beside that the mesh is up.
    private func addHolders(_ status: inout MeshOperatorStatus) {
        guard let crowd = upgrade.scene.crowd else { return }
        let references = RevisionReferences(upgrade.scene.composition, crowd.sight)
        var texts: [String] = []
        for slot in upgrade.scene.stand.kept {
            let holders = references.holders(of: slot.name)
            guard let summary = holders.summary else { continue }
            texts.append("revision \(slot.name) (version \(slot.version)) is \(summary)")
            for index in status.revisions.indices where status.revisions[index].name == slot.name {
                status.revisions[index].heldBy = holders.reasons
            }
        }
        guard !texts.isEmpty, var ready = status.condition(.ready), ready.state == .yes else { return }
        ready.message = String(([ready.message] + texts).joined(separator: "; ").prefix(4_000))
        status.set(ready)
    }

    private func addRevisions(_ status: inout MeshOperatorStatus) {
        let stand = upgrade.scene.stand
        let stable = stand.course.stable
        let parts = MeshParts(blueprint: blueprint, plan: draft.plan, observation: draft.observation)
        let counts =
            upgrade.pods ?? ([stable.name: draft.observation.usage.pods.count], draft.observation.usage.pods.count)
        status.version = stand.survey.stable?.slot.version ?? status.version
        status.revision = stable.name
        status.targetRevision = upgrade.newName ?? stable.name
        let tags = upgrade.scene.tagged
        let slots = [stable] + stand.kept + [stand.target].compactMap(\.self)
        let shares = Self.shares(of: slots, counts.perRevision, counts.total)
        status.revisions = zip(slots, shares).map { slot, share in
            var revision = MeshOperatorStatus.Revision()
            revision.name = slot.name
            revision.version = slot.version
            revision.ready =
                slot.name == stand.main.name
                ? parts.controlPlane.allSatisfy(\.isReady) : draft.plan.asides[slot.name] == nil
            revision.proxies = counts.perRevision[slot.name] ?? 0
            revision.weight = counts.total > 0 ? share : slot == stand.main ? 100 : 0
            revision.tags = tags[slot.name] ?? []
            revision.inUse = slot == stable || slot == stand.target || stand.marks[slot.name]?.unused == nil
            return revision
        }
        let new = upgrade.newName ?? stable.name
        status.proxies = "\(counts.perRevision[new] ?? 0)/\(counts.total)"
        let moves = upgrade.scene.gateways.gateways
        status.gateways = status.gateways.map { gateway in
            var gateway = gateway
            let found = moves.first { $0.id == GatewayID(namespace: gateway.namespace, name: gateway.name) }
            // What is asked for and not there yet, or not any more, runs nothing.
            let goal = stand.target?.name ?? stable.name
            gateway.weight = stand.target == nil ? nil : found?.reached
            let isMoved = found?.reached == 100
            gateway.revision = isMoved ? goal : found?.share.stable?.revision ?? stable.name
            return gateway
        }
    }

    /// The shares of revisions in percent, which add up to 100 with those of pods that have another revision.
    private static func shares(of slots: [RevisionSlot], _ perRevision: [String: Int], _ total: Int) -> [Int] {
        let own = slots.map { perRevision[$0.name] ?? 0 }
        return PercentShares(of: own + [total - own.reduce(0, +)]).values.dropLast()
    }

    // MARK: Conditions

    private func addConditions(_ status: inout MeshOperatorStatus) {
        let message = upgrade.message
        let reason = upgrade.progress.reason
        switch upgrade.state {
        case .none: break
        case .moving, .promoting:
            set(.ready, .no, .upgrading, message, &status)
            set(.progressing, .yes, .upgrading, message, reason: reason, &status)
            guard upgrade.decision.reason == .refused, let refusal = upgrade.scene.stand.course.refusal else { break }
            set(.progressing, .no, .upgrading, message, reason: reason, &status)
            set(.preflight, .no, refusal.reason, refusal.description, &status)
            set(.degraded, .yes, refusal.reason, refusal.description, &status)
        case .returning:
            set(.ready, .no, .upgrading, message, reason: reason, &status)
            set(.progressing, .yes, .upgrading, message, reason: reason, &status)
            // What keeps it from going back is more to the point than why it does.
            let isObstructed = upgrade.decision.reason == .rollbackObstructed
            set(.degraded, .yes, .upgrading, message, reason: isObstructed ? reason : upgrade.cause, &status)
        case .stalled:
            set(.ready, .no, .upgrading, message, reason: reason, &status)
            set(.progressing, .no, .upgrading, message, reason: reason, &status)
            set(.degraded, .yes, .upgrading, message, reason: reason, &status)
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
        var condition = MeshCondition(type, state, reason, text, generation: draft.generation, at: draft.now.rfc3339)
        if let word, !word.isEmpty { condition.reason = word }
        status.set(condition)
    }
}
