internal import DataTree
internal import MeshAPI
internal import MeshBase
package import RolloutEngine

/// The form in which a rollout is written down on the objects that move: the value of the annotation
/// `meshoperator.io/rollout`, a JSON object with `target`, `step`, `began`, after the first step `started`, once it is given up
/// `verdict`, and `plan`: a digest of the steps that `step` counts, with the weight of that one, and `edited` where an edit of the steps
/// has left none to stand at.
package enum RecordText {
    /// What a text says; nil where there is none, or where it says nothing that can be read.
    ///
    /// Anybody may have written it: a step below -1, a time that is none or another form counts as not written, so that the step
    /// is inferred from what has moved.
    package static func read(_ text: String?) -> RolloutRecord? {
        guard let text, text.utf8.count <= limit, let tree = try? Tree(json: text),
            let target = tree["target"]?.string, let step = tree["step"]?.integer, (-1...1_000).contains(step),
            let began = tree["began"]?.string.flatMap({ Timestamp(rfc3339: $0) })
        else { return nil }
        // A time after the step's own says nothing.
        let started = tree["started"]?.string.flatMap { Timestamp(rfc3339: $0) }.flatMap { $0 <= began ? $0 : nil }
        var record = RolloutRecord(target: target, step: Int(step), began: began, started: started)
        if let verdict = tree["verdict"] {
            guard let cause = verdict["cause"]?.string.flatMap({ RolloutRecord.Verdict.Cause(rawValue: $0) }) else {
                return nil
            }
            record.verdict = .init(cause, verdict["message"]?.string ?? "")
        }
        if let plan = tree["plan"] {
            guard let digest = plan["digest"]?.string, let weight = plan["weight"]?.integer, (0...100).contains(weight)
            else { return nil }
            record.plan = .init(digest: digest, weight: Int(weight), isEdited: plan["edited"]?.bool ?? false)
        }
        return record
    }

    /// The text of a record; long messages are cut.
    package static func write(_ record: RolloutRecord) -> String {
        var tree: Tree = [
            "target": .string(record.target), "step": .integer(Int64(record.step)),
            "began": .string(record.began.rfc3339Micro),
        ]
        if record.started < record.began { tree["started"] = .string(record.started.rfc3339Micro) }
        if let verdict = record.verdict {
            let message = String(verdict.message.prefix(1_000))
            tree.set(["cause": .string(verdict.cause.rawValue), "message": .string(message)], at: ["verdict"])
        }
        if let plan = record.plan {
            tree.set(["digest": .string(plan.digest), "weight": .integer(Int64(plan.weight))], at: ["plan"])
            if plan.isEdited { tree.set(true, at: ["plan", "edited"]) }
        }
        return tree.jsonText()
    }

    /// The longest text that is read, in bytes.
    private static let limit = 16_384
}
