internal import DataTree
internal import MeshTestKit
internal import Testing

struct TreeProjectionTests {
    static let pod = """
        {"kind":"Pod","metadata":{"name":"a","managedFields":[{"x":[1,2,"}"]}],"labels":{"app":"x"}},
        "spec":{"containers":[{"name":"c","image":"i"},{"name":"d"}],"nodeName":"n"},"status":null}
        """

    private func parse(_ text: String, _ projection: TreeProjection) throws -> Tree {
        try JSONParser.parse(Array(text.utf8), options: .init(projection: projection))
    }

    @Test func dropsWhatIsNamed() throws {
        let tree = try parse(
            Self.pod,
            TreeProjection(dropping: [
                ["metadata", "managedFields"], ["spec", "containers", "*", "image"], ["status"],
            ])
        )
        #expect(
            tree == [
                "kind": "Pod", "metadata": ["name": "a", "labels": ["app": "x"]],
                "spec": ["containers": [["name": "c"], ["name": "d"]], "nodeName": "n"],
            ]
        )
    }

    @Test func keepsOnlyWhatIsNamed() throws {
        let tree = try parse(
            Self.pod,
            TreeProjection(keeping: [["metadata", "name"], ["spec", "containers", "*", "image"]])
        )
        #expect(tree == ["metadata": ["name": "a"], "spec": ["containers": [["image": "i"], [:]]]])
    }

    @Test func appliesToTheElementsOfAList() throws {
        let list = "{\"kind\":\"List\",\"items\":[\(Self.pod)],\"metadata\":{\"resourceVersion\":\"5\"}}"
        let kept = try parse(list, TreeProjection(keeping: [["kind"]]).forElements(of: "items"))
        #expect(kept == ["kind": "List", "items": [["kind": "Pod"]], "metadata": ["resourceVersion": "5"]])
        let dropped = try parse(
            list,
            TreeProjection(dropping: [["metadata"], ["spec"], ["status"]]).forElements(of: "items")
        )
        #expect(dropped == kept)
    }

    @Test(arguments: ["{\"a\":[1,}", "{\"a\":{\"b\"}}", "{\"a\":\"x", "{\"a\":tru}", "{\"a\":{\"b\":[[[[[]]]]}}"])
    func checksTheGrammarOfWhatItDrops(text: String) {
        #expect(throws: ParseError.self) { try parse(text, TreeProjection(dropping: [["a"]])) }
    }
}
