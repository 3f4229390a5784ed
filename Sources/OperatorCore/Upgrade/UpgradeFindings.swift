internal import MeshAPI
internal import MeshBase
internal import UpgradePlanning

/// What was found out about a cluster before its mesh moves.
struct UpgradeFindings: Sendable {
    /// The wish it was found out for: version and generation of the MeshOperator, and its annotations.
    let key: [String]
    /// When.
    let taken: Timestamp
    /// What keeps the upgrade from starting, for people.
    let refusals: [String]
    /// All of it, small enough for a status.
    let outline: PlanOutline

    /// Keeps the summary of an outline.
    init(_ outline: UpgradeOutline, key: [String], taken: Timestamp) {
        self.key = key
        self.taken = taken
        refusals = outline.findings.filter { $0.severity == .refuses }.map(\.text)
        self.outline = outline.summary
    }
}
