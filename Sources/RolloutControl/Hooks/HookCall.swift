internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import MeshBase
internal import RolloutEngine

/// What an HTTP gate is told, and what its answer means.
struct HookCall: Sendable, Hashable {
    let gate: AnalysisGate
    let question: GateQuestion

    /// The longest answer that is one, in bytes.
    static let limit = 64 * 1_024

    /// The request: a POST of a JSON object.
    ///
    /// The body of an answer is read where the answer would let something happen.
    func call(_ target: String) -> GateCall {
        GateCall(
            method: .post,
            target: target,
            headers: ["Accept": "application/json, text/plain", "Content-Type": "application/json"],
            body: Array(body.jsonText().utf8),
            limit: gate.kind == .event ? 0 : Self.limit,
            readsSuccessOnly: true
        )
    }

    /// The object that is posted.
    var body: Tree {
        var tree: Tree = [
            "name": .string(question.key.name),
            "namespace": .string(question.key.namespace ?? question.defaultNamespace),
            "kind": .string(question.kind), "gate": .string(gate.name), "type": .string(gate.kind.rawValue),
            "phase": .string(question.phase), "reason": .string(question.reason),
            "step": .integer(Int64(question.step)), "steps": .integer(Int64(question.steps)),
            "weight": .integer(Int64(question.weight)),
        ]
        if !question.message.isEmpty { tree["message"] = .string(RolloutText.fit(question.message)) }
        tree["new"] = Self.object(question.new.values)
        if let stable = question.stable { tree["stable"] = Self.object(stable.values) }
        tree["metadata"] = Self.object(gate.metadata)
        return tree
    }

    private static func object(_ values: [String: String]) -> Tree {
        var object = TreeObject()
        for (key, value) in values.sorted(by: { $0.key < $1.key }) { object[key] = .string(value) }
        return .object(object)
    }

    /// What an answer means.
    ///
    /// | status | ConfirmStep, ConfirmPromotion | Rollback | Event |
    /// |---|---|---|---|
    /// | 2xx, an answer of a gate (``HookAnswer``) | passed | asks to go back | passed |
    /// | a plain no of a gate | as 403 | as 403 | passed |
    /// | 2xx, anything else | unavailable | unavailable | passed |
    /// | 4xx | inconclusive: the step stays | passed: it does not ask to go back (a warning, unless 403) | passed |
    /// | others | unavailable | unavailable | passed |
    ///
    /// A gate says no with 403 (RFC 9110, 15.5.4). Any other 4xx is as likely the answer of a server that has no such gate, which as a red
    /// button would be missed only when it is needed.
    func reading(_ answer: GateAnswer, server: String, taken: Timestamp) -> GateReading {
        let words = "\(server) \(answer.refusal)"
        switch (gate.kind, answer.status) {
        case (.event, _): return GateReading(.passed, "answered \(answer.status)", taken: taken)
        case (_, 200..<300):
            if let problem = HookAnswer(answer).problem {
                return GateReading(.unavailable, "\(server) \(problem)", taken: taken)
            }
            if let denial = HookAnswer(answer).denial {
                let no = "answered \(answer.status) with \(denial)"
                return gate.kind == .rollback
                    ? GateReading(.passed, "does not ask to go back (\(no))", taken: taken)
                    : GateReading(.inconclusive, "not confirmed: \(server) \(no)", taken: taken)
            }
            let outcome: GateReading.Outcome = gate.kind == .rollback ? .rollBack : .passed
            return GateReading(outcome, "answered \(answer.status)", taken: taken)
        case (.rollback, 403): return GateReading(.passed, "does not ask to go back (403)", taken: taken)
        case (.rollback, 400..<500):
            let doubt =
                "warning: \(words), which is taken for \"do not go back\"; if that is no answer of the gate, correct its url"
            var reading = GateReading(.passed, doubt, taken: taken)
            reading.isDoubtful = true
            return reading
        case (_, 400..<500): return GateReading(.inconclusive, "not confirmed: \(words)", taken: taken)
        default: return GateReading(.unavailable, words, taken: taken)
        }
    }
}
