internal import DataTree
internal import Testing

@testable internal import ManifestRendering

@Suite("Values")
struct ValuesTests {
    @Test(
        "What counts as set is what Go's templates say",
        arguments: [
            (.null, false), (false, false), (true, true), (0, false), (1, true), (0.0, false), ("", false), ("x", true),
            ([], false), ([1], true), ([:], false), (["a": 1], true),
        ] as [(Tree, Bool)]
    )
    func truth(_ value: Tree, _ isSet: Bool) {
        #expect(value.isSet == isSet)
    }

    @Test(
        "Numbers are printed without needless fraction",
        arguments: [(1.0, "1"), (0.5, "0.5"), (100, "100"), (true, "true"), (.null, ""), ("x", "x")] as [(Tree, String)]
    )
    func printing(_ value: Tree, _ text: String) {
        #expect(value.printed == text)
    }

    @Test(
        "A text written plainly is read as what it looks like",
        arguments: [
            ("5", 5), ("25%", "25%"), ("true", true), ("1.5", 1.5), ("", .null), ("007", "007"), ("1.2.3", "1.2.3"),
            ("-1", -1), ("1e3", "1e3"),
        ] as [(Tree, Tree)]
    )
    func plain(_ written: Tree, _ read: Tree) {
        #expect(written.plain == read)
    }

    @Test("Merging keeps what is below, replaces lists, and lets null through")
    func merging() {
        let base: Tree = ["a": ["x": 1, "y": [1, 2]], "b": 1, "c": ["z": 1]]
        let top: Tree = ["a": ["y": [3]], "b": ["n": 1], "c": .null]
        #expect(base.merged(with: top) == ["a": ["x": 1, "y": [3]], "b": ["n": 1], "c": .null])
    }

    @Test("Nulls go, and with them the objects that held nothing else; empty objects stay")
    func withoutNulls() {
        let tree: Tree = ["a": ["b": .null], "c": [:], "d": [["e": .null], 1], "f": .null]
        #expect(tree.withoutNulls == ["c": [:], "d": [[:], 1]])
    }

    @Test(
        "YAML is written as Go's libraries write it",
        arguments: [
            (["b": 1, "a": ["x", "y"]], "a:\n- x\n- \"y\"\nb: 1"),
            (["a": [["p": 1, "m": 2], ["p": 3]]], "a:\n- m: 2\n  p: 1\n- p: 3"),
            (["a": [:], "b": [], "c": .null], "a: {}\nb: []\nc: null"),
            (
                ["a": "true", "b": "12", "c": "1.5", "d": "", "e": "null"],
                "a: \"true\"\nb: \"12\"\nc: \"1.5\"\nd: \"\"\ne: \"null\""
            ),
            (
                ["a": "x: y", "b": "*", "c": "%v", "d": "x #y", "e": "it's: x"],
                "a: 'x: y'\nb: '*'\nc: '%v'\nd: 'x #y'\ne: 'it''s: x'"
            ),
            (["a": "one\ntwo\n", "b": "one\ntwo"], "a: |\n  one\n  two\nb: |-\n  one\n  two"),
            (["a": [["b": ["c": "l1\nl2"]]]], "a:\n- b:\n    c: |-\n      l1\n      l2"),
            (
                ["a": "  in\nout\n\n", "b": "\n", "c": "a\n\nb"],
                "a: |2+\n    in\n  out\n\nb: \"\\n\"\nc: |-\n  a\n\n  b"
            ),
            (["a": "http://x:80/y", "b": "a:b", "c": "-x", "d": "@x"], "a: http://x:80/y\nb: a:b\nc: -x\nd: '@x'"),
        ] as [(Tree, String)]
    )
    func goYAML(_ tree: Tree, _ text: String) throws {
        #expect(GoYAML.text(tree) == text)
        #expect(try YAML.document(text) == tree)
    }
}
