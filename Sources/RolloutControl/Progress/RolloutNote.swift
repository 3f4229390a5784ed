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
    /// Told are: the end of a pause, a step that is entered, another reason to stand there, and a gate that begins to fail, to
    /// be out of reach or to ask to go back, or that recovers. Nothing is told twice while nothing changes, and what passes by
    /// itself in a moment (``quiet``) is not told at all.
    package static func notes(from old: RolloutProgress, to new: RolloutProgress) -> [RolloutNote] {
        var notes = gateNotes(from: old, to: new)
        // What is over has no step: its number changes with the plan alone.
        let isElsewhere = old.step != new.step && !ends.contains(new.reason)
        guard old.reason != new.reason || isElsewhere, !new.reason.isEmpty else { return notes }
        if old.reason == RolloutDecision.Reason.paused.rawValue, new.reason != old.reason {
            notes.append(RolloutNote(.normal, "Resumed", "it goes on\(place(new))"))
        }
        if old.step != new.step, new.step > 0, !ends.contains(new.reason) { notes.append(stepStarted(new)) }
        guard !quiet.contains(new.reason) else { return notes }
        notes.append(RolloutNote(severity(new.reason), new.reason, RolloutText.fit(new.waitingFor + place(new))))
        return notes
    }

    /// The reason of ``stepStarted(_:label:)``.
    package static let stepEntered = "StepStarted"

    /// That a step is entered.
    ///
    /// - Parameters:
    ///   - progress: where the rollout stands in it.
    ///   - label: what the step does, where its share does not say it.
    /// - Returns: the note.
    package static func stepStarted(_ progress: RolloutProgress, label: String? = nil) -> RolloutNote {
        let share = progress.stepWeight.map { ": \($0)%" } ?? ""
        let what = label.map { ", \($0)" } ?? ""
        return RolloutNote(.normal, stepEntered, "step \(progress.step) of \(progress.steps)\(share)\(what)")
    }

    /// Orders that are taken off since they steer nothing.
    ///
    /// - Parameters:
    ///   - names: the annotations.
    ///   - why: what they would have to find, for people.
    /// - Returns: a warning that names them.
    package static func refused(_ names: [String], _ why: String) -> RolloutNote {
        let subject = names.count == 1 ? "annotation" : "annotations"
        let verb = names.count == 1 ? "is" : "are"
        let text = "\(subject) \(names.joined(separator: ", ")): \(why); \(verb) taken off"
        return RolloutNote(.warning, "OrderRefused", RolloutText.fit(text))
    }

    /// Reasons that pass by themselves, or that the entry of a step tells.
    private static let quiet = words([.nothingToDo, .moving, .settling, .stepDone])
    /// Reasons with which no step is entered.
    private static let ends = words([
        .nothingToDo, .completed, .rollingBack, .rollbackObstructed, .rollbackStalled, .rolledBack, .failed,
    ])

    private static func words(_ reasons: [RolloutDecision.Reason]) -> Set<String> { Set(reasons.map(\.rawValue)) }

    private static func place(_ progress: RolloutProgress) -> String {
        progress.step > 0 ? " (step \(progress.step) of \(progress.steps), \(progress.share))" : ""
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
        case .refused, .movedByHand, .routeDeleted, .rollingBack, .rollbackObstructed, .rollbackStalled, .rolledBack,
            .failed:
            .warning
        default: .normal
        }
    }
}
