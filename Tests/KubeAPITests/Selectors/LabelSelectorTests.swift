internal import DataTree
internal import KubeAPI
internal import Testing

@Suite struct LabelSelectorTests {
    @Test(arguments: [
        // (text, canonical text, labels that match, labels that do not)
        ("", "", [[:], ["a": "b"]], []),
        ("a", "a", [["a": ""], ["a": "b"]], [[:], ["b": "a"]]),
        ("!a", "!a", [[:]], [["a": ""]]),
        ("a=b", "a=b", [["a": "b"]], [[:], ["a": "c"]]),
        ("a==b", "a=b", [["a": "b", "c": "d"]], [["a": ""]]),
        ("a!=b", "a!=b", [[:], ["a": "c"]], [["a": "b"]]),
        ("a in (x, y)", "a in (x,y)", [["a": "y"]], [[:], ["a": "z"]]),
        ("a in (y,x),!b , x.io/c notin ( d )", "a in (x,y),!b,x.io/c!=d", [["a": "x"]], [["a": "x", "b": ""]]),
        ("a notin (x,y)", "a notin (x,y)", [[:], ["a": "z"]], [["a": "x"]]),
        ("a=", "a=", [["a": ""]], [["a": "b"], [:]]),
        ("in in (in)", "in=in", [["in": "in"]], [[:]]),
        ("a>1", "a>1", [["a": "2"], ["a": "10"]], [["a": "1"], ["a": "x"], [:]]),
        ("a < 5", "a<5", [["a": "4"], ["a": "04"]], [["a": "5"], ["a": ""], [:]]),
    ])
    func text(text: String, canonical: String, yes: [[String: String]], no: [[String: String]]) throws {
        let selector = try LabelSelector(text: text)
        #expect(selector.text == canonical)
        #expect(try LabelSelector(text: canonical).text == canonical)
        for labels in yes { #expect(selector.matches(labels), "\(labels)") }
        for labels in no { #expect(!selector.matches(labels), "\(labels)") }
    }

    @Test(arguments: [
        "a b", "a in x", "a in (x", "=b", ",", "a,", "a=b c", "a in (x y)", "a=b,,c", "!", "a near (b)", "-a", "a=-",
        "a>x", "a<", "a<-1", "a>99999999999999999999", "a>=1",
        "a=b=c", "a in (x))",
    ])
    func refusesText(text: String) {
        #expect(throws: SelectorError.self) { try LabelSelector(text: text) }
    }

    @Test func objectForm() throws {
        let tree: Tree = [
            "matchLabels": ["b": "2", "a": "1"],
            "matchExpressions": [
                ["key": "c", "operator": "In", "values": ["x", "y"]], ["key": "d", "operator": "DoesNotExist"],
            ],
        ]
        let selector = try LabelSelector(tree)
        #expect(selector.text == "a=1,b=2,c in (x,y),!d")
        #expect(selector.tree == tree)
        #expect(try LabelSelector(.null).isEverything)
        #expect(try LabelSelector([:]).isEverything)
        #expect(LabelSelector(matching: ["b": "2", "a": "1"]).text == "a=1,b=2")
    }

    @Test(arguments: [
        "text" as Tree, ["matchLabels": "x"], ["matchLabels": ["a": 1]], ["matchExpressions": [["key": "a"]]],
        ["matchExpressions": [["key": "", "operator": "Exists"]]],
        ["matchExpressions": [["key": "a", "operator": "in"]]],
        ["matchExpressions": [["key": "a", "operator": "In"]]],
        ["matchExpressions": [["key": "a", "operator": "Exists", "values": ["x"]]]], ["matchExpressions": ["x"]],
        ["matchLabels": ["a": "!!"]], ["matchLabels": ["a b": "c"]],
        ["matchExpressions": [["key": "a", "operator": "NotIn", "values": ["-"]]]],
        ["matchExpressions": [["key": "/a", "operator": "Exists"]]],
    ])
    func refusesObject(tree: Tree) {
        #expect(throws: SelectorError.self) { try LabelSelector(tree) }
    }

    @Test(arguments: [
        ("", true), ("metadata.name=web", true), ("metadata.name==web,metadata.namespace=shop", true),
        ("metadata.name!=web", false), ("status.phase=", true), ("spec.on=true", true), ("spec.count=3", true),
        ("metadata.annotations=x", false), ("spec.text=a\\,b\\=c\\\\", true),
    ])
    func fieldSelectors(text: String, matches: Bool) throws {
        let key = ObjectKey(namespace: "shop", name: "web")
        var object = KubeObject(kind: .pod, key: key)
        object.tree["spec"] = ["on": true, "count": 3, "text": "a,b=c\\"]
        let selector = try FieldSelector(text: text)
        #expect(selector.matches(object) == matches)
        #expect(try FieldSelector(text: selector.text) == selector)
    }

    @Test(arguments: ["a", "=b", "a=b\\x", "a=b\\", "a=b=c", "!=x"])
    func refusesFieldSelector(text: String) {
        #expect(throws: SelectorError.self) { try FieldSelector(text: text) }
    }

    @Test(
        arguments: [
            // (selectors, labels that all of them select, nil where there are none)
            ([], [:]),
            ([""], [:]),
            (["a=b", "a=b"], ["a": "b"]),
            (["a=b", "a=c"], nil),
            (["a=b", "!a"], nil),
            (["a in (x,y)", "a in (y,z)"], ["a": "y"]),
            (["a in (x,y)", "a!=x"], ["a": "y"]),
            (["a!=x", "a!=y"], [:]),
            (["a", "a!=x"], ["a": "other-0"]),
            (["a", "a notin (other-0)"], ["a": "other-1"]),
            (["a=b", "c=d,!e"], ["a": "b", "c": "d"]),
            (["a>1", "a<3"], ["a": "2"]),
            (["a>1", "a<2"], nil),
            (["a>9223372036854775807", "a"], nil),
        ] as [([String], [String: String]?)]
    )
    func labelsThatAllSelect(_ texts: [String], _ labels: [String: String]?) throws {
        let selectors = try texts.map { try LabelSelector(text: $0) }
        let found = LabelSelector.labels(selectedByAll: selectors)
        #expect(found == labels)
        #expect(found.map { labels in selectors.allSatisfy { $0.matches(labels) } } ?? true)
    }
}
