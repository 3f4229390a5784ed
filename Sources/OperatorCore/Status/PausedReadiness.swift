internal import KubeAPI
internal import MeshAPI

/// Whether a mesh that nobody keeps up is ready: as it was before, as long as its own objects are there and do their part.
///
/// That objects have other content is noted beside it: what they do is not known.
struct PausedReadiness {
    /// What a pause means, in words for conditions and Events; `isDeleting` says that the deletion of the MeshOperator was asked for.
    static func note(isDeleting: Bool) -> String {
        isDeleting
            ? "spec.paused is set, which holds the deletion: nothing is removed until it is unset"
            : plainNote
    }

    private static let plainNote = "spec.paused is set: nothing is written until it is unset"

    /// Whether it is.
    let isReady: Bool
    /// That it is paused, and what was said before the pause or is broken since.
    let message: String

    /// What is broken; nil where all does its part.
    let broken: String?
    /// Whether the mesh as it is does not do its part, and is not merely on its way up.
    let isDegraded: Bool

    /// What comes before the note of differences.
    private static let butNow = "; but by now "

    /// Judges by what the status said last and by the objects of the mesh; `drift` is nil where it is not known, `isMoving` says that an upgrade is held.
    init(
        _ previous: MeshOperatorStatus,
        _ observation: MeshObservation,
        drift: HeldDrift? = nil,
        isMoving: Bool = false,
        isDeleting: Bool
    ) {
        let ready = previous.condition(.ready)
        let standing = StandingMesh(observation, previous: previous, asked: Set(drift?.missing ?? []))
        broken = standing.broken
        isDegraded =
            standing.problems.contains(where: \.isCertain) || broken != nil && previous.version != nil && !isMoving
        let wasReady = ready?.state == .yes
        // Nothing is awaited any more where all is there as rendered, and does its part.
        let isUp = drift.map { $0.message == nil } ?? false && !isMoving && !standing.isEmpty
        isReady = (wasReady || isUp) && broken == nil
        // Words of what was awaited or broken say nothing of a mesh of which all does its part, nor those of one that was ready.
        let isKept = wasReady ? isReady : drift == nil || isMoving || standing.isEmpty
        let before = isKept ? ready.map { Self.withoutNote($0.message) } ?? "" : ""
        let now = isUp && !wasReady ? previous.version.map { "version \($0) is up" } ?? HeldDrift.none : before
        let what = broken ?? now
        let note = Self.note(isDeleting: isDeleting)
        let differs = drift.flatMap { $0.message == nil ? nil : $0.taken == nil ? $0.count : "names are taken" }
        let more = differs.map { "\(Self.butNow)\($0), as the condition Reconciled says" } ?? ""
        message = (what.isEmpty ? note : "\(note); \(what)") + more
    }

    private static func withoutNote(_ told: String) -> String {
        let message = told.firstRange(of: butNow).map { String(told[..<$0.lowerBound]) } ?? told
        for note in [note(isDeleting: false), note(isDeleting: true)] where message.hasPrefix(note) {
            return String(message.dropFirst(note.count).drop { $0 == ";" || $0 == " " })
        }
        return message
    }
}
