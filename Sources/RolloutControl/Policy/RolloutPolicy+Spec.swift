package import MeshAPI
package import RolloutEngine

extension RolloutPolicy {
    /// The rules of the upgrade of a mesh.
    package init(_ upgrade: UpgradePlan) {
        self.init(
            steps: upgrade.steps.map { step in
                var result = RolloutStep(weight: step.weight, hold: step.hold > .zero ? .duration(step.hold) : .none)
                result.needsApproval = step.needsApproval
                return result
            },
            failureLimit: upgrade.analysis.failureLimit,
            errorLimit: upgrade.analysis.errorLimit,
            progressDeadline: upgrade.progressDeadline,
            rollback: upgrade.rollback == .manual ? .manual : .automatic
        )
        successes = max(1, upgrade.analysis.consecutiveSuccesses)
    }
}
