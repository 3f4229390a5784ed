/// Tells the step of a rollout from what has moved.
///
/// What has moved proves that something moved it, not that a person, a gate or a hold allowed it.
package struct StepInference: Sendable, Hashable {
    /// The step that a world without a record is in.
    package struct Place: Sendable, Hashable {
        /// The step, counted from 0; -1 where nothing has moved.
        package var step: Int
        /// Whether more has moved than can be proven to be allowed.
        package var isCut: Bool

        /// Describes a place.
        package init(step: Int, isCut: Bool) {
            self.step = step
            self.isCut = isCut
        }
    }

    private let steps: [RolloutStep]
    private let gates: [GateState]

    /// Reads the steps of a policy, and the gates that are asked in them.
    package init(_ policy: RolloutPolicy, gates: [GateState]) {
        steps = policy.steps
        self.gates = gates.filter { !$0.isDryRun }
    }

    /// The first step that covers everything that has moved, but none behind a step that holds or asks for an approval or a gate: that it held, or
    /// that it was allowed to end, is written down nowhere.
    ///
    /// It is not a later one of equal share. The hold of the step begins anew.
    package func place(of parts: [RolloutPart]) -> Place {
        guard parts.contains(where: { $0.moved > 0 }) else { return Place(step: -1, isCut: false) }
        let found = steps.firstIndex { step in parts.allSatisfy { $0.moved <= $0.need(at: step.weight) } }
        let step = found ?? steps.count - 1
        guard let asking = steps.prefix(max(0, step)).firstIndex(where: asks) else {
            return Place(step: step, isCut: false)
        }
        return Place(step: asking, isCut: true)
    }

    private func asks(_ step: RolloutStep) -> Bool {
        step.needsApproval || step.holds || gates.contains { step.gates?.contains($0.name) ?? true }
    }
}
