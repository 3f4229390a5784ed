package import MeshAPI
package import MeshBase
package import RolloutEngine

extension RolloutProgress {
    /// What of an earlier status still speaks of the step that is written down.
    ///
    /// A status may be of another step, of an earlier attempt, or written by anybody. Times before the step began or in the future,
    /// and with them the gates' answers, count as not said: that costs time, and skips nothing.
    package func kept(by record: RolloutRecord?, now: Timestamp) -> RolloutProgress {
        guard let record, record.step >= 0, step == record.step + 1 else {
            var empty = self
            empty.settledSince = nil
            empty.gates = []
            return empty
        }
        var result = self
        if !Self.lies(settledSince, from: record.began, to: now) { result.settledSince = nil }
        result.gates = gates.filter { Self.lies($0.taken, from: record.began, to: now) }
        return result
    }

    /// `settledSince` as a time.
    package var settledTime: Timestamp? { settledSince.flatMap { Timestamp(rfc3339: $0) } }

    private static func lies(_ text: String?, from start: Timestamp, to end: Timestamp) -> Bool {
        guard let time = text.flatMap({ Timestamp(rfc3339: $0) }) else { return false }
        return start <= time && time <= end
    }
}
