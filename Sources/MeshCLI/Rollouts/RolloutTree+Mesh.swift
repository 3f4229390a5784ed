internal import DataTree
internal import KubeAPI
internal import ManifestRendering
internal import MeshAPI

/// The upgrade of a mesh.
extension RolloutTree {
    var meshNodes: [TextTree] {
        let status = subject.meshStatus
        return hops(status) + revisions(status) + gateways(status) + components(status)
    }

    private func hops(_ status: MeshOperatorStatus) -> [TextTree] {
        guard let plan = status.plan else { return [] }
        let inner = progressNodes(plan.progress) + waves(plan.outline) + findings(plan.outline) + overrides(plan)
        guard !plan.hops.isEmpty else { return inner }
        let current = currentHop(plan.hops, status)
        return plan.hops.enumerated().map { index, version in
            let isCurrent = index == current && subject.standing != .complete
            let isPast = index < current || subject.standing == .complete
            let isBad = isCurrent && subject.standing.exitCode != 0
            let mark = isPast ? style.done : isBad ? style.wrong : isCurrent ? style.current : style.later
            let tone: TextStyle.Tone = isPast ? .good : isBad ? .bad : isCurrent ? .busy : .faint
            var line = [Span(mark, tone), Span(isPast ? "Hop done:" : isCurrent ? "Hop:" : "Then:", tone)]
            // The plan names the hops to go: those that are over are not among them, so that no number would stay.
            line.append(Span(version, isCurrent ? .strong : tone))
            let (from, left) = (status.version.map { "from \($0)" }, plan.hops.count - index)
            let notes = [from, left > 1 ? "\(left) hops to go" : nil].compactMap(\.self)
            if isCurrent, !notes.isEmpty { line.append(Span("(\(notes.joined(separator: ", ")))", .faint)) }
            return TextTree(
                line,
                index == min(current, plan.hops.count - 1) ? inner : []
            )
        }
    }

    /// The hop under way: to the version of the revision being moved to, else the first beyond what runs, on a way down the first below.
    private func currentHop(_ hops: [String], _ status: MeshOperatorStatus) -> Int {
        let target = status.revisions.first { $0.name == status.targetRevision }?.version
        if status.targetRevision != status.revision, let target, let index = hops.firstIndex(of: target) {
            return index
        }
        guard let running = status.version.flatMap({ MeshVersion($0) }) else { return 0 }
        let isDown = hops.last.flatMap { MeshVersion($0) }.map { $0 < running } ?? false
        return hops.firstIndex { MeshVersion($0).map { isDown ? $0 < running : running < $0 } ?? false } ?? hops.count
    }

    /// Who is concerned, wave by wave; what each waits for stands with the step.
    private func waves(_ outline: PlanOutline?) -> [TextTree] {
        guard let outline, !outline.waves.isEmpty else { return [] }
        let nodes = outline.waves.map { wave in
            let (mark, state, tone) = standing(of: wave)
            let names = wave.first.prefix(3).joined(separator: ", ")
            let more = wave.workloads > min(3, wave.first.count) && !names.isEmpty ? ", …" : ""
            return TextTree([
                Span(mark, tone), Span("wave \(wave.wave)"), Span(state, tone),
                Span(Self.count(wave.workloads, "workload"), .strong),
                Span("with \(Self.count(wave.pods, "pod")) in \(Self.count(wave.namespaces, "namespace"))", .faint),
                Span(names.isEmpty ? "" : "(\(names)\(style.hasUnicode ? more : more.replacing("…", with: "...")))"),
            ])
        }
        let staying = outline.staying > 0 ? "\(Self.count(outline.staying, "workload")) staying" : ""
        return [TextTree([Span("Waves", .strong), Span(staying, .faint)], nodes)]
    }

