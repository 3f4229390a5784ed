internal import KubeAPI
internal import MeshAPI

/// Whether a mesh that nobody keeps up is ready: as it was before, as long as its own workloads are.
struct PausedReadiness {
    private static let note = "spec.paused is set: nothing is written until it is unset"

    /// Whether it is.
    let isReady: Bool
    /// That it is paused, and what was said before the pause or is broken since.
    let message: String

    /// Judges by what `Ready` said last and by the objects of the mesh.
    init(_ previous: MeshCondition?, _ objects: [KubeObject]) {
        let broken = objects.lazy.filter { ObjectReadiness.isWorkload($0.kind) }.compactMap(Self.problem).first
        let wasReady = previous?.state == .yes
        isReady = wasReady && broken == nil
        // Words of a mesh that was ready say nothing of one that is not.
        let before = wasReady != isReady ? "" : previous.map { Self.withoutNote($0.message) } ?? ""
        let what = broken ?? before
        message = what.isEmpty ? Self.note : "\(Self.note); \(what)"
    }

    private static func problem(_ workload: KubeObject) -> String? {
        switch ObjectReadiness.of(workload) {
        case .ready: nil
        case .waiting(let what), .failed(let what): what
        }
    }

    private static func withoutNote(_ message: String) -> String {
        guard message.hasPrefix(note) else { return message }
        return String(message.dropFirst(note.count).drop { $0 == ";" || $0 == " " })
    }
}
