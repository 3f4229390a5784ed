internal import DataTree
internal import KubeAPI
internal import MeshAPI
internal import UpgradePlanning

/// A plan as people and machines read it.
struct PlanReport: Sendable {
    /// The name of the mesh.
    let name: String
    /// What was read of the cluster.
    let survey: Survey
    /// The Kubernetes version planned for, nil where none is known.
    let kubernetes: String?

    /// How many objects, workloads or findings of a kind people see unless they ask for all.
    static let few = 12

    func text(_ refusal: HopRefusal, _ format: OutputFormat?) -> String {
        if let format { return format.text(PlanDocument(report: self).tree(refusal)) }
        return "\(title): refused\n\n\(TerminalText.plain(refusal.field)): \"\(TerminalText.plain(refusal.value))\" "
            + "\(TerminalText.plain(refusal.problem))\n  remedy: \(TerminalText.plain(refusal.remedy))\n"
    }

    func text(_ outline: UpgradeOutline, _ format: OutputFormat?, isFull: Bool) -> String {
        if let format { return format.text(PlanDocument(report: self).tree(outline)) }
        var lines = heading(outline)
        for (index, step) in outline.steps.enumerated() {
            lines += [""] + hop(step, "\(index + 1) of \(outline.steps.count)", isFull)
        }
        lines += workloads(outline, isFull)
        lines += findings(outline, isFull)
        lines += ["", conclusion(outline)]
        return lines.joined(separator: "\n") + "\n"
    }

    var title: String { name.isEmpty ? "mesh" : TerminalText.plain(name) }

    // MARK: Parts

    private func heading(_ outline: UpgradeOutline) -> [String] {
        let plan = outline.plan
        let way: String
        switch plan.direction {
        case .install: way = "installs \(plan.to); nothing runs yet"
        case .settled: way = "runs \(plan.to), nothing to move"
        case .rollback where plan.hops.isEmpty: way = "gives up the hop under way and goes back to \(plan.to)"
        default:
            let count = plan.hops.count == 1 ? "1 hop" : "\(plan.hops.count) hops"
            way = "\(plan.from ?? "") to \(plan.to) in \(count): \(plan.versions.joined(separator: ", "))"
        }
        var lines = ["\(title): \(way)"]
        if let kubernetes { lines.append("  Kubernetes \(TerminalText.plain(kubernetes))") }
        lines += plan.notes.map { "  \($0)" }
        if !plan.overrides.isEmpty { lines.append("  allowed by \(plan.overrides.joined(separator: ", "))") }
        return lines
    }

    private func hop(_ step: UpgradeOutline.Step, _ place: String, _ isFull: Bool) -> [String] {
        let beside = step.revision.map { ", as revision \(TerminalText.plain($0))" } ?? ""
        var lines = ["Hop \(place): \(step.hop.from) to \(step.hop.to)\(beside)"]
        if let problem = step.problem {
            lines.append("  objects: cannot be compared: \(TerminalText.plain(problem))")
        } else {
            let counts = "\(step.count(.added)) added, \(step.count(.changed)) changed, \(step.count(.removed)) removed"
            let when = step.revision == nil || step.count(.removed) == 0 ? "" : " when the old revision is retired"
            lines.append("  objects: \(counts)\(when)")
            lines += changes(step.changes, isFull)
        }
        if !step.flags.isEmpty { lines.append("  otherwise than before:") }
        for flag in step.flags {
            lines.append("    - \(flag.text)")
            if flag.keep != nil { lines.append("      \(flag.remedy)") }
        }
        return lines
    }

    private func changes(_ changes: [ObjectChange], _ isFull: Bool) -> [String] {
        guard !changes.isEmpty else { return [] }
        var table = TextTable(["", "OBJECT", "WHAT"])
        for change in isFull ? changes[...] : changes.prefix(Self.few) {
            let fields = isFull ? change.fields[...] : change.fields.prefix(2)
            let rest = change.fields.count - fields.count
            var texts = fields.map(\.text)
            if let old = change.replaced { texts.insert("in place of \(old.key.name)", at: 0) }
            if rest > 0 { texts.append("and \(rest) more") }
            table.rows.append([change.kind.sign, change.id.description, texts.first ?? ""])
            for text in texts.dropFirst() { table.rows.append(["", "", text]) }
        }
        return table.lines.map { "    \($0)" } + more(changes.count, isFull)
    }