    /// How far a wave is; nothing where nobody says.
    private func standing(of wave: PlanOutline.Wave) -> (mark: String, state: String, tone: TextStyle.Tone) {
        guard let moved = wave.moved else { return ("", "", .normal) }
        // Operators of earlier versions do not tell how many are up.
        let ready = wave.ready ?? moved
        if ready >= wave.workloads { return (style.done, "done:", .good) }
        let up = ready < moved ? ", \(ready) of these up" : ""
        if moved > 0 { return (style.current, "\(moved) of \(wave.workloads) moved\(up):", .busy) }
        return (style.later, "waiting:", .faint)
    }

    /// What the checks before the start found, the gravest first.
    private func findings(_ outline: PlanOutline?) -> [TextTree] {
        guard let outline, max(outline.refusing, outline.warning) > 0 else { return [] }
        let verb = outline.refusing == 1 ? "keeps" : "keep"
        let refusing = outline.refusing > 0 ? "\(outline.refusing) \(verb) it from starting" : ""
        let warning = outline.warning > 0 ? Self.count(outline.warning, "warning") : ""
        let heading = [
            Span("Findings", .strong), Span(refusing, .bad), Span(warning, .busy),
            Span("meshctl plan shows all", .faint),
        ]
        return [TextTree(heading, outline.findings.prefix(3).map { TextTree([Span($0)]) })]
    }

    private func overrides(_ plan: MeshOperatorStatus.Plan) -> [TextTree] {
        guard !plan.overrides.isEmpty else { return [] }
        return [TextTree([Span("Allowed by", .faint), Span(plan.overrides.joined(separator: ", "))])]
    }

    private static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

    private func revisions(_ status: MeshOperatorStatus) -> [TextTree] {
        guard !status.revisions.isEmpty else { return [] }
        let total = status.proxies.map { "proxies moved \($0)" } ?? ""
        let nodes = status.revisions.map { revision in
            let isTarget = revision.name == status.targetRevision && status.targetRevision != status.revision
            return TextTree([
                Span(revision.ready ? style.done : style.current, revision.ready ? .good : .busy),
                Span(revision.name), Span(revision.version),
                Span(revision.ready ? "ready" : "not ready", revision.ready ? .good : .busy),
                Span("\(revision.proxies) \(revision.proxies == 1 ? "proxy" : "proxies")"),
                Span("\(max(0, min(revision.weight, 100)))%", .strong), Span(isTarget ? "new" : "", .busy),
                Span(revision.inUse ? "" : "unused", .faint),
                Span(revision.heldBy.isEmpty ? "" : "kept: \(revision.heldBy.joined(separator: ", "))", .faint),
            ])
        }
        return [TextTree([Span("Revisions", .strong), Span(total, .faint)], nodes)]
    }

    private func gateways(_ status: MeshOperatorStatus) -> [TextTree] {
        guard !status.gateways.isEmpty else { return [] }
        // Parts of the list beyond the least that every version writes are read as they come.
        let shares = (subject.object.tree.value(at: "status", "gateways")?.array ?? []).map { $0["weight"]?.integer }
        let nodes = status.gateways.enumerated().map { index, gateway in
            let share = shares.indices.contains(index) ? shares[index] : nil
            return TextTree([
                Span("\(gateway.namespace)/\(gateway.name)"), Span(gateway.revision, .strong),
                Span(share.map { "\(max(0, min($0, 100)))% new" } ?? "", .strong), Span(gateway.address, .faint),
            ])
        }
        return [TextTree([Span("Gateways", .strong)], nodes)]
    }

    private func components(_ status: MeshOperatorStatus) -> [TextTree] {
        guard !status.components.isEmpty else { return [] }
        let waiting = status.components.filter { !$0.ready }
        let ready = status.components.count - waiting.count
        let nodes = waiting.map { component in
            TextTree([Span(style.current, .busy), Span(component.name), Span(component.message)])
        }
        let tone: TextStyle.Tone = waiting.isEmpty ? .good : .busy
        let count = Span("\(ready) of \(status.components.count) ready", tone)
        return [TextTree([Span("Components", .strong), count], nodes)]
    }
}
