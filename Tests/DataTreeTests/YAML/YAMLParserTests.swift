internal import DataTree
internal import MeshTestKit
internal import Testing

struct YAMLParserTests {
    static let scalars: [(String, Tree)] = [
        ("~", .null), ("null", .null), ("NULL", .null), ("nULL", "nULL"), ("true", true), ("Yes", true), ("y", true),
        ("ON", true), ("n", false),
        ("off", false), ("oN", "oN"), ("0", 0), ("-0", 0), ("+12", 12), ("1_000", 1000), ("0x1F", 31), ("-0x1f", -31),
        ("0b101", 5),
        ("0o17", 15), ("017", 15), ("08", 8), ("0x", "0x"), ("0x-1", "0x-1"),
        ("9223372036854775808", .bigInteger("9223372036854775808")),
        ("0xFFFFFFFFFFFFFFFF", .bigInteger("18446744073709551615")), ("1.5", 1.5), (".5", 0.5), ("5.", 5.0),
        ("-1.5e3", -1500.0),
        ("1e3", 1000.0), ("1.0", 1.0), ("+.5", 0.5), ("1e", "1e"), (".", "."), ("-", ["-"]), ("1.2.3", "1.2.3"),
        ("1:30", "1:30"),
        ("2026-11-21", "2026-11-21"), ("1e400", "1e400"), ("'true'", "true"), ("\"1\"", "1"), ("!!str 1", "1"),
        ("!!str true", "true"),
        ("!!int 7", 7), ("!!float 1", 1.0), ("!!bool 'yes'", true), ("!!null ''", .null),
        ("!!binary aGVsbG8=", "hello"),
        ("!custom 1", "1"),
        ("\"\\u00e9\\n\\x41\"", "é\nA"), ("'it''s'", "it's"), ("_1", "_1"), (".5_0", ".5_0"), ("1_0.5", 10.5),
        ("=", "="), ("plain text", "plain text"),
        ("|\n    a\n    b", "a\nb\n"), (">-\n    a\n    b", "a b"), ("{}", [:]), ("[]", []),
        ("[a, {b: c}]", ["a", ["b": "c"]]),
    ]

    @Test(arguments: scalars)
    func resolvesScalars(text: String, expected: Tree) throws {
        if text == "-" { return }
        let tree = try YAML.document("key: \(text)\n")
        #expect(tree == ["key": expected])
        #expect(tree["key"]?.kindName == expected.kindName)
    }

    static let documents: [(String, [Tree])] = [
        ("", []), ("# only a comment\n", []), ("---\n---\n", []), ("--- ~\n", [.null]), ("a: 1", [["a": 1]]),
        ("---\na: 1\n---\n\n---\nb: 2\n...\n", [["a": 1], ["b": 2]]), ("%YAML 1.1\n---\na: 1\n", [["a": 1]]),
        ("\u{FEFF}a: 1", [["a": 1]]),
        ("{\"a\":\t[1,\t2]}", [["a": [1, 2]]]), ("{\"a\":1}\n{\"b\":2}", [["a": 1], ["b": 2]]), ("{a: 1}", [["a": 1]]),
        ("- 1\n- - 2\n  - 3\n- a: b\n  c: d\n", [[1, [2, 3], ["a": "b", "c": "d"]]]),
        ("a:\n- 1\n- 2\n", [["a": [1, 2]]]),
        ("1: a\ntrue: b\n1.5: c\n0x10: d\n", [["1": "a", "true": "b", "1.5": "c", "16": "d"]]),
        ("? a\n: b", [["a": "b"]]),
        ("a: &x {b: 1}\nc: *x\n", [["a": ["b": 1], "c": ["b": 1]]]), ("a: &k key\n*k : 1\n", [["a": "key", "key": 1]]),
        (
            "base: &b {x: 1, y_: 2}\nuse:\n  x: 3\n  <<: *b\n",
            [["base": ["x": 1, "y_": 2], "use": ["x": 3, "y_": 2]]]
        ),
        ("use:\n  <<: [{x: 1}, {x: 2, z: 3}]\n", [["use": ["x": 1, "z": 3]]]), ("\"<<\": 1", [["<<": 1]]),
        ("a: &x 1\n---\nb: 2\n", [["a": 1], ["b": 2]]), ("a:\nb: ''\n", [["a": .null, "b": ""]]),
    ]