    private func more(_ count: Int, _ isFull: Bool) -> [String] {
        !isFull && count > Self.few ? ["    and \(count - Self.few) more; --all shows them"] : []
    }

    private func workloads(_ outline: UpgradeOutline, _ isFull: Bool) -> [String] {
        guard !outline.waves.isEmpty || !outline.staying.isEmpty || !outline.gateways.isEmpty else { return [] }
        let total = outline.waves.reduce(0) { $0 + $1.workloads.count }
        let (moving, staying) = (Self.count(total, "move"), Self.count(outline.staying.count, "stay"))
        var lines = ["", "Workloads: \(moving) at each hop, \(staying)"]
        if !outline.waves.isEmpty {
            var table = TextTable(["WAVE", "NAMESPACES", "WORKLOADS", "PODS", "FIRST"])
            for wave in outline.waves {
                let first = wave.workloads.prefix(3).map(\.description).joined(separator: ", ")
                let rest = wave.workloads.count > 3 ? ", …" : ""
                table.rows.append([
                    "\(wave.number)", "\(wave.namespaces.count)", "\(wave.workloads.count)", "\(wave.pods)",
                    first + rest,
                ])
            }
            lines += table.lines.map { "  \($0)" }
            if isFull {
                for wave in outline.waves {
                    lines += wave.workloads.map { "  wave \(wave.number): \(TerminalText.plain($0.description))" }
                }
            }
        }
        for stay in isFull ? outline.staying[...] : outline.staying.prefix(Self.few) {
            lines.append("  stays: \(TerminalText.plain(stay.id.description)): \(TerminalText.plain(stay.why))")
        }
        lines += more(outline.staying.count, isFull)
        if !outline.gateways.isEmpty {
            lines.append(
                "Gateways: \(outline.gateways.map { TerminalText.plain($0.key.description) }.joined(separator: ", "))"
            )
        }
        return lines
    }

    private func findings(_ outline: UpgradeOutline, _ isFull: Bool) -> [String] {
        // What behaves otherwise is told with its hop.
        let shown = outline.findings.filter { $0.code != .behaviourChange }
        guard !shown.isEmpty else { return [] }
        var lines = ["", "Findings: \(counts(outline))"]
        var totals: [UpgradeFindingCode: Int] = [:]
        for finding in shown { totals[finding.code, default: 0] += 1 }
        var group: UpgradeFindingCode?
        var number = 0
        for finding in shown {
            if finding.code != group {
                (group, number) = (finding.code, 0)
                lines.append("  \(finding.severity.rawValue.uppercased()) \(finding.code.rawValue)")
            }
            number += 1
            guard isFull || number <= Self.few else {
                if number == Self.few + 1 {
                    lines.append("    and \((totals[finding.code] ?? number) - Self.few) more; --all shows them")
                }
                continue
            }
            let place = [finding.object?.description, finding.field.isEmpty ? nil : finding.field].compactMap(\.self)
            let hop = finding.hop.map { " (at \($0))" } ?? ""
            lines.append("    \(TerminalText.plain((place + [finding.message]).joined(separator: ": ")))\(hop)")
            lines.append("      remedy: \(TerminalText.plain(finding.remedy))")
        }
        return lines
    }

    private func counts(_ outline: UpgradeOutline) -> String {
        let informs = outline.findings.count { $0.severity == .informs && $0.code != .behaviourChange }
        return [(outline.count(.refuses), "refuse"), (outline.count(.warns), "warn"), (informs, "inform")]
            .map { Self.count($0, $1) }.joined(separator: ", ")
    }

    /// How many do something: `1 moves`, `2 move`.
    private static func count(_ number: Int, _ verb: String) -> String { "\(number) \(verb)\(number == 1 ? "s" : "")" }

    private func conclusion(_ outline: UpgradeOutline) -> String {
        if outline.isRefused { return "The upgrade would not start: see the findings that refuse." }
        switch outline.plan.direction {
        case .settled: return "Nothing would change its version."
        case .install: return "The mesh would be installed."
        default: return "The upgrade may start: apply the file."
        }
    }
}
