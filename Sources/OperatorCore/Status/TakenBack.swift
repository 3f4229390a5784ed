internal import FieldOwnership
internal import KubeAPI
internal import MeshBase

/// What was taken back from other field managers, in words for Events: the condition `FieldConflict` only shows what lasts.
struct TakenBack {
    /// What was set right before.
    let history: RewriteHistory
    /// The time.
    let now: Timestamp

    /// One note for each object and manager, in the order of the writes.
    ///
    /// What is fought over is left out: the condition tells of it as long as the fight lasts, and its Event once.
    func notes(_ done: [MeshStep]) -> [String] {
        done.flatMap { step -> [String] in
            guard case .apply(let write) = step, write.cause == .drift else { return [] }
            let mark = write.base.map { ContestMark($0) }
            var fields: [String: [FieldPlace]] = [:]
            for contest in write.rewritten where contest.place != .root {
                guard !history.isLastRound(contest, now: now), mark?.isOpen(contest.manager, now: now) != true else {
                    continue
                }
                fields[contest.manager, default: []].append(contest.place)
            }
            return fields.sorted { $0.key < $1.key }.map { manager, places in
                // Who gave up all that it had applied, or removed something, may have left no record.
                let who = manager == "unknown" ? "somebody of whom no record is left" : "field manager \(manager)"
                return "\(step.id): \(who) had changed \(Self.list(places)), which is set right"
            }
        }
    }

    private static func list(_ places: [FieldPlace]) -> String {
        let names = Set(places).sorted().map(\.description)
        let more = names.count - 4
        return names.prefix(4).joined(separator: ", ") + (more > 0 ? " and \(more) more" : "")
    }
}
