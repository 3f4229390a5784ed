internal import DataTree
internal import KubeAPI
internal import MeshTestKit
internal import Testing

@Suite struct QuantityTests {
    @Test(arguments: [
        ("0", "0"), ("0Ki", "0"), ("-0", "0"), ("1", "1"), ("+5", "5"), ("-1", "-1"), (".5", "500m"), ("5.", "5"),
        ("1000m", "1"), ("1500m", "1500m"), ("0.1", "100m"), ("1000", "1k"), ("1024", "1024"), ("1Ki", "1Ki"),
        ("1024Ki", "1Mi"), ("1.5Gi", "1536Mi"), ("0.5Gi", "512Mi"), ("1.5Ki", "1536"), ("0.001Ki", "1024m"),
        ("1E", "1E"),
        ("1e3", "1e3"), ("1E3", "1e3"), ("1.5e3", "1500"), ("100e3", "100e3"), ("12e-3", "12e-3"), ("1e+3", "1e3"),
        ("0.5n", "1n"), ("1.1n", "2n"), ("-1.1n", "-2n"), ("10.035m", "10035u"), ("250u", "250u"), ("3M", "3M"),
        ("1e40", "9223372036854775807"), ("-100E", "-9223372036854775807"), ("16Ei", "9223372036854775807"),
        ("9223372036854775807", "9223372036854775807"), ("0.0000000000000000000000000001", "1n"), ("1e-400", "1e-9"),
    ])
    func canonicalText(text: String, canonical: String) throws {
        let quantity = try #require(Quantity(text))
        #expect(quantity.description == canonical)
        #expect(Quantity(canonical) == quantity)
    }

    @Test(arguments: [
        "", "Ki", ".", "-", "+-1", "1 ", " 1", "0x1", "1KI", "1mi", "1e", "1e3k", "1e3.5", "1,5", "1..5", "١", "1Kii",
        "NaN",
    ])
    func refuses(text: String) {
        #expect(Quantity(text) == nil)
    }

    @Test func comparesAmountsHoweverWritten() throws {
        let words = ["100m", "1", "1Ki", "1025", "2k", "1Mi", "1Gi"]
        let quantities = try words.map { try #require(Quantity($0)) }
        #expect(quantities.shuffled().sorted() == quantities)
        #expect(Quantity("1Gi") == Quantity("1073741824"))
        #expect(Quantity("1Gi")?.hashValue == Quantity("1073741824")?.hashValue)
    }

    @Test func addsAndSubtracts() throws {
        let a = try #require(Quantity("1.5Gi"))
        let b = try #require(Quantity("512Mi"))
        #expect((a + b).description == "2Gi")
        #expect((b - a).description == "-1Gi")
        #expect((Quantity(Int64.max) + Quantity(Int64.max)).units == Int64.max)
    }

    @Test func roundsAwayFromZero() throws {
        #expect(Quantity("1.2")?.units == 2)
        #expect(Quantity("-1.2")?.units == -2)
        #expect(Quantity("0.1234")?.thousandths == 124)
        #expect(Quantity("-0.1234")?.thousandths == -124)
    }

    @Test func readsTrees() {
        #expect(Quantity(Tree.integer(3))?.description == "3")
        #expect(Quantity(Tree.double(0.5))?.description == "500m")
        #expect(Quantity(Tree.string("2Mi"))?.description == "2Mi")
        #expect(Quantity(Tree.bool(true)) == nil)
    }

    @Test(arguments: propertySeeds(200))
    func textIsStable(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let suffixes = ["", "n", "u", "m", "k", "M", "G", "T", "P", "Ki", "Mi", "Gi", "Ti", "e3", "e-3", "e6"]
        let digits = String(Int64.random(in: 0...9_999_999, using: &random))
        let fraction = random.oneIn(2) ? "." + String(Int.random(in: 0...999_999, using: &random)) : ""
        let text = (random.oneIn(3) ? "-" : "") + digits + fraction + random.pick(suffixes)
        let quantity = try #require(Quantity(text), "seed \(seed): \(text)")
        let again = try #require(Quantity(quantity.description), "seed \(seed): \(text)")
        #expect(again == quantity || quantity.format == .binary, "seed \(seed): \(text)")
        #expect(again.description == quantity.description, "seed \(seed): \(text)")
    }
}
