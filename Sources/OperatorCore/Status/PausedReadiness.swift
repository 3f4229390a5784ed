internal import KubeAPI
internal import MeshAPI

/// Whether a mesh that nobody keeps up is ready: as it was before, as long as its own objects are there and do their part.
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

    /// Judges by what the status said last and by the objects of the mesh.
    init(_ previous: MeshOperatorStatus, _ observation: MeshObservation, isDeleting: Bool) {
        let ready = previous.condition(.ready)
        let objects = observation.ours(manager: MeshPlanner.manager)
        let broken = objects.lazy.compactMap(Self.problem).first ?? Self.missing(previous, observation)
        let wasReady = ready?.state == .yes
        isReady = wasReady && broken == nil
        // Words of a mesh that was ready say nothing of one that is not.
        let before = wasReady != isReady ? "" : ready.map { Self.withoutNote($0.message) } ?? ""
        let what = broken ?? before
        let note = Self.note(isDeleting: isDeleting)
        message = what.isEmpty ? note : "\(note); \(what)"
    }

    private static func problem(_ object: KubeObject) -> String? {
        switch ObjectReadiness.of(object) {
        case .ready: nil
        case .waiting(let what), .failed(let what): what
        }
    }

    /// An object without which traffic suffers, and which was there: a gateway's Service, or what this process has seen.
    private static func missing(_ previous: MeshOperatorStatus, _ observation: MeshObservation) -> String? {
        let services = previous.gateways.map { gateway in
            ResourceID(group: "", kind: "Service", key: ObjectKey(namespace: gateway.namespace, name: gateway.name))
        }
        let kinds: Set = ["Deployment", "DaemonSet", "Service", "MutatingWebhookConfiguration"]
        let known = observation.known.filter { kinds.contains($0.kind) }.sorted()
        return (known + services).first { observation.live[$0] == nil }.map { "\($0) is gone" }
    }

    private static func withoutNote(_ message: String) -> String {
        for note in [note(isDeleting: false), note(isDeleting: true)] where message.hasPrefix(note) {
            return String(message.dropFirst(note.count).drop { $0 == ";" || $0 == " " })
        }
        return message
    }
}
