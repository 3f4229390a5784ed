internal import DataTree
internal import MeshBase
internal import RolloutControl
internal import RolloutEngine
internal import Testing

@Suite struct RecordTextTests {
    @Test func theStepsOfARecordComeBack() {
        let began = Timestamp(microsecondsSinceEpoch: 1_800_000_000_000_000)
        let plan = RolloutRecord.Plan(digest: "00ff", weight: 40)
        let record = RolloutRecord(target: "1.30.3", step: 2, began: began, plan: plan)
        let text = RecordText.write(record)
        #expect(RecordText.read(text) == record)
        #expect(RecordText.read(text.replacing("40", with: "400")) == nil, "steps that cannot be read are no record")
        #expect(RecordText.read(text.replacing("weight", with: "share")) == nil)
        var edited = record
        (edited.step, edited.plan) = (-1, RolloutRecord.Plan(digest: "00ff", weight: 0, isEdited: true))
        #expect(RecordText.read(RecordText.write(edited)) == edited, "what an edit has left is asked for later too")
    }

    @Test(arguments: [nil, RolloutRecord.Verdict(.gateFailed, "success-rate: 93 is below 99")])
    func comesBackAsWritten(_ verdict: RolloutRecord.Verdict?) {
        let began = Timestamp(seconds: 1_700_000_000)
        let record = RolloutRecord(target: "1.30.3", step: 2, began: began, verdict: verdict)
        #expect(RecordText.read(RecordText.write(record)) == record)
    }

    @Test("When a rollout started is kept beside when its step began; what cannot be is passed over")
    func started() throws {
        let began = Timestamp(seconds: 1_700_000_000)
        let record = RolloutRecord(target: "v2", step: 1, began: began, started: began - .seconds(90))
        let text = RecordText.write(record)
        #expect(RecordText.read(text) == record && record.started == began - .seconds(90))
        let first = RolloutRecord(target: "v2", began: began)
        #expect(first.started == began && !RecordText.write(first).contains("started"))
        for odd in ["", "soon", "2099-01-01T00:00:00Z"] {
            var tree = try Tree(json: text)
            tree["started"] = .string(odd)
            #expect(RecordText.read(tree.jsonText())?.started == began, "\(odd)")
        }
    }

    @Test(arguments: [
        nil, "", "{", "[]", #"{"target":"a"}"#, #"{"target":"a","step":-2,"began":"2026-01-01T00:00:00Z"}"#,
        #"{"target":"a","step":9223372036854775807,"began":"2026-01-01T00:00:00Z"}"#,
        #"{"target":"a","step":1,"began":"yesterday"}"#,
        #"{"target":"a","step":1,"began":"2026-01-01T00:00:00Z","verdict":{"cause":"Whim"}}"#,
    ])
    func whatCannotBeReadCountsAsNotWritten(_ text: String?) {
        #expect(RecordText.read(text) == nil)
    }
}
