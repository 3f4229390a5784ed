package import MeshAPI
internal import RolloutEngine

/// A transition of a rollout that is worth an Event.
package struct RolloutNote: Sendable, Hashable {
    /// How much it matters.
    package enum Severity: String, Sendable, Hashable, CaseIterable {
        /// As it should be.
        case normal = "Normal"
        /// Somebody may have to look.
        case warning = "Warning"
    }

    /// How much it matters.
    package var severity: Severity
    /// What happened, in one UpperCamelCase word.
    package var reason: String
    /// What happened, for people.
    package var note: String

    /// Makes a note.
    package init(_ severity: Severity, _ reason: String, _ note: String) {
        self.severity = severity
        self.reason = reason
        self.note = note
    }

    /// What is worth telling of the change from one status to the next, in the order in which it happened.
    ///
    /// Told are: a change of the reason or of the step, and a gate that begins to fail, to be out of reach or to ask to go
    /// back, or that recovers. Nothing is told twice while nothing changes.
    package static func notes(from old: RolloutProgress, to new: RolloutProgress) -> [RolloutNote] {
        var notes = gateNotes(from: old, to: new)
        guard old.reason != new.reason || old.step != new.step, !new.reason.isEmpty else { return notes }
        if old.reason.isEmpty, new.reason == RolloutDecision.Reason.nothingToDo.rawValue { return notes }
        let place = new.step > 0 ? " (step \(new.step) of \(new.steps), \(new.weight)%)" : ""
        notes.append(RolloutNote(severity(new.reason), new.reason, RolloutText.fit(new.waitingFor + place)))
        return notes
    }

    private static func gateNotes(from old: RolloutProgress, to new: RolloutProgress) -> [RolloutNote] {
        new.gates.compactMap { gate in
            let before = old.step == new.step ? old.gates.first { $0.name == gate.name }?.outcome ?? "" : ""
            guard before != gate.outcome else { return nil }
            let text = RolloutText.fit("gate \(gate.name): \(gate.message)")
            switch gate.outcome {
            case "Failed": return RolloutNote(.warning, "GateFailed", text)
            case "Unavailable": return RolloutNote(.warning, "GateUnavailable", text)
            case "RollBack": return RolloutNote(.warning, "GateAsksToGoBack", text)
            case "Passed": return RolloutNote(.normal, "GatePassed", text)
            default: return nil
            }
        }
    }

    private static func severity(_ reason: String) -> Severity {
        switch RolloutDecision.Reason(rawValue: reason) {
        case .refused, .movedByHand, .rollingBack, .rolledBack, .failed: .warning
        default: .normal
        }
    }
}
