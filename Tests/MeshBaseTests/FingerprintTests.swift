internal import MeshBase
internal import Testing

@Suite struct FingerprintTests {
    // From the test vectors of http://www.isthe.com/chongo/src/fnv/test_fnv.c
    @Test(arguments: [("", "cbf29ce484222325"), ("a", "af63dc4c8601ec8c"), ("foobar", "85944171f73967e8")])
    func isFNV1a(text: String, digits: String) {
        #expect(Fingerprint(of: Array(text.utf8)).hexadecimal == digits)
    }

    @Test func takesBytesInPieces() {
        var pieces = Fingerprint()
        for piece in ["foo", "", "bar"] { pieces.combine(Array(piece.utf8)) }
        #expect(pieces == Fingerprint(of: Array("foobar".utf8)))
    }

    @Test func keepsLeadingZeros() {
        let short = (0..<1000).map { Fingerprint(of: Array("\($0)".utf8)).hexadecimal }
        #expect(short.allSatisfy { $0.count == 16 } && short.contains { $0.first == "0" })
    }
}
