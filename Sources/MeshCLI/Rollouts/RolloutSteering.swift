internal import DataTree
internal import KubeAPI
internal import MeshAPI
package import MeshBase

/// Turns what somebody asks of a rollout into a patch, or says why it makes no sense now.
///
/// A function of the object as read and the time; the order itself is carried out by the operator.
package struct RolloutSteering: Sendable {
    /// The rollout.
    package let subject: RolloutSubject
    /// The time, which `retry` writes down.
    package let now: Timestamp

    private typealias Command = RolloutNames.Command

    /// Makes a steering.
    package init(_ subject: RolloutSubject, now: Timestamp) {
        self.subject = subject
        self.now = now
    }

    /// The change an order comes to; throws ``CommandError`` of code `refused` with a remedy.
    package func change(_ order: RolloutOrder) throws(CommandError) -> RolloutChange {
        switch order {
        case .pause: try pause()
        case .resume: try resume()
        case .promote(fully: true): try promoteFully()
        case .promote(fully: false): try promote()
        case .approve(let step): try approve(step)
        case .abort(let reason): try abort(reason)
        case .retry: try retry()
        case .undo: try RolloutUndo(subject).change()
        }
    }

    // MARK: Orders

    private func pause() throws(CommandError) -> RolloutChange {
        if subject.isPausedBySpec { throw refused("is held by spec.paused already") }
        if subject.isPausedByCommand { throw refused("is paused already; `\(verb("resume"))` lets it go on") }
        try needUnderWay("pause")
        try needForward("paused")
        return done([Command.pause: "true"], "stays at \(place) until `\(verb("resume"))`; aborting stays possible")
    }

    private func resume() throws(CommandError) -> RolloutChange {
        guard subject.isPausedByCommand else {
            if subject.isPausedBySpec {
                let name = "\(subject.kind.shortName) \(subject.object.name)"
                let place = subject.object.namespace.map { " -n \($0)" } ?? ""
                let patch = #"kubectl patch \#(name)\#(place) --type merge -p '{"spec":{"paused":false}}'"#
                throw refused("is held by spec.paused, not by a command; \(patch) lets it go on")
            }
            if let progress = subject.progress, progress.reason == "PreflightFailed" {
                throw refused("is not paused but held: \(TerminalText.plain(progress.waitingFor))")
            }
            throw refused("is not paused; `\(verb("status"))` shows where it is")
        }
        let rest = subject.isPausedBySpec ? "; spec.paused still holds all writes" : ""
        return done([Command.pause: nil], "goes on from \(place)\(rest)")
    }

    private func promote() throws(CommandError) -> RolloutChange {
        let progress = try needUnderWay("promote")
        try needForward("promoted")
        guard progress.step > 0 else {
            throw refused("has not reached its first step; --full passes over all holds and gates from the start on")
        }
        if progress.reason == "AwaitingApproval" {
            throw refused(
                "has no hold to pass over: \(standsAt(progress)); `\(verb("approve"))` approves it, --full passes over all "
                    + "approvals, holds and gates"
            )
        }
        if let asked = asked(Command.promote) {
            if asked == "full" { throw refused("is promoted fully already") }
            if asked == String(progress.step) {
                throw refused("has the hold of step \(progress.step) passed over already")
            }
        }
        return done(
            [Command.promote: String(progress.step) + binding],
            "step \(progress.step) of \(progress.steps) does not hold any longer; its approval and gates still count\(whenResumed)"
        )
    }

    private func promoteFully() throws(CommandError) -> RolloutChange {
        try needUnderWay("promote")
        try needForward("promoted")
        if asked(Command.promote) == "full" { throw refused("is promoted fully already") }
        return done(
            [Command.promote: "full\(binding)"],
            "goes to 100% without holds, approvals and gates\(whenResumed); \(stillCounts)"
        )
    }

    /// What a full promotion does not pass over.
    private var stillCounts: String {
        guard subject.kind == .meshRollout else { return "readiness and disruption budgets still count" }
        let group = subject.object.tree.value(at: "spec", "group")?.string
        return "readiness still counts" + (group.map { ", and it still steps together with group \($0)" } ?? "")
    }

    private func approve(_ wanted: Int?) throws(CommandError) -> RolloutChange {
        let progress = try needUnderWay("approve")
        try needForward("approved")
        if wanted == nil, progress.reason != "AwaitingApproval" {
            throw refused("waits for no approval: \(standsAt(progress)); --step N approves a step in advance")
        }
        let step = wanted ?? progress.step
        // Before the first step an approval is asked for once the steps were edited and all ask for more than has moved.
        let isStart = step == 0 && progress.reason == "AwaitingApproval"
        guard isStart || step >= max(1, progress.step), step <= progress.steps else {
            let choices = progress.steps > 0 ? "\(max(1, progress.step)) to \(progress.steps)" : "none yet"
            throw refused("has no step \(step) to come; --step takes \(choices)")
        }
        let (approved, target) = approvals
        if approved.contains(step) { throw refused("has step \(step) approved already") }
        // Steps before the present one are done: their approval says nothing any more, and could be of an earlier rollout.
        let kept = approved.filter { $0 >= progress.step }
        let text = Set(kept + [step]).sorted().map { String($0) }.joined(separator: ",") + target
        if isStart { return done([Command.approve: text], "the first step is approved and entered\(whenResumed)") }
        let next = step == progress.step ? "goes on when its gates have passed" : "will not wait for approval"
        return done([Command.approve: text], "step \(step) of \(progress.steps) is approved and \(next)\(whenResumed)")
    }

    /// The steps approved so far, and `@` with the target they are for, empty for any.
    ///
    /// Approvals that were for another target say nothing of this rollout.
    private var approvals: (steps: [Int], target: String) {
        let text = subject.command(Command.approve) ?? ""
        let list = text.prefix { $0 != "@" }
        let target = String(text.dropFirst(list.count))
        guard binding.isEmpty || target.isEmpty || target == binding else { return ([], binding) }
        let steps = list.split(separator: ",").compactMap { Int($0.filter { !$0.isWhitespace }) }
        return (steps, target.isEmpty ? binding : target)
    }

    /// `@` and what is rolled out now, so that an order that comes late does not steer the next rollout; empty where the status does
    /// not tell.
    private var binding: String { subject.progress?.target.map { "@\($0)" } ?? "" }

    /// What is asked for of this rollout, without the target; nil where nothing is.
    private func asked(_ name: String) -> String? {
        guard let text = subject.command(name) else { return nil }
        let word = text.prefix { $0 != "@" }
        let target = text.dropFirst(word.count)
        guard target.isEmpty || binding.isEmpty || target == binding else { return nil }
        return String(word.filter { !$0.isWhitespace })
    }

    private func abort(_ reason: String?) throws(CommandError) -> RolloutChange {
        if case .failed = subject.standing, subject.progress?.reason == "Failed" {
            // A rollout that stopped for a person to decide: going back is one of the answers.
        } else if case .rolledBack = subject.standing, subject.isShielded {
            // Routes that stay with the side that serves are given back at once.
        } else {
            try needUnderWay("abort")
            try needForward("aborted")
            try needTurningBack()
        }
        if let why = subject.command(Command.abort) {
            let (said, target) = Self.abortion(why)
            if target.isEmpty || binding.isEmpty || "@\(target)" == binding {
                throw refused("is aborted already\(said == "true" ? "" : " (\(TerminalText.plain(said)))")")
            }
        }
        // The sign is the operator's; in a reason it would name a target.
        let said = TerminalText.plain(reason ?? "").replacing(Command.abortTargetSign, with: "@").prefix(1_000)
        let why = said.isEmpty ? "true" : String(said)
        let target = subject.progress?.target.map { " \(Command.abortTargetSign)\($0)" } ?? ""
        return done(
            [Command.abort: why + target],
            "\(wayBack); `\(verb("retry"))` starts it anew"
        )
    }

    private func retry() throws(CommandError) -> RolloutChange {
        switch subject.standing {
        case .rolledBack: break
        case .underWay where subject.isGoingBack, .failed where subject.isGoingBack:
            throw refused("is still going back; `\(verb("status")) --watch` tells when it is, then retry")
        case .failed(let why) where subject.isRefused:
            throw refused("was refused before it began: \(TerminalText.plain(why)); mend that, and it begins by itself")
        case .failed where subject.progress != nil && !subject.object.isDeleting: break
        default: throw refused("has not failed: \(standing); there is nothing to retry")
        }
        let paused = subject.isPausedByCommand ? ", once it is resumed" : ""
        return done(
            [Command.abort: nil, Command.promote: nil, Command.approve: nil, Command.retry: now.rfc3339],
            "starts anew\(paused); an abort, promotions and approvals asked for before are taken off"
        )
    }

    /// The reason of an abort, and the target it is for, empty for any.
    static func abortion(_ text: String) -> (reason: String, target: String) {
        guard let sign = text.ranges(of: RolloutNames.Command.abortTargetSign).last else { return (text, "") }
        let reason = text[..<sign.lowerBound].reversed().drop { $0.isWhitespace }.reversed()
        return (String(reason), text[sign.upperBound...].filter { !$0.isWhitespace })
    }

    // MARK: Words

    private func verb(_ name: String) -> String { "meshctl rollout \(name) \(subject.reference)" }

    private var whenResumed: String {
        subject.isPausedByCommand || subject.isPausedBySpec ? ", once it is resumed" : ""
    }

    private var before: String {
        let version = subject.kind == .meshOperator ? subject.meshStatus.version : subject.rolloutStatus.stable
        return version.map { TerminalText.plain($0) } ?? "what ran before"
    }

    /// What an abort does; where a template was copied already, that goes back first.
    private var wayBack: String {
        if case .rolledBack = subject.standing {
            return "gives routes back as they were; pods of the failed version get requests from then on"
        }
        guard subject.rolloutStatus.phase == .promoting else { return "goes back to \(before), the last moved first" }
        return "goes back: the canary carries all traffic until \(before) is up again with the template it had"
    }

    private var place: String {
        guard let progress = subject.progress, progress.step > 0 else { return "its start" }
        return "step \(progress.step) of \(progress.steps) (\(progress.weight)%)"
    }

    private var standing: String {
        switch subject.standing {
        case .unseen: "the operator has not seen the last change yet"
        case .idle: "there is nothing to roll out"
        case .underWay: standsAt(subject.progress ?? RolloutProgress())
        case .complete: "it is complete"
        case .rolledBack(let why): "it is rolled back: \(TerminalText.plain(why))"
        case .failed(let why): "it has failed: \(TerminalText.plain(why))"
        }
    }

    private func standsAt(_ progress: RolloutProgress) -> String {
        let words = [progress.reason, progress.waitingFor].filter { !$0.isEmpty }.joined(separator: ", ")
        return words.isEmpty ? "it is \(subject.phase)" : TerminalText.plain(words)
    }

    private func refused(_ what: String) -> CommandError {
        CommandError(.refused, "\(subject.title) \(what)")
    }

    /// A rollout that has begun, or will.
    @discardableResult
    private func needUnderWay(_ verb: String) throws(CommandError) -> RolloutProgress {
        switch subject.standing {
        case .underWay, .unseen:
            if let progress = subject.progress { return progress }
            if verb == "pause" { return RolloutProgress() }
            let isInPlace =
                subject.kind == .meshOperator
                && subject.object.tree.value(at: "spec", "upgrade", "strategy")?.string == "InPlace"
            throw refused(
                isInPlace
                    ? "is upgraded in place, which has no steps to \(verb)"
                    : "has no steps to \(verb) yet: \(standing); wait for its plan"
            )
        case .idle, .complete, .rolledBack, .failed:
            let remedy =
                switch subject.standing {
                case .failed where subject.object.isDeleting: "it is on its way out"
                case .failed where subject.isRefused: "mend that, and it begins by itself"
                case .rolledBack, .failed: "`\(self.verb("retry"))` starts it anew"
                default:
                    subject.kind == .meshOperator
                        ? "change spec.version to begin one" : "change the canary to begin one"
                }
            throw refused("has nothing under way to \(verb): \(standing); \(remedy)")
        }
    }

    /// A rollout that goes forward.
    private func needForward(_ verb: String) throws(CommandError) {
        if subject.isPromoting, !["paused", "aborted"].contains(verb) {
            throw refused("is past its last step and cannot be \(verb): \(standing); nothing holds it any more")
        }
        guard !subject.isGoingBack else {
            throw refused(
                "is going back already and cannot be \(verb); `\(self.verb("status")) --watch` tells when it is over"
            )
        }
    }

    /// A rollout that may still be turned back: the operator refuses it of one that is being made final.
    private func needTurningBack() throws(CommandError) {
        guard subject.isPromoting else { return }
        if subject.kind == .meshOperator {
            let name = subject.meshStatus.targetRevision.map { TerminalText.plain($0) } ?? "the new revision"
            throw refused("is making \(name) the revision that tags lead to; \(Command.lateAbort)")
        }
        // The version that serves is written down last: what follows only tidies up.
        let mark = RolloutUndo.servingSince(subject)
        guard let mark, let since = subject.progress?.since.flatMap({ Timestamp(rfc3339: $0) }), mark >= since else {
            return
        }
        throw refused("is promoted and tidies up, which is not aborted any more; roll the old version out to go back")
    }

    private func done(_ annotations: KeyValuePairs<String, String?>, _ message: String) -> RolloutChange {
        let patch = RolloutPatch(subject.object).annotating(annotations)
        return RolloutChange(patch: patch, message: "\(subject.title): \(message)", question: nil)
    }
}
