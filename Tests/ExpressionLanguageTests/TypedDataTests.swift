internal import DataTree
internal import ExpressionLanguage
internal import Testing

@Suite("Typed data") struct TypedDataTests {
    private static let spec = ObjectType(fields: [
        ObjectType.Field(key: "ports", type: .list(.int, .set)), ObjectType.Field(key: "timeout", type: .duration),
        ObjectType.Field(key: "namespace", type: .string), ObjectType.Field(key: "a-b", type: .double),
        ObjectType.Field(key: "labels", type: .map(.string, .string)), ObjectType.Field(key: "when", type: .timestamp),
        ObjectType.Field(key: "items", type: .list(.dynamic, .map(keys: ["name"]))),
    ])

    private func evaluate(_ source: String, _ tree: Tree) throws -> Tree {
        let type = ExpressionType.object(Self.spec)
        let expression = try Expression(source, variables: ["self": type])
        var meter = CostMeter()
        return try #require(try expression.evaluate(["self": ExpressionValue(tree, as: type)], meter: &meter).tree())
    }

    @Test(
        "is read as its type says",
        arguments: [
            ("self.timeout >= duration('1ms')", ["timeout": "5s"]), ("self.__namespace__ == 'x'", ["namespace": "x"]),
            ("self.a__dash__b / 2.0 == 1.0", ["a-b": 2]), ("self.ports == [2, 1]", ["ports": [1, 2]]),
            ("(self.ports + [2, 3]).size() == 3", ["ports": [1, 2]]), ("'a' in self.labels", ["labels": ["a": "b"]]),
            ("self.labels.all(k, self.labels[k] != '')", ["labels": ["a": "b"]]), ("!has(self.when)", [:]),
            ("self.when.getFullYear() == 2026", ["when": "2026-11-21"]),
            ("(self.items + [{'name': 'a', 'v': 2}]).size() == 1", ["items": [["name": "a", "v": 1]]]),
            ("self == self", ["ports": [1], "namespace": "x"]),
        ] as [(String, Tree)]
    )
    func reading(source: String, data: Tree) throws {
        #expect(try evaluate(source, data) == true)
    }

    @Test("is refused where it has the wrong form, and checked for unknown fields")
    func wrongForm() {
        let error = #expect(throws: ExpressionError.self) {
            try evaluate("self.timeout >= duration('1ms')", ["timeout": "soon"])
        }
        #expect(error?.message == "type conversion error from 'string' to 'google.protobuf.Duration'")
        let unknown = #expect(throws: ExpressionError.self) { try evaluate("self.nope == 1", [:]) }
        #expect(unknown?.message.contains("undefined field 'nope'") ?? false)
    }

    @Test(
        "names fields that cannot be written as they are",
        arguments: [
            ("namespace", "__namespace__"), ("a-b", "a__dash__b"), ("a.b/c", "a__dot__b__slash__c"),
            ("a__b", "a__underscores__b"), ("_a", "_a"), ("1a", nil), ("$x", nil), ("plain", "plain"),
        ] as [(String, String?)]
    )
    func escaping(name: String, expected: String?) {
        #expect(FieldName.escape(name) == expected)
    }
}
