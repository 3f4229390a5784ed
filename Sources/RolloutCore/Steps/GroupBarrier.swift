internal import DataTree
internal import KubeAPI
internal import KubeRuntime
internal import MeshAPI
internal import MeshBase
internal import RolloutEngine

/// Keeps MeshRollouts of one group and namespace in step: none enters a step before all are done with the one before, when one
/// fails, all do, and when one leaves in the middle the others do not go on.
///
/// What others have reached is read from their statuses. A status that is missing or behind makes the others wait, never go, and so do steps
/// that were edited in some of the members only. A member that was promoted is done, and holds nobody.
struct GroupBarrier: Sendable {
    /// Who left in the middle; nil where nobody did.
    let departure: GroupDeparture?

    private let peers: [GroupPeer]
    private let group: String?
    private let written: WrittenRecord?
    private let step: Int
    private let steps: Int

    /// Looks at the group of a MeshRollout.
    ///
    /// - Parameters:
    ///   - world: the MeshRollout and what is written down of its step.
    ///   - stores: the caches.
    ///   - resumed: when a pause ended last.
    init(_ world: RolloutWorld, stores: MeshRolloutStores, resumed: Timestamp? = nil) {
        written = world.routeRecord
        step = (world.routeRecord?.record.step ?? -1) + 1
        steps = world.plan.steps.count
        group = world.spec.group
        guard let group = world.spec.group else {
            (peers, departure) = ([], nil)
            return
        }
        let others = stores.rollouts.objects(.namespace, world.namespace).filter { $0.name != world.object.name }
        peers = others.filter { !$0.isDeleting && $0.tree.value(at: "spec", "group")?.string == group }
            .map { GroupPeer($0) }.sorted { $0.name < $1.name }
        departure = GroupDeparture(world, others, resumed: resumed)
    }

    // MARK: Membership

    /// What is to be written down with the next step: who is in the group, and who has left it and is still missed.
    var membership: GroupMembership? {
        guard let group else { return nil }
        guard departure == nil else { return written?.membership }
        return GroupMembership(group: group, members: abreast.map(\.name))
    }

    /// Whose group this one has left by itself, since its `spec.group` is gone; nil where it has not.
    static func left(_ world: RolloutWorld) -> GroupMembership? {
        guard world.spec.group == nil, let written = world.routeRecord, written.record.verdict == nil else {
            return nil
        }
        return written.membership
    }

    /// The members that are not done yet.
    private var abreast: [GroupPeer] { peers.filter { !$0.isDone(since: written?.record.started) } }

    // MARK: In step

    /// The decision, or to wait for the others.
    func held(_ decision: RolloutDecision) -> RolloutDecision {
        let isLast: Bool
        switch decision.action {
        case .enter where decision.reason == .stepDone: isLast = false
        case .finish: isLast = true
        case .hold where decision.reason != .paused: return told(decision)
        default: return decision
        }
        if let departure {
            return RolloutDecision(.hold, .awaitingGroup, "does not go on: \(departure.text)", until: departure.until)
        }
        if let odd = refusal(among: abreast) {
            // Steps of some members were edited: their numbers cannot be compared until those of all are.
            return RolloutDecision(.hold, .awaitingGroup, "does not go on: \(odd)")
        }
        guard let late = abreast.first(where: { !isReady($0, isLast: isLast) }) else { return decision }
        let place = step > 0 ? "done with step \(step) of \(steps)" : "ready for the first of \(steps) steps"
        let message = "\(place); waits for MeshRollout \(late.name) of the group \(late.standing)"
        return RolloutDecision(.hold, .awaitingGroup, message)
    }

    /// A decision to wait for something else, which says who left as well.
    private func told(_ decision: RolloutDecision) -> RolloutDecision {
        guard let departure else { return decision }
        var decision = decision
        decision.message += "; \(departure.text)"
        if let until = departure.until { decision.until = decision.until.map { min($0, until) } ?? until }
        return decision
    }

    /// Why the whole group goes back; nil when it does not.
    ///
    /// Only a verdict on what a member rolls out counts, and only of one that entered a step together with this one: a member that is refused at
    /// rest, or that joins with an old verdict, ends nothing.
    func failure(_ record: RolloutRecord?, now: Timestamp) -> String? {
        guard let record, record.verdict == nil, record.mayHaveMoved else { return nil }
        let members = written?.membership?.members
        let failed = peers.filter { $0.failure != nil && members?.contains($0.name) ?? true }
        // The first one that failed by itself tells more than one that followed it.
        let first = failed.first { !$0.isFollower } ?? failed.first
        return first?.failure ?? departure?.failure(now: now)
    }

    /// Why the group cannot step together; nil when it can.
    var refusal: String? { refusal(among: peers) }

    private func refusal(among peers: [GroupPeer]) -> String? {
        guard let odd = peers.first(where: { $0.steps != nil && $0.steps != steps }) else { return nil }
        return
            "spec.group: MeshRollout \(odd.name) has \(odd.steps ?? 0) steps, this one \(steps); give all members as many"
    }

    private func isReady(_ peer: GroupPeer, isLast: Bool) -> Bool {
        let progress = peer.status.progress
        // A step of steps that are no longer wanted is none of those that count.
        guard peer.isCurrent else { return false }
        switch peer.status.phase {
        case .promoting?: return true
        case .preparing?, .progressing?, .paused?:
            if progress.step > step { return true }
            return progress.step == step && progress.reason == RolloutDecision.Reason.awaitingGroup.rawValue
        default: return false
        }
    }
}
