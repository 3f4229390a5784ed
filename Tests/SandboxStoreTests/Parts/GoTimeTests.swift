internal import Testing

@testable internal import SandboxStore

@Suite struct GoTimeTests {
    private static let second = "2006-01-02T15:04:05Z07:00"
    private static let micro = "2006-01-02T15:04:05.000000Z07:00"

    static let readable: [(GoTime.Layout, String, String)] = [
        (.time, "2024-02-29T23:59:59Z", "2024-02-29T23:59:59Z"),
        (.time, "2024-01-01T02:00:00+02:00", "2024-01-01T00:00:00Z"),
        (.time, "2024-01-01T00:00:00.999Z", "2024-01-01T00:00:00Z"),
        (.time, "2024-01-01T5:00:00Z", "2024-01-01T05:00:00Z"),
        (.time, "0001-01-01T00:00:00Z", ""),
        (.microTime, "2024-01-01T00:00:00.123456Z", "2024-01-01T00:00:00.123456Z"),
        (.microTime, "2023-12-31T19:00:00.000001-05:00", "2024-01-01T00:00:00.000001Z"),
        (.microTime, "0001-01-01T00:00:00.000000Z", ""),
    ]

    @Test(arguments: readable) func reads(_ layout: GoTime.Layout, _ text: String, _ wanted: String) throws {
        #expect(try GoTime.canonical(text, layout) == wanted)
    }

    static let unreadable: [(GoTime.Layout, String, String)] = [
        (.microTime, "yesterday", #"parsing time "yesterday" as "\#(micro)": cannot parse "yesterday" as "2006""#),
        (.time, "", #"parsing time "" as "\#(second)": cannot parse "" as "2006""#),
        (.time, "2024-01-01", #"parsing time "2024-01-01" as "\#(second)": cannot parse "" as "T""#),
        (.time, "2024/01/01", #"parsing time "2024/01/01" as "\#(second)": cannot parse "/01/01" as "-""#),
        (.time, "2024-1-01", #"parsing time "2024-1-01" as "\#(second)": cannot parse "1-01" as "01""#),
        (.time, "2024-13-01T00:00:00Z", #"parsing time "2024-13-01T00:00:00Z": month out of range"#),
        (.time, "2023-02-29T00:00:00Z", #"parsing time "2023-02-29T00:00:00Z": day out of range"#),
        (.time, "2024-01-01T25:00:00Z", #"parsing time "2024-01-01T25:00:00Z": hour out of range"#),
        (.time, "2024-01-01T00:60:00Z", #"parsing time "2024-01-01T00:60:00Z": minute out of range"#),
        (.time, "2024-01-01T00:00:60Z", #"parsing time "2024-01-01T00:00:60Z": second out of range"#),
        (
            .time, "2024-01-01T00:00:00",
            #"parsing time "2024-01-01T00:00:00" as "\#(second)": cannot parse "" as "Z07:00""#
        ),
        (
            .time, "2024-01-01T00:00:00+25:00",
            #"parsing time "2024-01-01T00:00:00+25:00": time zone offset hour out of range"#
        ),
        (.time, "2024-01-01T00:00:00Zx", #"parsing time "2024-01-01T00:00:00Zx": extra text: "x""#),
        (
            .microTime, "2024-01-01T00:00:00Z",
            #"parsing time "2024-01-01T00:00:00Z" as "\#(micro)": cannot parse "Z" as ".000000""#
        ),
        (
            .microTime, "2024-01-01T00:00:00.1234567Z",
            #"parsing time "2024-01-01T00:00:00.1234567Z" as "\#(micro)": cannot parse "7Z" as "Z07:00""#
        ),
        (.time, "a\"\\é", #"parsing time "a\"\\\xc3\xa9" as "\#(second)": cannot parse "a\"\\\xc3\xa9" as "2006""#),
    ]

    @Test(arguments: unreadable) func refuses(_ layout: GoTime.Layout, _ text: String, _ message: String) {
        let problem = #expect(throws: GoTime.Problem.self) { try GoTime.canonical(text, layout) }
        #expect(problem?.text == message)
    }
}
