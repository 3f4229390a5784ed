internal import DataTree
internal import KubeAPI
internal import MeshAPI
internal import UpgradePlanning

/// A plan as a value for machines; all of it, whatever people see.
struct PlanDocument: Sendable {
    let report: PlanReport

    /// A refusal.
    func tree(_ refusal: HopRefusal) -> Tree {
        object([
            ("mesh", .string(report.name)), ("allowed", false), ("kubernetes", report.kubernetes.map { .string($0) }),
            (
                "refusal",
                object([
                    ("reason", .string(refusal.reason.rawValue)), ("field", .string(refusal.field)),
                    ("value", .string(refusal.value)), ("problem", .string(refusal.problem)),
                    ("remedy", .string(refusal.remedy)),
                ])
            ),
        ])
    }

    /// A plan.
    func tree(_ outline: UpgradeOutline) -> Tree {
        let plan = outline.plan
        return object([
            ("mesh", .string(report.name)), ("allowed", .bool(!outline.isRefused)),
            ("kubernetes", report.kubernetes.map { .string($0) }), ("direction", .string(plan.direction.rawValue)),
            ("from", plan.from.map { .string($0) }), ("to", .string(plan.to)),
            ("hops", .array(outline.steps.map(hop))), ("notes", strings(plan.notes)),
            ("overrides", strings(plan.overrides)), ("waves", .array(outline.waves.map(wave))),
            (
                "staying",
                .array(outline.staying.map { object([("object", id($0.id)), ("why", .string($0.why))]) })
            ),
            ("gateways", .array(outline.gateways.map(id))), ("findings", .array(outline.findings.map(finding))),
        ])
    }

    private func hop(_ step: UpgradeOutline.Step) -> Tree {
        object([
            ("from", .string(step.hop.from)), ("to", .string(step.hop.to)),
            ("revision", step.revision.map { .string($0) }),
            ("endOfLife", .bool(step.hop.isEndOfLife)), ("fitsKubernetes", .bool(step.hop.fitsKubernetes)),
            ("problem", step.problem.map { .string($0) }), ("changes", .array(step.changes.map(change))),
            ("behaviours", .array(step.flags.map(flag))),
        ])
    }

    private func change(_ change: ObjectChange) -> Tree {
        object([
            ("kind", .string(change.kind.rawValue)), ("object", id(change.id)),
            ("replaces", change.replaced.map(id)),
            (
                "fields",
                .array(
                    change.fields.map {
                        object([
                            ("path", .string($0.path)), ("old", $0.old.map { .string($0) }),
                            ("new", $0.new.map { .string($0) }),
                        ])
                    }
                )
            ),
        ])
    }

    private func flag(_ flag: BehaviourFlag) -> Tree {
        object([
            ("minor", .string(flag.minor)), ("text", .string(flag.text)),
            ("setting", flag.setting.map { .string("spec.values.\($0)") }), ("keep", flag.keep.map { .string($0) }),
        ])
    }

    private func wave(_ wave: UpgradeOutline.Wave) -> Tree {
        object([
            ("wave", .integer(Int64(wave.number))), ("namespaces", strings(wave.namespaces)),
            ("workloads", .array(wave.workloads.map(id))), ("pods", .integer(Int64(wave.pods))),
        ])
    }

    private func finding(_ finding: UpgradeFinding) -> Tree {
        object([
            ("severity", .string(finding.severity.rawValue)), ("code", .string(finding.code.rawValue)),
            ("object", finding.object.map(id)), ("field", finding.field.isEmpty ? nil : .string(finding.field)),
            ("hop", finding.hop.map { .string($0) }), ("message", .string(finding.message)),
            ("remedy", .string(finding.remedy)),
        ])
    }

    private func id(_ id: ResourceID) -> Tree {
        object([
            ("group", id.group.isEmpty ? nil : .string(id.group)), ("kind", .string(id.kind)),
            ("namespace", id.key.namespace.map { .string($0) }), ("name", .string(id.key.name)),
        ])
    }

    private func strings(_ texts: [String]) -> Tree { .array(texts.map { .string($0) }) }

    /// An object of what is there.
    private func object(_ entries: [(String, Tree?)]) -> Tree {
        .object(TreeObject(entries.compactMap { key, value in value.map { (key: key, value: $0) } }))
    }
}
