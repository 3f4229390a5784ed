internal import DataTree
internal import MeshTestKit
internal import Testing

struct JSONFormatTests {
    static let cases: [(Tree, String)] = [
        (.null, "null"), (true, "true"), (0, "0"), (.integer(.min), "-9223372036854775808"), (10, "10"), (-99, "-99"),
        (100, "100"),
        (.bigInteger("123456789012345678901234567890"), "123456789012345678901234567890"),
        (0.1, "0.1"), (1.0, "1.0"), (1e23, "1e+23"), (.double(-0.0), "-0.0"), (.double(.nan), "null"),
        (.double(.leastNonzeroMagnitude), "5e-324"),
        ("a\"b\\c\n\r\t\u{8}\u{C}\u{1}\u{1F}\u{7F}/", "\"a\\\"b\\\\c\\n\\r\\t\\b\\f\\u0001\\u001f\u{7F}/\""),
        ("日本 <&> 12345678\"", "\"日本 <&> 12345678\\\"\""), ([], "[]"), ([:], "{}"),
        (["b": [1, .null], "a": ["z": [:]]], #"{"b":[1,null],"a":{"z":{}}}"#),
    ]

    @Test(arguments: cases)
    func writesCompact(tree: Tree, text: String) {
        #expect(tree.jsonText() == text)
    }

    @Test func sortsKeysByTheirBytes() {
        let tree: Tree = ["b": 1, "B": 2, "é": 3, "a": ["y": 1, "x": 2], "": 0, "ab": 5]
        #expect(tree.jsonText(.canonical) == #"{"":0,"B":2,"a":{"x":2,"y":1},"ab":5,"b":1,"é":3}"#)
    }

    @Test func indents() {
        let tree: Tree = ["a": [1, ["b": .null]], "c": [], "d": [:]]
        #expect(
            tree.jsonText(.pretty) == """
                {
                  "a": [
                    1,
                    {
                      "b": null
                    }
                  ],
                  "c": [],
                  "d": {}
                }
                """
        )
    }
}
