internal import DataTree
internal import KubeAPI
internal import MeshAPI
internal import MeshBase
internal import RolloutControl
internal import RolloutEngine

/// Members that left a group while it steps together.
///
/// Told by what is written down beside the step (``GroupMembership``) and by the MeshRollouts there are. A member that was promoted is done and
/// may go. The others stay where they are, and go back when nobody mends it within `progressDeadline`: together, or not at all.
struct GroupDeparture: Sendable {
    /// The type of the condition, and the reason of the Event.
    static let reason = "GroupMemberLeft"

    /// How a member left, or was left.
    private enum Way: Sendable, Hashable {
        case deleted
        case ungrouped
        case regrouped(String)
        /// This one was moved to another group, and the member stays in the old one.
        case left(behind: String)
    }

    /// Who is not there any more.
    let names: [String]
    private let way: Way
    private let group: String
    private let end: Timestamp?

    /// Looks for members that left; nil where none did.
    ///
    /// - Parameters:
    ///   - world: the MeshRollout and what is written down of its step.
    ///   - others: the other MeshRollouts of its namespace.
    ///   - resumed: when a pause ended last; its time does not count.
    init?(_ world: RolloutWorld, _ others: [KubeObject], resumed: Timestamp?) {
        guard let written = world.routeRecord, written.record.verdict == nil, written.record.mayHaveMoved,
            !written.isPromoting, !world.isFinishing, let membership = written.membership,
            let present = world.spec.group
        else { return nil }
        let gone = membership.members.compactMap { name -> (name: String, way: Way)? in
            let other = others.first { $0.name == name }
            if let other, GroupPeer(other).isDone(since: written.record.started) { return nil }
            return Self.way(other, membership.group, present).map { (name, $0) }
        }
        guard let first = gone.first else { return nil }
        names = gone.map(\.name)
        way = first.way
        group = membership.group
        end = Self.end(world, written.record, resumed)
    }

    private static func way(_ other: KubeObject?, _ group: String, _ present: String) -> Way? {
        let theirs = other.flatMap { $0.tree.value(at: "spec", "group")?.string }
        // In another group than the one written down this one has left by itself: others may be in it, or left behind.
        guard group == present else { return theirs == group ? .left(behind: present) : nil }
        guard let other, !other.isDeleting else { return .deleted }
        guard theirs != group else { return nil }
        return theirs.map { .regrouped($0) } ?? .ungrouped
    }

    /// When everything goes back; nil while paused.
    private static func end(_ world: RolloutWorld, _ record: RolloutRecord, _ resumed: Timestamp?) -> Timestamp? {
        let commands = RolloutCommands(annotations: world.object.annotations)
        guard !commands.wishes(record: record, isPaused: false).isPaused else { return nil }
        let status = MeshRolloutStatus(lenient: world.object.tree["status"] ?? .null)
        let told = status.conditions.first { $0.type == reason }.flatMap { Timestamp(rfc3339: $0.lastTransitionTime) }
        let since = max(min(told ?? world.now, world.now), min(resumed ?? .epoch, world.now))
        return since + world.plan.policy.progressDeadline
    }

    /// Who left, how, and what helps.
    var text: String {
        let more = names.count > 1 ? " (and \(names.count - 1) more)" : ""
        let name = "MeshRollout \(names.first ?? "")\(more)"
        let what =
            switch way {
            case .deleted: "\(name) of group \(group) was deleted in the middle; create it again"
            case .ungrouped: "\(name) left group \(group) in the middle: its spec.group is gone; set it again"
            case .regrouped(let other):
                "\(name) left group \(group) in the middle: its spec.group is \(other); set it back"
            case .left(let present):
                "spec.group was changed from \(group) to \(present) in the middle, and \(name) is in \(group) still; "
                    + "change that as well"
            }
        let time = end.map { ", or everything goes back at \($0.rfc3339) (progressDeadline)" } ?? ""
        return "\(what), or give those that stay another spec.group to go on without it\(time)"
    }

    /// When everything goes back; nil while paused.
    var until: Timestamp? { end }

    /// Why everything goes back; nil before its time.
    func failure(now: Timestamp) -> String? {
        guard let end, now >= end else { return nil }
        return "the group is not whole again in time (progressDeadline): \(text)"
    }
}
