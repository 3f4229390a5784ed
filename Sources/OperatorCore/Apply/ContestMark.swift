internal import DataTree
package import FieldOwnership
package import KubeAPI
package import MeshBase

/// What an object itself says about a fight over its fields, so that a restart of the operator does not begin it anew.
///
/// The annotation is set by the repair that makes a fight of it, renewed by each repair of the fight, and dropped by the first
/// write after the fight is over; it causes no write of its own. Each line names the time of the last repair and the manager.
package struct ContestMark: Sendable, Hashable {
    /// The annotation's name.
    package static let annotation = "meshoperator.io/contested"
    /// More lines than this are not read.
    private static let limit = 16

    private var repairs: [String: Timestamp] = [:]

    /// Reads what `object` bears; lines that are none are left out.
    package init(_ object: KubeObject) {
        let text = object.annotation(Self.annotation) ?? ""
        for line in text.split(separator: "\n").prefix(Self.limit) {
            let parts = line.split(separator: " ", maxSplits: 1)
            guard parts.count == 2, let time = Timestamp(rfc3339: String(parts[0])) else { continue }
            repairs[String(parts[1])] = time
        }
    }

    /// The annotation's value, nil where there is no fight.
    package var text: String? {
        guard !repairs.isEmpty else { return nil }
        let lines = repairs.sorted { $0.key < $1.key }.prefix(Self.limit).map { "\($0.value.rfc3339) \($0.key)" }
        return lines.joined(separator: "\n")
    }

    /// Whether a field that `manager` rewrites may be set right at `now`.
    package func verdict(_ manager: String, now: Timestamp) -> RewriteHistory.Verdict {
        guard isOpen(manager, now: now), let last = repairs[manager] else { return .repair }
        let next = last.advanced(by: RewriteHistory.interval)
        return now < next ? .wait(until: next) : .repair
    }

    /// Whether `manager` has been fought with lately; a time that lies ahead of the clock does not count.
    package func isOpen(_ manager: String, now: Timestamp) -> Bool {
        guard let last = repairs[manager] else { return false }
        return last > now - RewriteHistory.window && last <= now.advanced(by: .seconds(5))
    }

    /// Forgets fights that are over at `now`.
    package mutating func expire(now: Timestamp) {
        repairs = repairs.filter { isOpen($0.key, now: now) }
    }

    /// Notes that something `manager` rewrites was set right at `now`.
    package mutating func renew(_ manager: String, now: Timestamp) {
        repairs[manager] = now.truncatedToSeconds
    }
}
