internal import DataTree
internal import KubeClient
internal import MeshAPI
internal import RolloutEngine
internal import Testing

@testable internal import RolloutControl

@Suite struct HookCallTests {
    @Test(arguments: [
        ("ConfirmStep", 200, GateReading.Outcome.passed), ("ConfirmStep", 204, .passed),
        ("ConfirmStep", 403, .inconclusive),
        ("ConfirmStep", 500, .unavailable), ("ConfirmStep", 302, .unavailable), ("ConfirmPromotion", 201, .passed),
        ("ConfirmPromotion", 404, .inconclusive), ("Rollback", 200, .rollBack), ("Rollback", 403, .passed),
        ("Rollback", 503, .unavailable), ("Rollback", 301, .unavailable), ("Event", 200, .passed),
        ("Event", 500, .passed),
    ])
    func statuses(_ row: (type: String, status: Int, outcome: GateReading.Outcome)) throws {
        let gate = try SampleAnalysis.gate("{name: g, type: \(row.type), url: 'http://g'}")
        let answer = GateAnswer(status: row.status, location: nil, body: [])
        let reading = HookCall(gate: gate, question: SampleAnalysis.question)
            .reading(answer, server: "http://g:80", taken: SampleAnalysis.start)
        #expect(reading.outcome == row.outcome)
        #expect(!reading.message.isEmpty)
    }

    @Test func whatIsPosted() throws {
        let gate = try SampleAnalysis.gate(
            "{name: g, url: 'http://g', metadata: {team: 'shop', note: \"a \\\" quote\"}}"
        )
        var question = SampleAnalysis.question
        question.message = "went on"
        let call = HookCall(gate: gate, question: question).call("/x")
        let body = try Tree(json: call.body ?? [])
        #expect(
            body == [
                "name": "reviews", "namespace": "shop", "kind": "MeshRollout", "gate": "g", "type": "ConfirmStep",
                "phase": "Progressing", "reason": "AwaitingGate", "message": "went on", "step": 2, "steps": 4,
                "weight": 25,
                "new": ["namespace": "shop", "workload": "reviews-v2", "version": "v2", "host": "reviews"],
                "stable": ["namespace": "shop", "workload": "reviews-v1", "version": "v1", "host": "reviews"],
                "metadata": ["team": "shop", "note": "a \" quote"],
            ]
        )
        #expect(call.method == .post)
        #expect(call.limit == 0)
    }
}
