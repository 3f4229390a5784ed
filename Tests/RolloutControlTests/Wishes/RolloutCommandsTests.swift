internal import MeshAPI
internal import MeshBase
internal import RolloutControl
internal import RolloutEngine
internal import Testing

@Suite struct RolloutCommandsTests {
    typealias Command = RolloutNames.Command
    static let began = Timestamp(seconds: 1_700_000_000)
    static let record = RolloutRecord(target: "1.30.3", step: 1, began: began)

    func wishes(_ annotations: [String: String], _ record: RolloutRecord? = record) -> RolloutObservation.Wishes {
        RolloutCommands(annotations: annotations).wishes(record: record, isPaused: false)
    }

    @Test func ordersForOthersAreFound() {
        let commands = RolloutCommands(annotations: [
            Command.approve: "1@1.30.3", Command.promote: "full@1.29.2", Command.abort: "no @@1.30.3",
        ])
        #expect(commands.bound(toOthersThan: "1.30.3") == [Command.promote])
        #expect(commands.bound(toOthersThan: nil) == [Command.approve, Command.promote, Command.abort])
        let ahead = commands.bound(toOthersThan: "1.29.2", ahead: ["1.29.2", "1.30.3"])
        #expect(ahead == [Command.abort], "an approval is kept for its hop, an abort is not")
        let free = RolloutCommands(annotations: [Command.approve: "1", Command.abort: "no", Command.pause: "true"])
        #expect(free.bound(toOthersThan: "x") == [])
        #expect(RolloutCommands.given(in: [Command.pause: "true", Command.abort: "no", "a": "b"]) == [Command.abort])
        let given = RolloutCommands.given(in: [Command.approve: "one", Command.promote: "full"])
        #expect(given == [Command.promote], "what cannot be read is told otherwise")
    }

    @Test func nothingIsAskedForByOthersAnnotations() {
        #expect(wishes(["a": "true"]) == RolloutObservation.Wishes())
        #expect(RolloutCommands(annotations: [:]).wishes(record: nil, isPaused: true).isPaused)
    }

    @Test(arguments: [
        ("true", true, 0), ("True", true, 0), (" true ", true, 0), ("false", false, 0), ("", false, 0),
        ("yes", true, 1),
        ("tru", true, 1),
    ])
    func pause(_ row: (text: String, isPaused: Bool, issues: Int)) {
        let commands = RolloutCommands(annotations: [Command.pause: row.text])
        #expect(commands.wishes(record: nil, isPaused: false).isPaused == row.isPaused)
        #expect(commands.issues.count == row.issues)
    }

    @Test(
        arguments: [
            ("1", Set([0]), 0), ("1,3", [0, 2], 0), (" 2 , 3 ", [1, 2], 0), ("", [], 0), ("0", [-1], 0),
            ("-1,2", [1], 1),
            ("99999999999999999999", [], 1), ("1;2", [], 1), ("2@1.30.3", [1], 0), ("2@1.30.2", [], 0), ("2@", [], 0),
        ] as [(String, Set<Int>, Int)]
    )
    func approval(_ row: (text: String, steps: Set<Int>, issues: Int)) {
        #expect(wishes([Command.approve: row.text]).approvedSteps == row.steps)
        #expect(RolloutCommands(annotations: [Command.approve: row.text]).issues.count == row.issues)
    }

    @Test(
        arguments: [
            ("full", true, nil), ("FULL", true, nil), ("2", false, 1), ("full@1.30.3", true, nil),
            ("full@1.29.1", false, nil), ("3@1.30.3", false, 2), ("all", false, nil), ("", false, nil),
        ] as [(String, Bool, Int?)]
    )
    func promotion(_ row: (text: String, isFull: Bool, step: Int?)) {
        let wishes = wishes([Command.promote: row.text])
        #expect(wishes.isPromotedFully == row.isFull)
        #expect(wishes.promotedStep == row.step)
        #expect(RolloutCommands(annotations: [Command.promote: "all"]).issues.count == 1)
    }

    @Test(
        arguments: [
            ("errors in the shop", "a person asks to go back: errors in the shop"), ("", "a person asks to go back"),
            ("true", "a person asks to go back"), ("false", nil),
            ("odd @@1.30.3", "a person asks to go back: odd"), ("true @@1.30.3", "a person asks to go back"),
            ("odd @@1.29.1", nil), ("odd @@", nil),
            ("ask bob@example.com", "a person asks to go back: ask bob@example.com"),
            ("a @@1.29.1 @@1.30.3", "a person asks to go back: a @@1.29.1"),
        ] as [(String, String?)]
    )
    func abort(_ row: (text: String, reason: String?)) {
        #expect(wishes([Command.abort: row.text]).abort == row.reason)
    }

    @Test func longReasonsAreCut() {
        let text = String(repeating: "x", count: 10_000)
        #expect((wishes([Command.abort: text]).abort?.count ?? 0) < 300)
    }

    @Test func aRetryCountsOnceAndOnlyAfterAFailure() {
        let later = [Command.retry: Self.began.advanced(by: .seconds(60)).rfc3339]
        var failed = Self.record
        failed.verdict = .init(.gateFailed, "93 is below 99")
        #expect(wishes(later, failed).isRetried)
        #expect(!wishes(later, Self.record).isRetried, "nothing failed")
        #expect(!wishes(later, nil).isRetried)
        #expect(!wishes([Command.retry: Self.began.rfc3339], failed).isRetried, "asked for before the step began")
        #expect(!wishes(later.merging([Command.abort: "no"]) { $1 }, failed).isRetried)
        #expect(RolloutCommands(annotations: [Command.retry: "now"]).issues.count == 1)
    }

    @Test func knowsWhatIsBoundToOthers() {
        let commands = RolloutCommands(annotations: [
            Command.promote: "full@1.29.1", Command.approve: "1@1.30.3", Command.abort: "no", Command.pause: "true",
        ])
        #expect(commands.bound(toOthersThan: "1.30.3") == [Command.promote])
        #expect(Set(commands.bound(toOthersThan: nil)) == [Command.promote, Command.approve])
    }

    @Test func anAbortOfAnotherTargetDoesNotKeepARetryBack() {
        var failed = Self.record
        failed.verdict = .init(.gateFailed, "93 is below 99")
        let later = Self.began.advanced(by: .seconds(60)).rfc3339
        #expect(wishes([Command.retry: later, Command.abort: "no @@1.29.1"], failed).isRetried)
    }

    @Test func whatIsSpentIsAllButThePause() {
        #expect(Set(RolloutCommands.spent) == Set(Command.all).subtracting([Command.pause]))
    }
}
