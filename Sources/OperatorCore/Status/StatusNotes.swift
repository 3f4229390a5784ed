internal import KubeAPI
internal import MeshAPI

extension MeshOperatorStatus {
    /// Takes over, as values, what is worth an Event when it changes; the conditions are set already.
    mutating func takeNotes(_ draft: MeshStatusDraft) {
        switch draft.plan.stage {
        case .invalid, .refused: warnings = []
        case .removing, .removed, .inUse, .paused: break
        case .notOwned, .working, .stuck, .settled: warnings = draft.blueprint?.notes ?? []
        }
        // While something else is being set right, what others have may only seem to be theirs.
        if condition(.reconciled)?.state == .yes { leftAlone = LeftAlone.texts(of: draft) }
    }
}

extension MeshPlan {
    /// Whether no pods can be made for a workload that is not up: a quota or a policy stands against them, as against an object of ours.
    ///
    /// Pods that are there and do not come up may do so yet; nor has anybody to decide about a namespace that is going away.
    func lacksPods(_ observation: MeshObservation) -> Bool {
        let leaving = observation.live.values.filter { $0.kind == .namespace && $0.isDeleting }.map(\.name)
        return troubles.keys.contains { id in
            guard let live = observation.live[id], !leaving.contains(id.key.namespace ?? "") else { return false }
            return live.conditions.isTrue("ReplicaFailure")
        }
    }
}
