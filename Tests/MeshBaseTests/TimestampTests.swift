internal import MeshBase
internal import MeshTestKit
internal import Testing

struct TimestampTests {
    static let texts: [(String, Int64)] = [
        ("1970-01-01T00:00:00Z", 0), ("1970-01-01T00:00:00.000001Z", 1), ("1969-12-31T23:59:59.999999Z", -1),
        ("2000-02-29T12:00:00Z", 951_825_600_000_000), ("2026-11-21T06:30:00Z", 1_795_242_600_000_000),
        ("2026-11-21T07:30:00+01:00", 1_795_242_600_000_000), ("2026-11-21T01:00:00.5-05:30", 1_795_242_600_500_000),
        ("2026-11-21t06:30:00z", 1_795_242_600_000_000), ("2026-11-21T06:30:00.1234569Z", 1_795_242_600_123_456),
        ("2016-12-31T23:59:60Z", 1_483_228_800_000_000), ("0000-01-01T00:00:00Z", -62_167_219_200_000_000),
        ("9999-12-31T23:59:59Z", 253_402_300_799_000_000),
    ]

    @Test(arguments: texts)
    func reads(text: String, microseconds: Int64) {
        #expect(Timestamp(rfc3339: text)?.microsecondsSinceEpoch == microseconds)
    }

    @Test(arguments: [
        "", "2026-11-21", "2026-11-21T06:30:00", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-02-29T00:00:00Z",
        "1900-02-29T00:00:00Z",
        "2026-04-31T00:00:00Z", "2026-01-00T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z",
        "2026-01-01T00:00:61Z",
        "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00+1:00", "2026-01-01T00:00:00+24:00", "2026-01-01T00:00:00Zx",
        "26-01-01T00:00:00Z",
        "-2026-01-01T00:00:00Z", "２026-01-01T00:00:00Z",
    ])
    func refuses(text: String) {
        #expect(Timestamp(rfc3339: text) == nil)
    }

    @Test(arguments: propertySeeds(200))
    func readsBackWhatItWrites(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let range = -62_167_219_200_000_000...253_402_300_799_999_999
        let time = Timestamp(microsecondsSinceEpoch: Int64(Int.random(in: range, using: &random)))
        #expect(Timestamp(rfc3339: time.rfc3339Micro) == time, "seed \(seed)")
        #expect(Timestamp(rfc3339: time.rfc3339) == time.truncatedToSeconds, "seed \(seed)")
    }

    @Test func writesAsKubernetesDoes() {
        let time = Timestamp(seconds: 1_795_242_600, microseconds: 42)
        #expect(time.rfc3339 == "2026-11-21T06:30:00Z")
        #expect(time.rfc3339Micro == "2026-11-21T06:30:00.000042Z")
    }

    @Test func addsAndSubtracts() {
        let time = Timestamp(seconds: 10)
        #expect(time + .milliseconds(1_500) == Timestamp(seconds: 11, microseconds: 500_000))
        #expect(time - .seconds(11) == Timestamp(seconds: -1))
        #expect(Timestamp(seconds: 3) - time == .seconds(-7))
        #expect(time < time + .microseconds(1))
        #expect(Timestamp(microsecondsSinceEpoch: -1).seconds == -1)
        #expect(Timestamp(microsecondsSinceEpoch: -1).microseconds == 999_999)
    }

    @Test func clampsWhatDoesNotFit() {
        #expect(Timestamp(seconds: .max) == Timestamp(microsecondsSinceEpoch: .max))
        #expect(Timestamp(seconds: .min) == Timestamp(microsecondsSinceEpoch: .min))
        #expect(Timestamp(microsecondsSinceEpoch: .max) + .seconds(1) == Timestamp(microsecondsSinceEpoch: .max))
        #expect(Timestamp(microsecondsSinceEpoch: .min) - .seconds(1) == Timestamp(microsecondsSinceEpoch: .min))
        let span = Timestamp(microsecondsSinceEpoch: .max) - Timestamp(microsecondsSinceEpoch: .min)
        #expect(span > .seconds(1_000_000_000_000))
    }
}
