internal import DataTree
internal import KubeAPI
internal import KubeRuntime
internal import MeshAPI
internal import RolloutEngine

/// Keeps MeshRollouts of one group and namespace in step: none enters a step before all are done with the one before, and when one
/// fails, all do.
///
/// What others have reached is read from their statuses. A status that is missing or behind makes the others wait, never go, and so do steps
/// that were edited in some of the members only.
struct GroupBarrier: Sendable {
    /// Another member.
    struct Peer: Sendable {
        let name: String
        let status: MeshRolloutStatus
        let steps: Int?
        /// Whether the status speaks of the present spec.
        let isCurrent: Bool
    }

    private let peers: [Peer]
    private let step: Int
    private let steps: Int

    init(_ world: RolloutWorld, stores: MeshRolloutStores) {
        step = (world.routeRecord?.record.step ?? -1) + 1
        steps = world.plan.steps.count
        guard let group = world.spec.group else {
            peers = []
            return
        }
        peers = stores.rollouts.objects(.namespace, world.namespace).compactMap { other in
            guard other.name != world.object.name, !other.isDeleting,
                other.tree.value(at: "spec", "group")?.string == group
            else { return nil }
            let spec = try? MeshRolloutResource(decoding: other).spec
            let status = MeshRolloutStatus(lenient: other.tree["status"] ?? .null)
            return Peer(
                name: other.name,
                status: status,
                steps: spec.map { StepPlan($0).steps.count },
                isCurrent: status.observedGeneration == other.generation
            )
        }
    }

    /// The decision, or to wait for the others.
    func held(_ decision: RolloutDecision) -> RolloutDecision {
        let isLast: Bool
        switch decision.action {
        case .enter where decision.reason == .stepDone: isLast = false
        case .finish: isLast = true
        default: return decision
        }
        if let refusal {
            // Steps of some members were edited: their numbers cannot be compared until those of all are.
            return RolloutDecision(.hold, .awaitingGroup, "does not go on: \(refusal)")
        }
        guard let late = peers.first(where: { !isReady($0, isLast: isLast) }) else { return decision }
        let stands = late.status.phase?.rawValue ?? "not begun"
        let place = step > 0 ? "done with step \(step) of \(steps)" : "ready for the first of \(steps) steps"
        let message =
            "\(place); waits for MeshRollout \(late.name) of the group (\(stands), step "
            + "\(late.status.progress.step))"
        return RolloutDecision(.hold, .awaitingGroup, message)
    }

    /// Why the whole group goes back; nil when it does not.
    func failure(_ record: RolloutRecord?) -> String? {
        guard let record, record.verdict == nil, record.step >= 0 else { return nil }
        for peer in peers {
            switch peer.status.phase {
            case .rollingBack?, .rolledBack?, .failed?:
                return "MeshRollout \(peer.name) of the group failed: \(Self.cause(peer.status.progress.waitingFor))"
            default: continue
            }
        }
        return nil
    }

    /// What a member says of its failure, without what it does about it at this moment.
    private static func cause(_ text: String) -> String {
        let ends = [RolloutDecider.nextBack, RolloutDecider.personDecides].compactMap {
            text.firstRange(of: $0)?.lowerBound
        }
        return String(text[..<(ends.min() ?? text.endIndex)])
    }

    /// Why the group cannot step together; nil when it can.
    var refusal: String? {
        guard let odd = peers.first(where: { $0.steps != nil && $0.steps != steps }) else { return nil }
        return
            "spec.group: MeshRollout \(odd.name) has \(odd.steps ?? 0) steps, this one \(steps); give all members as many"
    }

    private func isReady(_ peer: Peer, isLast: Bool) -> Bool {
        let progress = peer.status.progress
        // A step of steps that are no longer wanted is none of those that count.
        guard peer.isCurrent else { return false }
        switch peer.status.phase {
        case .completed?, .promoting?: return isLast
        case .preparing?, .progressing?, .paused?:
            if progress.step > step { return true }
            return progress.step == step && progress.reason == RolloutDecision.Reason.awaitingGroup.rawValue
        default: return false
        }
    }
}
