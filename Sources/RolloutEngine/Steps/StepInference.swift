/// Tells the step of a rollout from what has moved.
package struct StepInference: Sendable, Hashable {
    /// The weights of the steps.
    package let weights: [Int]

    /// Reads the steps of a policy.
    package init(_ policy: RolloutPolicy) {
        weights = policy.steps.map(\.weight)
    }

    /// The step a world without a record is in: the first that covers everything that has moved; -1 when nothing has.
    ///
    /// It is not a later one of equal share, so that no hold and no gate is passed over.
    package func step(of parts: [RolloutPart]) -> Int {
        guard parts.contains(where: { $0.moved > 0 }) else { return -1 }
        let found = weights.firstIndex { weight in parts.allSatisfy { $0.moved <= $0.need(at: weight) } }
        return found ?? weights.count - 1
    }
}
