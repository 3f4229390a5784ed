package import MeshAPI
package import MeshBase
package import RolloutEngine

extension RolloutProgress {
    /// What of an earlier status still speaks of the step that is written down.
    ///
    /// A status may be of another step, of an earlier attempt, or written by anybody. Times before the step began or in the future,
    /// and with them the gates' answers, count as not said: that costs time, and skips nothing. On the way back, which may begin anew
    /// in the record, what the gates said before it stays: it decides nothing any more, and tells why.
    package func kept(by record: RolloutRecord?, now: Timestamp) -> RolloutProgress {
        guard let record, record.mayHaveMoved, step == record.step + 1 else {
            var empty = self
            empty.settledSince = nil
            empty.gates = []
            return empty
        }
        var result = self
        if !Self.lies(settledSince, from: record.began, to: now) { result.settledSince = nil }
        let first = record.verdict == nil ? record.began : min(record.started, record.began)
        result.gates = gates.filter { Self.lies($0.taken, from: first, to: now) }
        return result
    }

    /// Since when the step that is written down waits for nothing but its gates; nil where it does not, by this status.
    ///
    /// Gates whose passes count only from a later time on wait from then.
    ///
    /// - Parameters:
    ///   - record: what is written down.
    ///   - analysis: the gates.
    ///   - now: the time; a time after it counts as not said.
    /// - Returns: the time.
    package func gatesAwaited(by record: RolloutRecord?, _ analysis: AnalysisSpec, now: Timestamp) -> Timestamp? {
        guard let record, step == record.step + 1, reason == RolloutDecision.Reason.awaitingGate.rawValue,
            // It is in whole seconds.
            let time = since.flatMap({ Timestamp(rfc3339: $0) }), time + .seconds(1) > record.began, time <= now
        else { return nil }
        return max(time, (settledTime ?? time) + (analysis.initialDelay ?? analysis.window))
    }

    /// `settledSince` as a time.
    package var settledTime: Timestamp? { settledSince.flatMap { Timestamp(rfc3339: $0) } }

    private static func lies(_ text: String?, from start: Timestamp, to end: Timestamp) -> Bool {
        guard let time = text.flatMap({ Timestamp(rfc3339: $0) }) else { return false }
        return start <= time && time <= end
    }
}
