internal import DataTree
internal import KubeAPI
internal import KubeRuntime
internal import MeshAPI
internal import MeshBase
internal import RolloutControl

/// What a new status tells that the old one did not.
package struct StatusChange: Sendable {
    /// The status as it was.
    let old: MeshOperatorStatus
    /// The status as it is.
    let new: MeshOperatorStatus

    /// Whether the difference is more than the progress of something already told.
    var isSignificant: Bool {
        old.phase != new.phase || old.observedGeneration != new.observedGeneration || old.version != new.version
            || old.targetVersion != new.targetVersion || old.plan?.progress.step != new.plan?.progress.step
            || old.plan?.progress.reason != new.plan?.progress.reason || old.revision != new.revision
            || old.revisions.map(\.name) != new.revisions.map(\.name) || Self.states(old) != Self.states(new)
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
        // That the installation of a new MeshOperator has begun is no news; how it ends is.
        let isFirst = old.phase == nil && new.phase == .installing
        if let phase = new.phase, phase != old.phase, !isFirst {
            let isBad = phase == .failed || phase == .degraded
            notes.append((isBad ? .warning : .normal, phase.rawValue, message(of: phase)))
        }
        if let paused = new.condition(.paused), paused.reason == MeshConditionReason.deletionPaused.rawValue,
            paused.reason != old.condition(.paused)?.reason, !notes.contains(where: { $0.note == paused.message })
        {
            notes.append((.warning, paused.reason, paused.message))
        }
        notes += rolloutNotes
        for type in [MeshConditionType.preflight, .degraded] {
            guard let condition = new.condition(type), condition.reason != old.condition(type)?.reason else { continue }
            let isBad = type == .preflight ? condition.state == .no : condition.state == .yes
            let isTold = notes.contains { $0.note == condition.message }
            if isBad, !isTold { notes.append((.warning, condition.reason, condition.message)) }
        }
        if let warnings, warnings != Self.warnings(old) { notes.append((.warning, "SettingsWithoutEffect", warnings)) }
        return notes
    }

    /// The transitions of a rollout.
    private var rolloutNotes: [(severity: EventNote.Severity, reason: String, note: String)] {
        guard let plan = new.plan, !plan.progress.reason.isEmpty else {
            let isOver = old.plan?.progress.reason.isEmpty == false && new.revision != old.revision
            guard isOver, let revision = new.revision else { return [] }
            return [(.normal, "UpgradeCompleted", "version \(new.version ?? "") runs as revision \(revision)")]
        }
        return RolloutNote.notes(from: old.plan?.progress ?? RolloutProgress(), to: plan.progress).map { note in
            (note.severity == .warning ? .warning : .normal, note.reason, note.note)
        }
    }

    private var warnings: String? { Self.warnings(new) }

    /// What a passed preflight says behind its first words: notes about settings.
    private static func warnings(_ status: MeshOperatorStatus) -> String? {
        guard let preflight = status.condition(.preflight), preflight.state == .yes,
            let end = preflight.message.firstRange(of: "; ")
        else { return nil }
        return String(preflight.message[end.upperBound...])
    }

    private func message(of phase: MeshPhase) -> String {
        let told: MeshConditionType =
            switch phase {
            case .paused: .paused
            case .deleting: .progressing
            default: .ready
            }
        let version = new.targetVersion ?? ""
        return switch phase {
        case .installing: "installing version \(version)"
        case .upgrading where new.version == new.targetVersion: "version \(version) is being finished"
        case .upgrading: "moving from version \(new.version ?? "") to \(version)"
        case .updating: "applying generation \(new.observedGeneration)"
        case .ready: "version \(version) is up"
        case .rollingBack: "going back to version \(new.version ?? "")"
        case .failed: reasonForFailure
        case .pending, .degraded, .deleting, .paused: new.condition(told)?.message ?? ""
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
                let isDetail = $0.type == MeshConditionType.injectionReady.rawValue
                return State(type: $0.type, state: $0.state, reason: isDetail ? "" : $0.reason)
            }
        )
    }
}
