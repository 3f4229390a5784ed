internal import KubeAPI
internal import MeshAPI
internal import MeshBase
internal import RolloutEngine

/// What an upgrade came to in a reconcile: what the status is written from.
struct UpgradeReport: Sendable {
    /// What was decided from.
    let scene: UpgradeScene
    /// What the engine saw.
    let observation: RolloutObservation
    /// What it said.
    let decision: RolloutDecision
    /// How far the rollout is.
    let progress: RolloutProgress
    /// What is under way, for messages.
    var awaited: [ResourceID] = []
    /// What the upgrade changes and whom it concerns; nil before that was worked out.
    var outline: PlanOutline?
    /// What made the plan allowed.
    var overrides: [String] = []
    /// When to look again at the latest.
    var lookAgain: Timestamp?
}
