internal import MeshTestKit
internal import PatternMatching
internal import Testing

@Suite("Patterns") struct PatternTests {
    @Test(
        "match where RE2 matches",
        arguments: [
            ("^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", "abc-1", true),
            ("^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", "abc-", false),
            ("(^$|^[a-f0-9]{4}$)", "", true),
            ("(^$|^[a-f0-9]{4}$)", "abcde", false),
            ("b", "abc", true),
            ("^b", "abc", false),
            ("", "", true),
            ("a|b|", "", true),
            ("(?i)straße", "STRAßE", true),
            ("(?i)[a-c]x", "BX", true),
            ("a.c", "a\nc", false),
            ("(?s)a.c", "a\nc", true),
            ("(?m)^b$", "a\nb\nc", true),
            (#"\bfoo\b"#, "a foo.", true),
            (#"\Bfoo"#, "foo", false),
            (#"^\d{3}$"#, "123", true),
            (#"^\x41\x{42}\103$"#, "ABC", true),
            (#"\Qa.b\E+"#, "a.bbb", true),
            (#"^\p{Lu}\p{L}+$"#, "Ünïcode", true),
            (#"^\pN$"#, "٣", true),
            (#"^[[:alpha:]_]+$"#, "ab_c", true),
            (#"^[^[:digit:]]+$"#, "a1", false),
            (#"^[]a]+$"#, "]a", true),
            (#"^[a\]-]+$"#, "a]-", true),
            ("^a{2,3}$", "aaaa", false),
            ("^a{2,}$", "aaaa", true),
            ("^a{,2}$", "a{,2}", true),
            ("(?P<x>a)(?<y>b)", "ab", true),
            ("^(?:a*)*$", "aaab", false),
            (#"\z"#, "", true),
        ]
    )
    func matching(pattern: String, text: String, expected: Bool) throws {
        #expect(try Pattern(pattern).matches(text) == expected)
    }

    @Test(
        "are refused when malformed",
        arguments: [
            "(", ")", "a**", "*a", "[a", "[b-a]", "a{1001}", "a{3,2}", #"\1"#, #"\"#, "(?=a)", "(?<!a)", #"\p{Nope}"#,
            "[[:nope:]]", "((a{1000}){1000})", #"\y"#, "(?z)", #"\x{110000}"#,
        ]
    )
    func refusal(pattern: String) {
        #expect(throws: PatternError.self) { try Pattern(pattern) }
    }

    @Test("are refused when they nest too deeply")
    func depth() {
        let pattern = String(repeating: "(", count: 300) + String(repeating: ")", count: 300)
        #expect(throws: PatternError.self) { try Pattern(pattern) }
    }

    @Test(
        "find what is leftmost and preferred",
        arguments: [
            ("a+?", "caaa", ["a", "a", "a"]),
            ("a+", "caaab a", ["aaa", "a"]),
            ("ab|abc", "abcab", ["ab", "ab"]),
            ("a*", "baac", ["", "aa", ""]),
            ("[0-9]+", "a1b22c333", ["1", "22", "333"]),
            ("x", "abc", []),
        ]
    )
    func finding(pattern: String, text: String, expected: [String]) throws {
        #expect(try Pattern(pattern).allMatches(in: text) == expected)
    }

    @Test(
        "end loops at rounds that match nothing",
        arguments: [
            ("(?:(?:[a-c]){0,3}?)+", "bxb", ""), ("(?:(?:c|){1,2})*", "cc", "cc"), ("(|a)*", "aa", ""),
            ("(?:a*)*", "aab", "aa"), ("(?:(?:(?:b|.))??){2,}(?:b)*?", "cx", ""),
        ]
    )
    func emptyRounds(pattern: String, text: String, expected: String) throws {
        #expect(try Pattern(pattern).firstMatch(in: text) == expected)
    }

    @Test("compile quickly however often nothing is repeated")
    func repeatedNothing() throws {
        #expect(try Pattern("((((){1000}){1000}){1000}){1000}").matches("a"))
    }

    @Test("never trap, whatever the expression and the text", arguments: propertySeeds(40))
    func noise(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let parts = [
            "a", "b", ".", "*", "+", "?", "{2}", "{1,", "}", "(", ")", "(?:", "(?i)", "|", "[", "]", "[^a-", "-", "^",
            "$",
            "\\", "\\d", "\\pL", "\\x{41}", "[[:alpha:]]", "\\Q", "\\b", "é", "\u{0}", "{30}", "(?P<n>",
        ]
        for _ in 0..<60 {
            let source = (0..<random.int(below: 12)).map { _ in random.pick(parts) }.joined()
            let text = (0..<random.int(below: 12)).map { _ in random.pick(["a", "b", "A", "é", "\n", " ", "1"]) }
                .joined()
            guard let pattern = try? Pattern(source) else { continue }
            let isMatch = pattern.matches(text)
            #expect(isMatch == (pattern.firstMatch(in: text) != nil), "seed \(seed): \(source) on \(text)")
        }
    }

    @Test("take linear time on what makes a backtracker explode")
    func linearTime() throws {
        let count = 2000
        let pattern = try Pattern("^(a?){100}(a|aa)*b$")
        #expect(!pattern.matches(String(repeating: "a", count: count)))
    }
}
