internal import DataTree
internal import MeshTestKit
internal import Testing

struct JSONParserTests {
    static let accepted: [(String, Tree)] = [
        ("null", .null), (" true ", true), ("false", false), ("0", 0), ("-0", 0), ("-1", -1), ("\t\r\n7 ", 7),
        ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
        ("9223372036854775808", .bigInteger("9223372036854775808")),
        ("-9223372036854775809", .bigInteger("-9223372036854775809")),
        ("123456789012345678901234567890", .bigInteger("123456789012345678901234567890")),
        ("1.0", 1.0), ("-0.0", .double(-0.0)), ("1e3", 1000.0), ("1E+3", 1000.0), ("25e-1", 2.5), ("0.1", 0.1),
        ("1e22", 1e22),
        ("1e23", 1e23), ("123456789012345678901234567890.5", 1.2345678901234568e29),
        ("5e-324", .double(.leastNonzeroMagnitude)),
        ("1e-400", 0.0),
        ("2.2250738585072014e-308", 2.2250738585072014e-308), ("0e999999999999", 0.0),
        (#""""#, ""), (#""a\/b\\c\"""#, "a/b\\c\""), (#""\b\f\n\r\t""#, "\u{8}\u{C}\n\r\t"),
        (#""\u0041\u00e9\u65E5\ud83d\ude00""#, "Aé日😀"), (#""\u0000""#, "\u{0}"), ("\"日本\u{7F}😀\"", "日本\u{7F}😀"),
        (#""exactly8""#, "exactly8"), (#""nine char""#, "nine char"), (#""1234567\n""#, "1234567\n"),
        ("[]", []), ("[ ]", []), ("[1,[2,[]], {}]", [1, [2, []], [:]]), ("{}", [:]), ("{ }", [:]),
        (#"{"a":1,"b":{"c":[null,true]}}"#, ["a": 1, "b": ["c": [.null, true]]]), (#"{"":0}"#, ["": 0]),
        (#"{"a" : 1 , "b" : 2 }"#, ["a": 1, "b": 2]),
    ]

    @Test(arguments: accepted)
    func accepts(text: String, expected: Tree) throws {
        #expect(try Tree(json: text) == expected)
    }

    static let refused: [(String, ParseError.Code, Int, Int)] = [
        ("", .unexpectedEnd, 1, 1), ("  ", .unexpectedEnd, 1, 3), ("nul", .syntax, 1, 1), ("nulll", .syntax, 1, 5),
        ("True", .syntax, 1, 1), ("01", .syntax, 1, 2), ("-", .unexpectedEnd, 1, 2), ("-a", .syntax, 1, 2),
        ("+1", .syntax, 1, 1),
        (".5", .syntax, 1, 1), ("5.", .unexpectedEnd, 1, 3), ("5.e1", .syntax, 1, 3), ("1e", .unexpectedEnd, 1, 3),
        ("1e+", .unexpectedEnd, 1, 4), ("1e400", .unsupported, 1, 1), ("NaN", .syntax, 1, 1), ("1 2", .syntax, 1, 3),
        ("[1,]", .syntax, 1, 4), ("[1 2]", .syntax, 1, 4), ("[,1]", .syntax, 1, 2), ("[1", .unexpectedEnd, 1, 3),
        ("{", .unexpectedEnd, 1, 2), ("{\"a\"}", .syntax, 1, 5), ("{\"a\":}", .syntax, 1, 6),
        ("{\"a\":1,}", .syntax, 1, 8),
        ("{a:1}", .syntax, 1, 2), ("{'a':1}", .syntax, 1, 2), ("{\"a\":1", .unexpectedEnd, 1, 7), ("]", .syntax, 1, 1),
        ("\"abc", .unexpectedEnd, 1, 5), ("\"a\\", .unexpectedEnd, 1, 4), ("\"\\x\"", .syntax, 1, 2),
        ("\"\\u12g4\"", .syntax, 1, 6),
        ("\"a\nb\"", .syntax, 1, 3), ("\"a\tb\"", .syntax, 1, 3), ("\"\\ud800\"", .invalidUnicode, 1, 2),
        ("\"\\ud800\\u0041\"", .invalidUnicode, 1, 2), ("\"\\udc00\"", .invalidUnicode, 1, 2),
        ("// c\n1", .syntax, 1, 1),
        ("{\n  \"a\": 1,\n  \"b\": x\n}", .syntax, 3, 8), ("{\"a\":1,\"b\":2,\"a\":3}", .duplicateKey, 1, 14),
        ("{\"a\":1,\"\\u0061\":3}", .duplicateKey, 1, 8), ("\u{FEFF}1", .syntax, 1, 1),
    ]

    @Test(arguments: refused)
    func refuses(text: String, code: ParseError.Code, line: Int, column: Int) throws {
        let error = #expect(throws: ParseError.self) { try Tree(json: text) }
        #expect(error?.code == code, "\(String(describing: error))")
        #expect(error?.line == line && error?.column == column, "\(String(describing: error))")
    }

    static let badUTF8: [[UInt8]] = [
        [0x80], [0xC3], [0xC0, 0xAF], [0xE0, 0x80, 0xAF], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xFF],
        [0xF0, 0x9F, 0x98],
    ]

    @Test(arguments: badUTF8)
    func refusesBadUTF8(bytes: [UInt8]) throws {
        for padding in ["", "12345678"] {
            let text = [0x22] + Array(padding.utf8) + bytes + Array(padding.utf8) + [0x22]
            let error = #expect(throws: ParseError.self) { try Tree(json: text) }
            #expect(error?.code == .invalidUnicode)
        }
    }

    @Test func limitsDepthAndSize() throws {
        let deep = String(repeating: "[", count: 100_000)
        #expect(throws: ParseError.self) { try Tree(json: deep) }
        let options = JSONParser.Options(maxDepth: 2, maxBytes: 10)
        #expect(try JSONParser.parse(Array("[[1]]".utf8), options: options) == [[1]])
        let tooDeep = #expect(throws: ParseError.self) { try JSONParser.parse(Array("[[[]]]".utf8), options: options) }
        #expect(tooDeep?.code == .tooDeep)
        let tooLarge = #expect(throws: ParseError.self) {
            try JSONParser.parse(Array("\"123456789\"".utf8), options: options)
        }
        #expect(tooLarge?.code == .tooLarge)
    }

    @Test(arguments: [3, 30, 300])
    func findsDuplicateKeysInObjectsOfAnySize(count: Int) throws {
        let members = (0..<count).map { "\"key\($0)\":\($0)" }
        #expect(try Tree(json: "{\(members.joined(separator: ","))}").object?.count == count)
        let doubled = "{\((members + ["\"key1\":-1"]).joined(separator: ","))}"
        let error = #expect(throws: ParseError.self) { try Tree(json: doubled) }
        #expect(error?.code == .duplicateKey)
        #expect(error?.message.contains("key1") == true)
        let lenient = try JSONParser.parse(Array(doubled.utf8), options: .init(duplicateKeys: .lastWins))
        #expect(lenient.object?.count == count)
        #expect(lenient["key1"] == -1)
        #expect(lenient.object?.keys == (0..<count).map { "key\($0)" })
    }

    @Test(arguments: propertySeeds(300))
    func readsBackWhatItWrites(seed: UInt64) throws {
        var generator = TreeGenerator(seed: seed)
        let tree = generator.tree()
        for format in [JSONFormat.compact, .canonical, .pretty] {
            let text = tree.json(format)
            let again = try JSONParser.parse(text)
            #expect(again == tree, "seed \(seed), \(format)")
            #expect(again.json(format) == text, "seed \(seed), \(format)")
        }
    }

    @Test(arguments: propertySeeds(300))
    func neverTrapsOnDamagedText(seed: UInt64) {
        var generator = TreeGenerator(seed: seed)
        var text = generator.tree().json(.compact)
        for _ in 0..<20 where !text.isEmpty {
            let position = generator.random.int(below: text.count)
            switch generator.random.int(below: 3) {
            case 0: text[position] = UInt8(generator.random.int(below: 256))
            case 1: text.remove(at: position)
            default: text.removeLast(text.count - position)
            }
            let parsed = try? JSONParser.parse(text)
            if let parsed { #expect((try? JSONParser.parse(parsed.json())) == parsed, "seed \(seed)") }
        }
    }
}
