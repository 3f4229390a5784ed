internal import MeshAPI
internal import MeshBase
internal import MeshTestKit
internal import Testing

@testable internal import RolloutControl

@Suite struct PrometheusAnswerTests {
    static let now = Timestamp(seconds: 1_700_000_000)
    static let instant = PrometheusQuery("up", range: nil, shift: nil, now: now)

    static func range(_ take: AnalysisMetric.Range.Taking) -> PrometheusQuery {
        PrometheusQuery(
            "up",
            range: .init(duration: .seconds(60), step: .seconds(15), take: take),
            shift: nil,
            now: now
        )
    }

    func read(_ text: String, status: Int = 200, to query: PrometheusQuery = instant) throws -> PrometheusAnswer {
        try PrometheusAnswer(
            GateAnswer(status: status, location: nil, body: Array(text.utf8)),
            to: query,
            server: "http://p:9090"
        )
    }

    static func success(_ kind: String, _ result: String, extra: String = "") -> String {
        #"{"status":"success","data":{"resultType":"\#(kind)","result":\#(result)}\#(extra)}"#
    }

    @Test(arguments: [
        ("vector", #"[{"metric":{"a":"b"},"value":[1700000000.123,"0.25"]}]"#, 0.25),
        ("vector", #"[{"metric":{},"value":[1700000000,"1e+06"]}]"#, 1_000_000),
        ("vector", #"[{"metric":{},"value":[1700000000,"-5"]}]"#, -5),
        ("vector", #"[{"metric":{},"value":[1700000000,"+Inf"]}]"#, .infinity), ("scalar", #"[1700000000,"3"]"#, 3),
    ])
    func numbers(_ row: (kind: String, result: String, value: Double)) throws {
        let answer = try read(Self.success(row.kind, row.result))
        #expect(answer.value == row.value)
        #expect(answer.time?.seconds == 1_700_000_000)
    }

    @Test func noSeriesIsNoNumber() throws {
        #expect(try read(Self.success("vector", "[]")).value == nil)
        #expect(try read(Self.success("matrix", "[]"), to: Self.range(.last)).value == nil)
    }

    @Test func notANumberIsKept() throws {
        let answer = try read(Self.success("vector", #"[{"metric":{},"value":[1700000000,"NaN"]}]"#))
        #expect(answer.value?.isNaN == true)
    }

    @Test(arguments: [
        (AnalysisMetric.Range.Taking.last, 2.0), (.max, 9), (.min, 1), (.average, 4),
    ])
    func rows(_ row: (take: AnalysisMetric.Range.Taking, value: Double)) throws {
        let values = #"[{"metric":{},"values":[[1,"1"],[2,"9"],[3,"NaN"],[4,"2"]]}]"#
        let answer = try read(Self.success("matrix", values), to: Self.range(row.take))
        #expect(answer.value == row.value)
        #expect(answer.time?.seconds == 4)
    }

    @Test func warningsAreToldAndBounded() throws {
        let extra = #","warnings":["one","two","three","four",5],"infos":["x"]"#
        let answer = try read(Self.success("vector", "[]", extra: extra))
        #expect(answer.warnings == ["one", "two", "three"])
    }

    @Test(arguments: [
        (
            400, #"{"status":"error","errorType":"bad_data","error":"parse error at 1:2"}"#,
            "bad_data: parse error at 1:2"
        ),
        (200, #"{"status":"error","errorType":"timeout","error":"query timed out"}"#, "timeout: query timed out"),
        (503, "upstream connect error", "answered 503"), (401, "", "refuses the credentials"),
        (302, "", "redirects are not followed"), (200, "<html>Sign in</html>", "no JSON object"),
        (200, "", "no JSON object"),
        (200, "[]", "no JSON object"), (200, "{}", "without status and data"),
        (200, #"{"status":"success","data":{"resultType":"vector"}}"#, "without status and data"),
        (200, success("vector", "{}"), "no list"),
        (200, success("vector", #"[{"value":[1,"1"]},{"value":[1,"2"]}]"#), "2 series where one is needed"),
        (200, success("vector", #"[{"metric":{},"histogram":[1,{}]}]"#), "histogram"),
        (200, success("vector", #"[{"metric":{},"value":[1,2]}]"#), "no pair"),
        (200, success("vector", #"[{"metric":{},"value":["1","2"]}]"#), "no pair"),
        (200, success("vector", #"[{"metric":{},"value":[1,"0x10"]}]"#), "no pair"),
        (200, success("vector", #"[{"metric":{},"value":[1,"infinity"]}]"#), "no pair"),
        (200, success("vector", #"[{"metric":{},"value":[1e300,"1"]}]"#), "no pair"),
        (200, success("matrix", #"[{"metric":{},"values":[[1,"1"]]}]"#), "range vector"),
        (200, success("string", #"[1,"x"]"#), "a text"), (200, success("streams", "[]"), "the type streams"),
    ])
    func whatIsWrongIsSaid(_ row: (status: Int, body: String, words: String)) {
        #expect { try read(row.body, status: row.status) } throws: { error in
            "\(error)".contains(row.words) && "\(error)".contains("http://p:9090")
        }
    }

    @Test func aRangeQueryWantsARow() {
        #expect(throws: AnalysisError.self) {
            try read(Self.success("vector", #"[{"metric":{},"value":[1,"1"]}]"#), to: Self.range(.last))
        }
    }

    /// Whatever the bytes, reading ends without a trap.
    @Test(.tags(.property), arguments: propertySeeds(300))
    func anyBytes(_ seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var bytes = Array(Self.success("vector", #"[{"metric":{},"value":[1700000000.5,"1.5"]}]"#).utf8)
        for _ in 0...random.int(below: 6) {
            let place = random.int(below: bytes.count)
            switch random.int(below: 3) {
            case 0: bytes[place] = UInt8(random.int(below: 256))
            case 1: bytes.remove(at: place)
            default: bytes.insert(contentsOf: random.pick(["9", "[", "{", "e", "\"", "-"]).utf8, at: place)
            }
        }
        _ = try? PrometheusAnswer(GateAnswer(status: 200, location: nil, body: bytes), to: Self.instant, server: "p")
    }
}
