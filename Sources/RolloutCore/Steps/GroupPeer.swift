internal import DataTree
internal import KubeAPI
internal import MeshAPI
internal import MeshBase
internal import RolloutEngine

/// Another member of a group, as the cache shows it.
struct GroupPeer: Sendable {
    /// Its name.
    let name: String
    /// What it says of itself.
    let status: MeshRolloutStatus
    /// How many steps it has; nil where its spec cannot be read.
    let steps: Int?
    /// Whether the status speaks of the present spec.
    let isCurrent: Bool
    /// When it was promoted last.
    let promoted: Timestamp?

    init(_ object: KubeObject) {
        name = object.name
        status = MeshRolloutStatus(lenient: object.tree["status"] ?? .null)
        steps = (try? MeshRolloutResource(decoding: object).spec).map { StepPlan($0).steps.count }
        isCurrent = status.observedGeneration == object.generation
        promoted = ServingMark(object.annotations[RolloutNames.Annotation.serving])?.since
    }

    /// Whether it was promoted after a rollout began that steps together with it: it is done with all steps, whatever it says since then.
    func isDone(since started: Timestamp?) -> Bool {
        guard let promoted, let started else { return false }
        return promoted >= started
    }

    /// Whether what it rolls out was ended because another member's was.
    var isFollower: Bool { status.verdict?.cause == RolloutRecord.Verdict.Cause.groupFailed.rawValue }

    /// Where it stands, and what helps where it does not go on by itself.
    var standing: String {
        let phase = status.phase?.rawValue ?? "not begun"
        let place = "(\(phase), step \(status.progress.step))"
        if status.verdict != nil { return "\(place): retry it, or give it another template" }
        return switch status.phase {
        case .idle?, .completed?:
            "\(place), which has nothing to roll out: give it another template, or take spec.group off here to go on without it"
        case .failed?: "\(place): mend what its status names"
        default: place
        }
    }

    /// Why what it rolls out was ended, as others of its group tell it; nil where it was not.
    var failure: String? {
        guard let verdict = status.verdict else { return nil }
        let way =
            switch RolloutRecord.Verdict.Cause(rawValue: verdict.cause) {
            case .aborted?, .superseded?: "goes back"
            default: "failed"
            }
        return "MeshRollout \(name) of the group \(way): \(verdict.message)"
    }
}