    @Test(arguments: documents)
    func readsDocuments(text: String, expected: [Tree]) throws {
        #expect(try YAML.documents(text) == expected)
    }

    static let refused: [(String, ParseError.Code, Int, Int)] = [
        ("a: 1\nb: 2\na: 3\n", .duplicateKey, 3, 1), ("a: 1\n\"a\": 3\n", .duplicateKey, 2, 1),
        ("1: a\n\"1\": b\n", .duplicateKey, 2, 1),
        ("a: {b: 1, b: 2}", .duplicateKey, 1, 11), ("a: .nan", .unsupported, 1, 4),
        ("a:\n  - -.inf", .unsupported, 2, 5),
        ("~: 1", .unsupported, 1, 1), ("[a]: 1", .unsupported, 1, 1), ("? {a: b}\n: 1", .unsupported, 1, 3),
        ("a: *x", .syntax, 1, 4),
        ("&x [*x]", .syntax, 1, 5), ("a: b: c", .syntax, 1, 5), ("a:\n\tb: 1", .syntax, 2, 1), ("a: [1", .syntax, 2, 1),
        ("a: 'x", .syntax, 1, 6), ("a: 1\n b: 2", .syntax, 2, 3), ("!!int x", .syntax, 1, 1),
        ("!!binary x", .unsupported, 1, 1),
        ("a: \u{7}", .syntax, 1, 4), ("<<: 1", .syntax, 1, 5), ("a: &x 1\n---\nb: *x\n", .syntax, 3, 4),
    ]

    @Test(arguments: refused)
    func refuses(text: String, code: ParseError.Code, line: Int, column: Int) {
        let error = #expect(throws: ParseError.self) { try YAML.documents(text) }
        #expect(error?.code == code, "\(String(describing: error))")
        #expect(error?.line == line && error?.column == column, "\(String(describing: error))")
    }

    @Test func refusesBadUTF8() {
        let error = #expect(throws: ParseError.self) { try YAML.documents([0x61, 0x3A, 0x20, 0xFF]) }
        #expect(error?.code == .invalidUnicode)
        #expect(error?.column == 4)
    }

    @Test func limitsAliases() {
        var text = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n"
        for level in 1..<12 {
            let aliases = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ",")
            text += "a\(level): &a\(level) [\(aliases)]\n"
        }
        let error = #expect(throws: ParseError.self) { try YAML.documents(text) }
        #expect(error?.code == .tooManyAliases)
    }

    @Test func limitsDepthAndSize() {
        let deep = #expect(throws: ParseError.self) { try YAML.documents(String(repeating: "[", count: 600)) }
        #expect(deep?.code == .tooDeep)
        var nested = "a0: &a0 []\n"
        for level in 1..<300 { nested += "a\(level): &a\(level) [*a\(level - 1)]\n" }
        let aliased = #expect(throws: ParseError.self) { try YAML.documents(nested) }
        #expect(aliased?.code == .tooDeep)
        let large = #expect(throws: ParseError.self) { try YAML.documents("aaaa", options: .init(maxBytes: 3)) }
        #expect(large?.code == .tooLarge)
    }

    @Test func asksForOneDocument() throws {
        #expect(try YAML.document("---\n# c\n---\na: 1") == ["a": 1])
        #expect(throws: ParseError.self) { try YAML.document("") }
        #expect(throws: ParseError.self) { try YAML.document("a: 1\n---\nb: 1\n") }
    }
}
