internal import DataTree
internal import KubeAPI
internal import KubeRuntime
internal import MeshAPI
internal import MeshBase
internal import RolloutControl
internal import RolloutEngine

/// What a new status tells that the old one did not.
package struct StatusChange: Sendable {
    /// The status as it was.
    let old: MeshOperatorStatus
    /// The status as it is.
    let new: MeshOperatorStatus
    /// The steps of a rollout entered in between, in order.
    var entered: [RolloutNote] = []

    /// Compares two.
    init(old: MeshOperatorStatus, new: MeshOperatorStatus) {
        (self.old, self.new) = (old, new)
    }

    /// Whether the difference is more than the progress of something already told.
    var isSignificant: Bool {
        old.phase != new.phase || old.observedGeneration != new.observedGeneration || old.version != new.version
            || old.targetVersion != new.targetVersion || old.plan?.progress.step != new.plan?.progress.step
            || old.plan?.progress.reason != new.plan?.progress.reason || old.revision != new.revision
            || old.revisions.map(\.name) != new.revisions.map(\.name) || Self.states(old) != Self.states(new)
            || isStanding && Self.down(old) != Self.down(new)
    }

    /// Whether nobody works on the mesh, so that a part that goes down or comes up is no progress.
    private var isStanding: Bool {
        new.phase == .failed || new.phase == .paused
            || new.condition(.ready)?.reason == MeshConditionReason.inUse.rawValue
    }

    private static func down(_ status: MeshOperatorStatus) -> [String] {
        status.components.filter { !$0.ready }.map(\.name)
    }

    /// How long an installation goes on before it is told of, so that a quick one is told of once, when it is done.
    static let quietTime = Duration.seconds(3)

    /// How long to wait at `now` before telling that the installation of `object` is under way; nil to tell what there is to
    /// tell.
    func quietTime(of object: KubeObject, now: Timestamp) -> Duration? {
        let created = object.tree.value(at: "metadata", "creationTimestamp")?.string
        guard old.phase == nil, new.phase == .installing, new.condition(.degraded)?.state != .yes,
            let created = created.flatMap({ Timestamp(rfc3339: $0) })
        else { return nil }
        let age = now - created
        return age >= .zero && age < Self.quietTime ? Self.quietTime - age : nil
    }

    /// Whether anything differs.
    var isAny: Bool { old != new }

    /// The transitions worth an Event.
    var notes: [(severity: EventNote.Severity, reason: String, note: String)] {
        var notes: [(severity: EventNote.Severity, reason: String, note: String)] = []
        let differing = rolloutNotes
        let rollout = passed(differing.map(\.note)) + differing
        // That the installation of a new MeshOperator has begun is no news; how it ends is.
        let isFirst = old.phase == nil && new.phase == .installing
        if let phase = new.phase, phase != old.phase, !isFirst, !isTold(phase, rollout.map(\.reason)) {
            let isBad = [.failed, .degraded, .rolledBack].contains(phase)
            notes.append((isBad ? .warning : .normal, phase.rawValue, message(of: phase)))
        }
        if let paused = new.condition(.paused), paused.reason == MeshConditionReason.deletionPaused.rawValue,
            paused.reason != old.condition(.paused)?.reason, !notes.contains(where: { $0.note == paused.message })
        {
            notes.append((.warning, paused.reason, paused.message))
        }
        notes += rollout + revisionNotes + gatewayNotes
        for type in [MeshConditionType.preflight, .degraded] {
            guard let condition = new.condition(type), isNews(condition, type) else { continue }
            let isBad = type == .preflight ? condition.state == .no : condition.state == .yes
            let isTold = notes.contains { note in
                note.note == condition.message || note.reason == condition.reason && Self.isWayBack(note.reason)
            }
            if isBad, !isTold { notes.append((.warning, condition.reason, condition.message)) }
        }
        let unreadable = MeshConditionReason.commandUnreadable.rawValue
        if let condition = new.conditions.first(where: { $0.type == unreadable }),
            condition.message != old.conditions.first(where: { $0.type == unreadable })?.message
        {
            notes.append((.warning, unreadable, condition.message))
        }
        if let injection = new.condition(.injectionReady), injection.reason != old.condition(.injectionReady)?.reason,
            injection.reason == MeshConditionReason.sidecarsMissing.rawValue
        {
            notes.append((.warning, injection.reason, injection.message))
        }
        if !new.warnings.isEmpty, new.warnings != old.warnings {
            notes.append((.warning, "SettingsWithoutEffect", new.warnings.joined(separator: "; ")))
        }
        if !new.leftAlone.isEmpty, new.leftAlone != old.leftAlone {
            notes.append((.normal, "ObjectsLeftAlone", new.leftAlone.joined(separator: "; ")))
        }
        return notes
    }

    /// Whether what a rollout tells says what the phase would.
    private func isTold(_ phase: MeshPhase, _ reasons: [String]) -> Bool {
        switch phase {
        case .failed: !Set(reasons).isDisjoint(with: ["Failed", "PreflightFailed", "RollbackStalled"])
        default: reasons.contains(phase.rawValue)
        }
    }

    /// Whether a condition says what was not told yet: for another reason, or of another field that is refused.
    ///
    /// Why a spec is refused is told as `Preflight` says it, with field, value and remedy; other conditions only point there.
    private func isNews(_ condition: MeshCondition, _ type: MeshConditionType) -> Bool {
        let before = old.condition(type)
        if type == .degraded, let preflight = new.condition(.preflight), preflight.state == .no,
            preflight.reason == condition.reason
        {
            return false
        }
        let isRefusal = type == .preflight && condition.reason == MeshConditionReason.invalidSpec.rawValue
        return condition.reason != before?.reason || isRefusal && condition.message != before?.message
    }

    /// Whether a reason is one of the way back, whose Event says what the condition does.
    private static func isWayBack(_ reason: String) -> Bool {
        RolloutDecision.Reason(rawValue: reason)?.isGoingBack == true
    }

    /// Steps that were entered and left again before this status, but for those that are told.
    private func passed(_ told: [String]) -> [(severity: EventNote.Severity, reason: String, note: String)] {
        entered.filter { !told.contains($0.note) }.map { (.normal, $0.reason, $0.note) }
    }

    /// The transitions of a rollout.
    private var rolloutNotes: [(severity: EventNote.Severity, reason: String, note: String)] {
        guard let plan = new.plan, !plan.progress.reason.isEmpty else {
            let isOver = old.plan?.progress.reason.isEmpty == false && new.revision != old.revision
            guard isOver, let revision = new.revision else { return [] }
            return [(.normal, "UpgradeCompleted", "version \(new.version ?? "") runs as revision \(revision)")]
        }
        // That all steps are done is no promotion yet; that one is told when it is over.
        let notes = RolloutNote.notes(from: old.plan?.progress ?? RolloutProgress(), to: plan.progress)
            .filter { $0.reason != "Completed" }
        return notes.map { note in
            (note.severity == .warning ? .warning : .normal, note.reason, note.note)
        }
    }

    /// Revisions that come up, become the stable one, are led to by another tag, or are removed.
    private var revisionNotes: [(severity: EventNote.Severity, reason: String, note: String)] {
        guard !new.revisions.isEmpty else { return [] }
        var notes: [(severity: EventNote.Severity, reason: String, note: String)] = []
        for revision in new.revisions where revision.ready && revision.name == new.targetRevision {
            let isNew = revision.name != new.revision && old.revisions.first { $0.name == revision.name }?.ready != true
            if isNew { notes.append((.normal, "RevisionReady", "\(Self.title(revision)) is ready")) }
        }
        let tags = Self.tags(new)
        for (tag, name) in Self.tags(old).sorted(by: { $0.key < $1.key }) {
            guard let next = tags[tag], next != name else { continue }
            notes.append((.normal, "TagMoved", "tag \(tag) leads to revision \(next), before to \(name)"))
        }
        if let before = old.revision, let name = new.revision, name != before, !old.revisions.isEmpty {
            let text =
                "version \(new.version ?? "") is the stable one, as revision \(name); before it was revision \(before)"
            notes.append((.normal, "Promoted", text))
        }
        for revision in old.revisions where !new.revisions.contains(where: { $0.name == revision.name }) {
            notes.append((.normal, "Retired", "\(Self.title(revision)) is removed; nothing refers to it"))
        }
        return notes
    }

    /// Gateways whose pods have reached the share of the step, or have all gone back.
    private var gatewayNotes: [(severity: EventNote.Severity, reason: String, note: String)] {
        guard let progress = new.plan?.progress else { return [] }
        let reason = RolloutDecision.Reason(rawValue: progress.reason)
        let isBack = reason == .rolledBack || reason?.isGoingBack == true
        return new.gateways.compactMap { gateway in
            let same = old.gateways.first { $0.name == gateway.name && $0.namespace == gateway.namespace }
            let (before, now) = (same?.weight ?? 0, gateway.weight ?? 0)
            let title = "gateway \(gateway.namespace)/\(gateway.name)"
            if isBack {
                guard before > 0, now == 0 else { return nil }
                return (.normal, "GatewayMoved", "\(title): all pods run revision \(new.revision ?? "") again")
            }
            guard let wanted = progress.stepWeight, wanted > 0, before < wanted, now >= wanted else { return nil }
            let text =
                "\(title): \(now)% of its pods run revision \(new.targetRevision ?? ""), the step asks for \(wanted)%"
            return (.normal, "GatewayMoved", text)
        }
    }

    private static func title(_ revision: MeshOperatorStatus.Revision) -> String {
        "revision \(revision.name) (version \(revision.version))"
    }

    private static func tags(_ status: MeshOperatorStatus) -> [String: String] {
        var result: [String: String] = [:]
        for revision in status.revisions { for tag in revision.tags { result[tag] = revision.name } }
        return result
    }

    private func message(of phase: MeshPhase) -> String {
        let told: MeshConditionType =
            switch phase {
            case .paused: .paused
            case .deleting, .rolledBack: .progressing
            default: .ready
            }
        let version = new.targetVersion ?? ""
        return switch phase {
        case .installing: "installing version \(version)"
        case .upgrading where new.version == new.targetVersion: "version \(version) is being finished"
        case .upgrading: "moving from version \(new.version ?? "") to \(version)"
        case .updating: "applying generation \(new.observedGeneration)"
        case .ready where new.version == nil: new.condition(.ready)?.message ?? ""
        case .ready: "version \(version) is up"
        case .rollingBack: "going back to version \(new.version ?? "")"
        case .failed: reasonForFailure
        case .pending, .degraded, .deleting, .paused, .rolledBack: new.condition(told)?.message ?? ""
        }
    }

    /// The condition that says in full why nothing is applied.
    private var reasonForFailure: String {
        if let preflight = new.condition(.preflight), preflight.state == .no { return preflight.message }
        let mark = new.conditions.first { $0.type == MeshConditionReason.notOurs.rawValue }
        return mark?.message ?? new.condition(.ready)?.message ?? ""
    }

    private struct State: Hashable {
        let type: String
        let state: MeshCondition.State
        let reason: String
    }

    private static func states(_ status: MeshOperatorStatus) -> Set<State> {
        // Why nothing is injected yet changes on the way to readiness, and is told with the rest.
        Set(
            status.conditions.map {
                let isDetail =
                    $0.type == MeshConditionType.injectionReady.rawValue
                    && $0.reason != MeshConditionReason.sidecarsMissing.rawValue
                return State(type: $0.type, state: $0.state, reason: isDetail ? "" : $0.reason)
            }
        )
    }
}
