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
        let bare = text.replacing("=", with: "")
        #expect(Base64.encodeURL(plain.utf8) == bare)
        #expect(Base64.decodeURL(bare) == Array(plain.utf8))
        #expect(bare == text || (Base64.decode(bare) == nil && Base64.decodeURL(text) == nil))
    }

    @Test(arguments: ["Zg=", "Z", "Zm9v=", "Zm9vY===", "Zm8=Zg==", "Zg", "Zm9v Zg==", "Zm-v", "Zm\u{e9}v"])
    func refusesWhatIsNotBase64(text: String) {
        #expect(Base64.decode(text) == nil)
    }

    @Test func alphabetForURLs() {
        let bytes: [UInt8] = [0xFB, 0xEF, 0xBE, 0xFF]
        #expect(Base64.encode(bytes) == "++++/w==")
        #expect(Base64.encodeURL(bytes) == "----_w")
        #expect(Base64.decodeURL("----_w") == bytes)
        for text in ["++++/w", "----_w==", "----_", "a b", "Zm9v\n"] { #expect(Base64.decodeURL(text) == nil) }
    }

    @Test func skipsLineBreaks() {
        #expect(Base64.decode("Zm9v\nYmFy\r\n") == Array("foobar".utf8))
    }

    @Test(arguments: propertySeeds(20))
    func roundTrip(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let bytes = (0..<random.int(below: 200)).map { _ in UInt8.random(in: 0...255, using: &random) }
        #expect(Base64.decode(Base64.encode(bytes)) == bytes, "seed \(seed)")
        #expect(Base64.decodeURL(Base64.encodeURL(bytes)) == bytes, "seed \(seed)")
    }
}
