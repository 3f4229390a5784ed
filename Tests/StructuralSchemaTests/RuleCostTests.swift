internal import DataTree
internal import StructuralSchema
internal import Testing

/// What rules cost at most, with the factors that kube-apiserver 1.36.2 names for the same schemas.
@Suite struct RuleCostTests {
    private static func rules(_ rules: String...) -> Tree { .array(rules.map { ["rule": .string($0)] }) }

    private static func list(_ most: Int64?, _ items: Tree, _ rule: String? = nil) -> Tree {
        var result: Tree = ["type": "array", "items": items]
        if let most { result["maxItems"] = .integer(most) }
        if let rule { result["x-kubernetes-validations"] = rules(rule) }
        return result
    }

    private static func text(_ most: Int64? = nil, _ rule: String? = nil) -> Tree {
        var result: Tree = ["type": "string"]
        if let most { result["maxLength"] = .integer(most) }
        if let rule { result["x-kubernetes-validations"] = rules(rule) }
        return result
    }

    private static let pair: Tree = [
        "type": "object", "properties": ["message": text(4096), "c": text(4096)],
        "x-kubernetes-validations": rules("!self.message.contains(self.c)"),
    ]
    private static let number: Tree = [
        "type": "integer", "x-kubernetes-validations": rules("self > 1 && self < 9 && self != 5 && self % 2 == 0"),
    ]
    private static let values: Tree = [
        "type": "object", "additionalProperties": text(),
        "x-kubernetes-validations": rules("self.all(k, self[k].contains('a'))"),
    ]
    private static let keys: Tree = [
        "type": "object", "additionalProperties": text(),
        "x-kubernetes-validations": rules("self.all(k, k.contains('a'))"),
    ]
    private static let choice: Tree = [
        "type": "string", "enum": ["aa", "bbbbbbbbbbbb"],
        "x-kubernetes-validations": rules(
            Array(repeating: "self.contains(self)", count: 21).joined(separator: " && ")
        ),
    ]

    static let cases: [(Tree, String?)] = [
        (list(20, pair), "5.4x"),
        (list(nil, list(nil, text()), "self.all(x, x.all(y, y == 'a'))"), "more than 100x"),
        (list(nil, text(), "self.all(x, x == 'a')"), nil),
        (list(100_000, text(10), "self.all(x, self.exists_one(y, x == y))"), "more than 100x"),
        (text(nil, "self.matches('^[a-z]+$')"), nil),
        (list(1000, text(nil, "self.matches('^[a-z]+$')")), "62.9x"),
        (keys, nil),
        (values, "more than 100x"),
        (list(50_000, text(10), "self.filter(x, self.exists(y, y != x)).size() < 4"), "more than 100x"),
        (list(5000, text(10), "self.map(x, self.map(y, y + x)).size() < 4"), "55.0x"),
        (list(5000, text(10), "self.all(x, x in self)"), "2.5x"),
        (list(nil, number), "1.258291x"),
        (list(1000, text(nil, "self.split(',').all(x, x.size() < 9)")), "more than 100x"),
        (list(1000, text(nil, "isURL(self) && url(self).getScheme() == 'http'")), "31.5x"),
        (list(100_000, choice), "1.260000x"),
    ]

    @Test(arguments: cases) func factors(_ schema: Tree, _ factor: String?) throws {
        let whole: Tree = ["type": "object", "properties": ["s": schema]]
        let issues = try CustomResourceSchema(parsing: whole, at: "S").costIssues(at: "S")
        let first = issues.first { $0.detail.hasPrefix("estimated rule cost") }
        let expected = factor.map {
            "estimated rule cost exceeds budget by factor of \($0) (try simplifying the rule, or adding maxItems, "
                + "maxProperties, and maxLength where arrays, maps, and strings are declared)"
        }
        #expect(first?.detail == expected)
    }

    @Test func allRulesTogetherHaveALimit() throws {
        let rule = Array(repeating: "self.matches('^[a-z]+$')", count: 4).joined(separator: " && ")
        func schema(_ count: Int) -> Tree {
            let fields = (0..<count).map { (key: "f\($0)", value: Self.list(100, Self.text(10_000, rule))) }
            return ["type": "object", "properties": .object(TreeObject(fields))]
        }
        #expect(try CustomResourceSchema(parsing: schema(30), at: "S").costIssues(at: "S").isEmpty)
        let issues = try CustomResourceSchema(parsing: schema(40), at: "S").costIssues(at: "S")
        #expect(issues.count == 5)
        #expect(issues.first?.path == "S.properties[f0].items.x-kubernetes-validations[0].rule")
        #expect(issues.last?.path == "S")
        #expect(issues.last?.detail.contains("entire OpenAPIv3 schema exceeds budget by factor of 1.28") == true)
    }
}
