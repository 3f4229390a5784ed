internal import KubeAPI
internal import MeshAPI

/// Whether a mesh that nobody keeps up is ready: as it was before, as long as its own objects are there and do their part.
///
/// That objects have other content is noted beside it: what they do is not known.
struct PausedReadiness {
    /// What a pause means.
    ///
    /// - Parameter isDeleting: whether the deletion of the MeshOperator was asked for.
    /// - Returns: the words for conditions and Events.
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

    /// What comes before the note of differences.
    private static let butNow = "; but by now "

    /// Judges by what the status said last and by the objects of the mesh.
    ///
    /// - Parameters:
    ///   - previous: the status as it was.
    ///   - observation: the objects that are there.
    ///   - drift: how they differ from what is rendered; nil where that is not known.
    ///   - isDeleting: whether the deletion of the MeshOperator was asked for.
    init(
        _ previous: MeshOperatorStatus,
        _ observation: MeshObservation,
        drift: HeldDrift? = nil,
        isDeleting: Bool
    ) {
        let ready = previous.condition(.ready)
        let objects = observation.ours(manager: MeshPlanner.manager)
        let broken =
            objects.lazy.compactMap { Self.problem($0, observation) }.first
            ?? Self.missing(previous, observation, drift)
        let wasReady = ready?.state == .yes
        isReady = wasReady && broken == nil
        // Words of a mesh that was ready say nothing of one that is not.
        let before = wasReady != isReady ? "" : ready.map { Self.withoutNote($0.message) } ?? ""
        let what = broken ?? before
        let note = Self.note(isDeleting: isDeleting)
        let differs = drift.flatMap { $0.message == nil ? nil : $0.taken == nil ? $0.count : "names are taken" }
        let more = differs.map { "\(Self.butNow)\($0), as the condition Reconciled says" } ?? ""
        message = (what.isEmpty ? note : "\(note); \(what)") + more
    }

    private static func problem(_ object: KubeObject, _ observation: MeshObservation) -> String? {
        switch ObjectReadiness.of(object) {
        case .ready: nil
        case .waiting(let what), .failed(let what):
            observation.troubles[ResourceID(object)].map { "\(what): \($0)" } ?? what
        }
    }

    /// An object that was there and is still asked for, or without which traffic suffers: a gateway's Service, or what this process has
    /// seen.
    private static func missing(
        _ previous: MeshOperatorStatus,
        _ observation: MeshObservation,
        _ drift: HeldDrift?
    ) -> String? {
        let services = previous.gateways.map { gateway in
            ResourceID(group: "", kind: "Service", key: ObjectKey(namespace: gateway.namespace, name: gateway.name))
        }
        let kinds: Set = ["Deployment", "DaemonSet", "Service", "MutatingWebhookConfiguration"]
        let asked = Set(drift?.missing ?? [])
        let known = observation.known.filter { kinds.contains($0.kind) || asked.contains($0) }.sorted()
        return (known + services).first { observation.live[$0] == nil }.map { "\($0) is gone" }
    }

    private static func withoutNote(_ told: String) -> String {
        let message = told.firstRange(of: butNow).map { String(told[..<$0.lowerBound]) } ?? told
        for note in [note(isDeleting: false), note(isDeleting: true)] where message.hasPrefix(note) {
            return String(message.dropFirst(note.count).drop { $0 == ";" || $0 == " " })
        }
        return message
    }
}
