internal import DataTree
internal import KubeAPI
internal import ManifestRendering
internal import MeshAPI
package import MeshBase

/// Draws a rollout as a tree: where it is, what it waits for, how its parts do.
///
/// A function of the object, the time, the width and the style.
package struct RolloutTree: Sendable {
    /// What is drawn.
    package let subject: RolloutSubject
    /// The time, from which ages and the rest of a hold are counted.
    package let now: Timestamp
    /// What the terminal can show.
    package let style: TextStyle
    /// How many cells a line has.
    package let width: Int

    /// Makes a drawing.
    package init(_ subject: RolloutSubject, now: Timestamp, style: TextStyle, width: Int) {
        self.subject = subject
        self.now = now
        self.style = style
        self.width = width
    }

    /// The lines, none wider than ``width``.
    package var lines: [String] {
        let body = subject.kind == .meshOperator ? meshNodes : rolloutNodes
        let root = TextTree(heading, ending + body + commands + trouble)
        return root.lines(width: width, style: style)
    }

    typealias Span = TextTree.Span

    // MARK: What both kinds have

    private var heading: [Span] {
        let (from, to) = versions
        let way = [from, to].compactMap(\.self)
        let moves = way.count == 2 && way[0] != way[1] && !isAtRest
        let text = moves ? "\(way[0]) \(style.arrow) \(way[1])" : way.first ?? ""
        return [Span("\(subject.title)", .strong), Span(text), Span(subject.phase, tone(of: subject.standing))]
    }

    /// Whether the roles of the versions say nothing about a move: what serves is there to stay.
    var isAtRest: Bool { subject.standing == .complete || subject.standing == .idle }

    private var versions: (String?, String?) {
        switch subject.kind {
        case .meshOperator: (subject.meshStatus.version, subject.meshStatus.targetVersion)
        case .meshRollout: (subject.rolloutStatus.stable, subject.rolloutStatus.canary)
        }
    }

    private func tone(of standing: RolloutSubject.Standing) -> TextStyle.Tone {
        switch standing {
        case .unseen, .underWay: .busy
        case .idle: .faint
        case .complete: .good
        case .rolledBack, .failed: .bad
        }
    }

    /// How it ended, or that the operator has yet to see it.
    private var ending: [TextTree] {
        switch subject.standing {
        case .unseen: [TextTree([Span(style.current, .busy), Span("the operator has not seen the last change yet")])]
        case .idle: [TextTree([Span(style.later, .faint), Span("nothing to roll out")])]
        case .complete: completeNodes
        case .rolledBack(let why): [TextTree([Span(style.wrong, .bad), Span("rolled back: \(why)")])]
        case .failed(let why): [TextTree([Span(style.wrong, .bad), Span("failed: \(why)")])]
        case .underWay: []
        }
    }

    /// That all has moved, and which components are not ready all the same.
    private var completeNodes: [TextTree] {
        let unready = subject.unreadyComponents
        guard !unready.isEmpty else { return [TextTree([Span(style.done, .good), Span("complete")])] }
        return unready.map { component in
            let why = component.message.isEmpty ? "" : ": \(component.message)"
            return TextTree([Span(style.current, .busy), Span("all has moved; waiting for \(component.name)\(why)")])
        }
    }

    /// What people have asked for.
    private var commands: [TextTree] {
        var asked: [String] = []
        if subject.isPausedBySpec { asked.append("spec.paused holds all writes") }
        if subject.isPausedByCommand { asked.append("pause") }
        if let steps = subject.command(RolloutNames.Command.approve) { asked.append("approve \(plain(steps))") }
        if let step = subject.command(RolloutNames.Command.promote) { asked.append("promote \(plain(step))") }
        if let why = subject.command(RolloutNames.Command.abort) {
            asked.append("abort (\(RolloutSteering.abortion(why).reason))")
        }
        if let time = subject.command(RolloutNames.Command.retry) {
            asked.append("retry" + (NumberText.age(time, now: now).map { " \($0) ago" } ?? ""))
        }
        return asked.isEmpty ? [] : [TextTree([Span("Asked for:", .faint), Span(asked.joined(separator: ", "))])]
    }

    /// An order without the target it is for where that is the present one.
    private func plain(_ order: String) -> String {
        guard let target = subject.progress?.target, order.hasSuffix("@\(target)") else { return order }
        return String(order.dropLast(target.count + 1))
    }

    /// Conditions that say that something is wrong, and are not the end told already.
    private var trouble: [TextTree] {
        let conditions =
            subject.kind == .meshOperator ? subject.meshStatus.conditions : subject.rolloutStatus.conditions
        let isOver = subject.standing.exitCode != 0
        return conditions.filter { condition in
            switch condition.type {
            case "Degraded", "FieldConflict": condition.state == .yes && !isOver
            case "Preflight", "Reconciled": condition.state == .no && !isOver && condition.reason != "Applying"
            case "InjectionReady": condition.reason == MeshConditionReason.sidecarsMissing.rawValue
            case RolloutNames.shielded, "Exposed": condition.state == .yes && !isOver
            default: false
            }
        }.map { condition in
            TextTree([
                Span(style.wrong, .bad), Span("\(condition.type): \(condition.reason)", .bad), Span(condition.message),
            ])
        }
    }

    /// The step with its bar, what is waited for, the steps, the gates.
    func progressNodes(_ progress: RolloutProgress) -> [TextTree] {
        var labels = subject.stepLabels
        // The way to 100 percent is a step of its own where the spec names none.
        if labels.count + 1 == progress.steps { labels.append((label: "100%", weight: 100)) }
        let fits = labels.count == progress.steps
        var place = "Step \(progress.step) of \(progress.steps)"
        if progress.step == 0 { place = progress.steps == 0 ? "Progress" : "Before step 1 of \(progress.steps)" }
        let marks = fits ? labels.compactMap(\.weight) : []
        let cells = min(40, max(8, width - 32))
        var nodes = [
            TextTree([
                Span(place, .strong),
                Span(style.bar(percent: progress.weight, width: cells, marks: marks), barTone),
                Span(share(progress), .strong), Span(moved, .faint),
            ])
        ]
        nodes += waiting(progress)
        if fits, !labels.isEmpty {
            nodes.append(TextTree([Span("Steps", .strong)] + steps(labels.map(\.label), progress)))
        }
        if !progress.gates.isEmpty { nodes.append(TextTree([Span("Gates", .strong)], progress.gates.map(gate))) }
        return nodes
    }

    /// `25%`, or `25% (reached 40%)` where what moved whole is more than the step asks for, or less.
    private func share(_ progress: RolloutProgress) -> String {
        var shown = progress
        shown.weight = max(0, min(progress.weight, 100))
        return shown.share
    }

    /// How many proxies of how many have moved; empty for an application, whose sides tell.
    private var moved: String { subject.meshStatus.proxies.map { "\($0) proxies" } ?? "" }

    private var barTone: TextStyle.Tone {
        switch subject.standing {
        case .rolledBack, .failed: .bad
        case .complete: .good
        case .unseen, .idle, .underWay: .busy
        }
    }

    private func waiting(_ progress: RolloutProgress) -> [TextTree] {
        guard !subject.standing.isOver else { return [] }
        if let held = subject.held(progress) { return [TextTree([Span("Paused", .busy), Span(held)])] }
        var spans = [Span(progress.reason, .busy)]
        let isTold = progress.waitingFor.isEmpty || progress.reason == "Holding"
        if let age = NumberText.age(progress.since, now: now) {
            spans.append(Span("for \(age)" + (isTold ? "" : ":"), .faint))
        }
        if !isTold { spans.append(Span(progress.waitingFor)) }
        var nodes = spans.contains { !$0.text.isEmpty } ? [TextTree(spans)] : []
        if let until = progress.until.flatMap({ Timestamp(rfc3339: $0) }) {
            let left = NumberText.span(now.duration(to: until))
            let text =
                switch progress.reason {
                case "Holding": "Hold: \(left) left"
                case "Obstructed": "Looks again within \(left)"
                default: "Deadline: \(left) left"
                }
            nodes.append(TextTree([Span(text, progress.reason == "Holding" ? .busy : .faint)]))
        }
        return nodes
    }

    private func steps(_ labels: [String], _ progress: RolloutProgress) -> [Span] {
        let isBack = progress.reason == "RolledBack" || subject.isGoingBack
        let isDone = subject.standing == .complete
        return labels.enumerated().map { index, label in
            // What was passed before everything went back was passed all the same.
            if isDone || index + 1 < progress.step { return Span("\(style.done) \(label)", isBack ? .faint : .good) }
            guard index + 1 == progress.step else { return Span("\(style.later) \(label)", .faint) }
            return isBack ? Span("\(style.wrong) \(label)", .bad) : Span("\(style.current) \(label)", .busy)
        }
    }

    private func gate(_ gate: RolloutProgress.Gate) -> TextTree {
        let isDryRun = subject.dryRunMetrics.contains(gate.name)
        let (mark, tone): (String, TextStyle.Tone) =
            switch gate.outcome {
            case "Passed" where gate.isDoubtful: (style.current, .busy)
            case "Passed": (style.done, .good)
            case "Failed" where isDryRun: (style.wrong, .faint)
            case "Failed", "RollBack": (style.wrong, .bad)
            case "": (style.later, .faint)
            default: (style.current, .busy)
            }
        var notes: [String] = []
        if let age = NumberText.age(gate.taken, now: now) { notes.append("\(age) ago") }
        if gate.failures > 0 { notes.append("\(gate.failures) failed") }
        if gate.errors > 0 { notes.append("\(gate.errors) unanswered") }
        return TextTree([
            Span(mark, tone), Span(gate.name), Span(isDryRun ? "(dry run)" : "", .faint),
            Span(gate.outcome.isEmpty ? "not asked yet" : gate.outcome, tone),
            Span(gate.message), Span(notes.isEmpty ? "" : "(\(notes.joined(separator: ", ")))", .faint),
        ])
    }
}
