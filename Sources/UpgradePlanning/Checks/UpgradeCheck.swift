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
        let indexed = IndexedWorld(world)
        var found = Set(UpgradeCheck.all.flatMap { $0.findings(indexed) })
        for finding in found where finding.severity == .refuses {
            let isAccepted = world.accepted.contains(finding.code)
            found.remove(finding)
            var copy = finding
            if isAccepted {
                copy.severity = .warns
            } else {
                let annotation = "\(MeshNames.Annotation.acceptFindings): \(finding.code.rawValue)"
                copy.remedy += ", or annotate the MeshOperator with \(annotation)"
            }
            found.insert(copy)
        }
        return found.sorted()
    }
}
