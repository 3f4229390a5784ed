internal import MeshBase
internal import MeshTestKit
internal import Testing

@Suite struct Base64Tests {
    @Test(arguments: [
        // RFC 4648 section 10.
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ])
    func vectors(plain: String, text: String) {
        #expect(Base64.encode(plain.utf8) == text)
        #expect(Base64.decode(text) == Array(plain.utf8))
        #expect(Base64.decode(text.replacing("=", with: "")) == Array(plain.utf8))
    }

    @Test(arguments: ["Zg=", "Z", "Zm9v=", "Zm9vY===", "Zm8=Zg==", "Zm-v", "Zm\u{e9}v"])
    func refusesWhatIsNotBase64(text: String) {
        #expect(Base64.decode(text) == nil)
    }

    @Test func skipsLineBreaks() {
        #expect(Base64.decode("Zm9v\nYmFy\r\n") == Array("foobar".utf8))
    }

    @Test(arguments: propertySeeds(20))
    func roundTrip(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let bytes = (0..<random.int(below: 200)).map { _ in UInt8.random(in: 0...255, using: &random) }
        #expect(Base64.decode(Base64.encode(bytes)) == bytes, "seed \(seed)")
    }
}
