internal import DataTree
internal import MeshTestKit
internal import Testing

struct JSONPatchTests {
    /// The examples of RFC 6902, appendix A, and the edges around them: document, patch, result.
    static let applied: [(Tree, Tree, Tree)] = [
        (["foo": "bar"], [["op": "add", "path": "/baz", "value": "qux"]], ["foo": "bar", "baz": "qux"]),
        (["foo": ["bar", "baz"]], [["op": "add", "path": "/foo/1", "value": "qux"]], ["foo": ["bar", "qux", "baz"]]),
        (["baz": "qux", "foo": "bar"], [["op": "remove", "path": "/baz"]], ["foo": "bar"]),
        (["foo": ["bar", "qux", "baz"]], [["op": "remove", "path": "/foo/1"]], ["foo": ["bar", "baz"]]),
        (
            ["baz": "qux", "foo": "bar"], [["op": "replace", "path": "/baz", "value": "boo"]],
            ["baz": "boo", "foo": "bar"]
        ),
        (
            ["foo": ["bar": "baz", "waldo": "fred"], "qux": ["corge": "grault"]],
            [["op": "move", "from": "/foo/waldo", "path": "/qux/thud"]],
            ["foo": ["bar": "baz"], "qux": ["corge": "grault", "thud": "fred"]]
        ),
        (
            ["foo": ["all", "grass", "cows", "eat"]], [["op": "move", "from": "/foo/1", "path": "/foo/3"]],
            ["foo": ["all", "cows", "eat", "grass"]]
        ),
        (
            ["baz": "qux", "foo": ["a", 2, "c"]],
            [["op": "test", "path": "/baz", "value": "qux"], ["op": "test", "path": "/foo/1", "value": 2.0]],
            ["baz": "qux", "foo": ["a", 2, "c"]]
        ),
        (
            ["foo": "bar"], [["op": "add", "path": "/child", "value": ["grandchild": [:]]]],
            ["foo": "bar", "child": ["grandchild": [:]]]
        ),
        (["foo": "bar"], [["op": "add", "path": "/baz", "value": "qux", "xyz": 123]], ["foo": "bar", "baz": "qux"]),
        (["/": 9, "~1": 10], [["op": "test", "path": "/~01", "value": 10]], ["/": 9, "~1": 10]),
        (
            ["foo": ["bar"]], [["op": "add", "path": "/foo/-", "value": ["abc", "def"]]],
            ["foo": ["bar", ["abc", "def"]]]
        ),
        (["a": 1], [["op": "replace", "path": "", "value": [1]]], [1]),
        ([1, 2], [["op": "add", "path": "/2", "value": 3]], [1, 2, 3]),
        (["": 1], [["op": "remove", "path": "/"]], [:]),
        (["a": ["b": .null]], [["op": "test", "path": "/a/b", "value": .null]], ["a": ["b": .null]]),
        (
            ["a": [1]], [["op": "copy", "from": "/a", "path": "/b"], ["op": "add", "path": "/b/0", "value": 0]],
            ["a": [1], "b": [0, 1]]
        ),
        (["a": 1], [["op": "move", "from": "/a", "path": "/a"]], ["a": 1]), (["a": 1], [], ["a": 1]),
        (["a": 1], [["op": "copy", "from": "", "path": "/b"]], ["a": 1, "b": ["a": 1]]),
    ]

    @Test(arguments: applied)
    func applies(document: Tree, patch: Tree, result: Tree) throws {
        #expect(try JSONPatch(patch).apply(to: document) == result)
        #expect(try JSONPatch(JSONPatch(patch).tree).apply(to: document) == result)
    }

    static let failing: [(Tree, Tree, PatchError.Code)] = [
        (["baz": "qux"], [["op": "test", "path": "/baz", "value": "bar"]], .testFailed),
        (["/": 9, "~1": 10], [["op": "test", "path": "/~01", "value": "10"]], .testFailed),
        (["foo": "bar"], [["op": "add", "path": "/baz/bat", "value": "qux"]], .missingTarget),
        (["foo": "bar"], [["op": "remove", "path": "/baz"]], .missingTarget),
        (["foo": "bar"], [["op": "replace", "path": "/baz", "value": 1]], .missingTarget),
        ([1], [["op": "add", "path": "/2", "value": 1]], .missingTarget),
        ([1], [["op": "add", "path": "/00", "value": 1]], .missingTarget),
        ([1], [["op": "remove", "path": "/-"]], .missingTarget),
        ([1], [["op": "replace", "path": "/-", "value": 1]], .missingTarget),
        ([1], [["op": "remove", "path": "/99999999999999999999"]], .missingTarget),
        ([1], [["op": "add", "path": "/a", "value": 1]], .missingTarget),
        (["a": 1], [["op": "test", "path": "/b", "value": .null]], .missingTarget),
        (["a": 1], [["op": "copy", "from": "/b", "path": "/c"]], .missingTarget),
        (["a": ["b": 1]], [["op": "move", "from": "/a", "path": "/a/b"]], .malformed), ([:], ["op": "add"], .malformed),
        ([:], [1], .malformed),
        ([:], [["op": "add", "path": "a", "value": 1]], .malformed),
        ([:], [["op": "add", "path": "/a~2", "value": 1]], .malformed),
        ([:], [["op": "add", "path": "/a~", "value": 1]], .malformed),
        ([:], [["op": "add", "path": "/a"]], .malformed),
        ([:], [["op": "put", "path": "/a", "value": 1]], .malformed), ([:], [["path": "/a", "value": 1]], .malformed),
        ([:], [["op": "move", "path": "/a"]], .malformed),
    ]

    @Test(arguments: failing)
    func fails(document: Tree, patch: Tree, code: PatchError.Code) {
        let error = #expect(throws: PatchError.self) { try JSONPatch(patch).apply(to: document) }
        #expect(error?.code == code, "\(String(describing: error))")
    }

    @Test func limitsWhatAPatchMakes() throws {
        let doubling: [Tree] = (0..<64).map { ["op": "copy", "from": "", "path": "/k\($0)"] }
        let error = #expect(throws: PatchError.self) { try JSONPatch(.array(doubling)).apply(to: ["a": 1]) }
        #expect(error?.code == .tooLarge)
        let path = String(repeating: "/a", count: 600)
        #expect(throws: PatchError.self) {
            try JSONPatch([["op": "add", "path": .string(path), "value": 1]]).apply(to: [:])
        }
        let many = Tree.array(
            Array(repeating: ["op": "test", "path": "", "value": 1], count: JSONPatch.maxOperations + 1)
        )
        #expect(throws: PatchError.self) { try JSONPatch(many) }
    }

    @Test(arguments: propertySeeds(200))
    func addThenRemoveChangesNothing(seed: UInt64) throws {
        var generator = TreeGenerator(seed: seed)
        let document = generator.object(depth: 3)
        let added = generator.tree()
        let key = "added-\(generator.string())"
        let pointer = JSONPointer(tokens: [key])
        #expect(JSONPointer(pointer.description) == pointer, "seed \(seed)")
        let patch = JSONPatch([.add(pointer, added), .test(pointer, added), .remove(pointer)])
        #expect(try patch.apply(to: document) == document, "seed \(seed)")
    }
}
