package import MeshBase
package import RolloutEngine

extension RolloutDecision {
    /// How long a question is open before a status tells: most answers come sooner, and are told themselves.
    package static let tellingDelay = Duration.seconds(2)

    /// The decision with what is being asked, and since when, where it waits for that.
    package func telling(_ open: [OpenQuestion], now: Timestamp) -> RolloutDecision {
        guard action == .hold, reason != .paused else { return self }
        let late = open.filter { now - $0.since >= Self.tellingDelay }
        guard let first = late.min(by: { ($0.since, $0.name) < ($1.since, $1.name) }) else { return self }
        var result = self
        let rest = late.count > 1 ? " (and \(late.count - 1) more)" : ""
        result.message += "; asks gate \(first.name) since \(first.since.rfc3339)\(rest)"
        return result
    }

    /// When the next question has been open for long enough to be told of; nil when there is none.
    package static func telling(_ open: [OpenQuestion], after now: Timestamp) -> Timestamp? {
        open.map { $0.since + tellingDelay }.filter { $0 > now }.min()
    }
}
