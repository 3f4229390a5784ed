internal import DataTree
internal import KubeAPI
internal import Testing

@Suite struct NameRuleTests {
    private static let long = String(repeating: "a", count: 254)

    @Test(arguments: [
        (
            NameRule.dnsSubdomain, ["a", "a.b", "0-9.a", "a--b"],
            ["", "A", "-a", "a-", "a..b", ".a", "a_b", "a/b", "ä"]
        ),
        (.dnsLabel, ["a", "0a-9"], ["", "a.b", "A", "-a", "a-", String(repeating: "a", count: 64)]),
        (.dns1035Label, ["a", "a-9"], ["0a", "", "a.b"]),
        (.pathSegment, ["system:node", "A b"], ["", ".", "..", "a/b", "a%2f"]),
        (.qualifiedName, ["a", "A_b.c", "x.io/a"], ["", "/a", "x.io/", "X.io/a", "a/b/c", "-a", "a b"]),
        (.labelValue, ["", "a", "A_b.c-9"], ["-a", "a-", "a b", "a/b", String(repeating: "a", count: 64)]),
    ])
    func accepts(rule: NameRule, good: [String], bad: [String]) {
        for text in good { #expect(rule.issues(in: text).isEmpty, "\(rule) \(text)") }
        for text in bad { #expect(!rule.accepts(text), "\(rule) \(text)") }
    }

    @Test func saysHowLongIsTooLong() {
        #expect(NameRule.dnsSubdomain.issues(in: Self.long) == ["must be no more than 253 characters"])
        #expect(
            NameRule.qualifiedName.issues(in: "\(Self.long)/x").first
                == "prefix part must be no more than 253 characters"
        )
    }

    @Test(arguments: [
        (IntOrString.integer(3), 10, IntOrString.Rounding.up, 3 as Int64?), (.string("25%"), 10, .up, 3),
        (.string("25%"), 10, .down, 2),
        (.string("0%"), 10, .up, 0), (.string("150%"), 10, .down, 15), (.string("-1%"), 10, .up, nil),
        (.string("25"), 10, .up, nil), (.string("9223372036854775807%"), 2, .up, nil), (.string("%"), 1, .up, nil),
    ])
    func percentages(value: IntOrString, total: Int, rounding: IntOrString.Rounding, expected: Int64?) {
        #expect(value.scaled(of: Int64(total), rounding: rounding) == expected)
    }

    @Test func numbersAndTexts() {
        #expect(IntOrString(Tree.integer(80))?.tree == .integer(80))
        #expect(IntOrString(Tree.string("http"))?.description == "http")
        #expect(IntOrString(Tree.bool(true)) == nil)
    }
}
