internal import MeshBase
internal import Testing

@Suite("Go durations")
struct GoDurationTests {
    @Test(
        "Texts are read as Go reads them",
        arguments: [
            ("0", .zero), ("5s", .seconds(5)), ("1.5s", .milliseconds(1500)), ("1h30m", .seconds(5400)),
            ("300ms", .milliseconds(300)), ("2us", .microseconds(2)), ("7ns", .nanoseconds(7)), ("-3m", .seconds(-180)),
            (".5s", .milliseconds(500)), ("9223372036s", .seconds(9_223_372_036)),
        ] as [(String, Duration)]
    )
    func reads(_ text: String, _ duration: Duration) {
        #expect(GoDuration.parse(text) == duration)
    }

    @Test(
        "What is no duration is refused",
        arguments: [
            "", "5", "s", "5x", "1h 30m", "5s5", ".s", "9223372037s", "99999999999999999999h", "1٣s", "--1s", "1e3s",
        ]
    )
    func refuses(_ text: String) {
        #expect(GoDuration.parse(text) == nil)
    }

    @Test(
        "Durations are written shortly and read back",
        arguments: [
            ("0s", .zero), ("1m", .seconds(60)), ("1h", .seconds(3600)), ("1h0.5s", .milliseconds(3_600_500)),
            ("90ms", .milliseconds(90)), ("1m30s", .seconds(90)), ("1.25s", .milliseconds(1250)), ("-5s", .seconds(-5)),
        ] as [(String, Duration)]
    )
    func writes(_ text: String, _ duration: Duration) {
        #expect(GoDuration.text(duration) == text)
        #expect(GoDuration.parse(text) == duration)
    }
}
