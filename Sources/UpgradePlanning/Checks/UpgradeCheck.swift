internal import MeshAPI

/// One question asked before an upgrade: a function of what is known.
struct UpgradeCheck: Sendable {
    /// What it looks at, in a word or two.
    let name: String
    /// What it finds; the order does not matter.
    let findings: @Sendable (IndexedWorld) -> [UpgradeFinding]

    /// All checks, in the order in which they are asked.
    static let all: [UpgradeCheck] =
        EnvoyFilterChecks.all + ConfigurationChecks.all + WorkloadChecks.all + ForeignTagChecks.all
        + DisruptionChecks.all
}

/// What all checks find in a world.
package enum UpgradeChecks {
    /// The findings, the gravest first, each once; a function of `world` alone, whatever the order of its lists.
    ///
    /// Findings whose code the user accepts warn where they would refuse.
    package static func findings(_ world: UpgradeWorld) -> [UpgradeFinding] {
        findings(IndexedWorld(world))
    }

    static func findings(_ indexed: IndexedWorld) -> [UpgradeFinding] {
        var found = UpgradeCheck.all.flatMap { $0.findings(indexed) }
        for place in found.indices where found[place].severity == .refuses {
            let code = found[place].code
            if indexed.world.accepted.contains(code) {
                found[place].severity = .warns
            } else {
                let annotation = "\(MeshNames.Annotation.acceptFindings): \(code.rawValue)"
                found[place].remedy += ", or annotate the MeshOperator with \(annotation)"
            }
        }
        return Set(found).sorted()
    }
}
