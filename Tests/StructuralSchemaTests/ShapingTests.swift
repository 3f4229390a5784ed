internal import DataTree
internal import StructuralSchema
internal import Testing

@Suite("Pruning and defaulting") struct ShapingTests {
    private static let tree: Tree = [
        "type": "object",
        "properties": [
            "spec": [
                "type": "object",
                "properties": [
                    "replicas": ["type": "integer", "default": 1], "name": ["type": "string"],
                    "note": ["type": "string", "nullable": true],
                    "nested": [
                        "type": "object", "default": [:], "properties": ["deep": ["type": "string", "default": "d"]],
                    ],
                    "bare": ["type": "object", "properties": ["deep": ["type": "string", "default": "d"]]],
                    "free": [
                        "type": "object", "x-kubernetes-preserve-unknown-fields": true,
                        "properties": ["known": ["type": "object", "properties": ["a": ["type": "string"]]]],
                    ],
                    "ports": [
                        "type": "array",
                        "items": [
                            "type": "object",
                            "properties": [
                                "port": ["type": "integer"], "protocol": ["type": "string", "default": "TCP"],
                            ],
                        ],
                    ],
                    "labels": ["type": "object", "additionalProperties": ["type": "string"]],
                    "template": [
                        "type": "object", "x-kubernetes-embedded-resource": true,
                        "properties": ["spec": ["type": "object"]],
                    ],
                ],
            ]
        ],
    ]

    @Test("removes what the schema does not name, and says so")
    func pruning() throws {
        let schema = try CustomResourceSchema(parsing: Self.tree)
        var object: Tree = [
            "apiVersion": "a/v1", "kind": "K", "metadata": ["name": "n", "anything": 1], "extra": 1,
            "spec": [
                "name": "x", "nope": 1, "free": ["any": 1, "known": ["a": "", "b": 2]],
                "ports": [["port": 1], ["port": 2, "bad": true]], "labels": ["a.b/c": "d"],
                "template": ["apiVersion": "v1", "kind": "Pod", "metadata": ["name": "p"], "gone": 1],
            ],
        ]
        let removed = schema.prune(&object).map(\.description)
        #expect(
            Set(removed) == ["extra", "spec.nope", "spec.free.known.b", "spec.ports[1].bad", "spec.template.gone"]
        )
        #expect(object.value(at: "metadata", "anything") == 1)
        #expect(object.value(at: "spec", "free") == ["any": 1, "known": ["a": ""]])
        #expect(object.value(at: "spec", "labels") == ["a.b/c": "d"])
        #expect(object.value(at: "spec", "template", "metadata") == ["name": "p"])
    }

    @Test("gives defaults where the holder is present, and treats nulls as absent unless they are values")
    func defaults() throws {
        let schema = try CustomResourceSchema(parsing: Self.tree)
        var object: Tree = ["spec": ["replicas": .null, "name": .null, "note": .null, "ports": [["port": 1]]]]
        schema.prune(&object)
        schema.applyDefaults(&object)
        #expect(
            object == [
                "spec": [
                    "replicas": 1, "note": .null, "nested": ["deep": "d"], "ports": [["port": 1, "protocol": "TCP"]],
                ]
            ]
        )
        let once = object
        schema.applyDefaults(&object)
        #expect(object == once)
        var empty: Tree = [:]
        schema.applyDefaults(&empty)
        #expect(empty == [:])
    }

    @Test("merges as its list and map types say")
    func merging() throws {
        let node = try SchemaNode(parsing: [
            "type": "object",
            "properties": [
                "a": [
                    "type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["k"],
                    "items": ["type": "object", "properties": ["k": ["type": "string", "default": "v"]]],
                ],
                "b": ["type": "array", "x-kubernetes-list-type": "set", "items": ["type": "string"]],
                "c": ["type": "object", "x-kubernetes-map-type": "atomic"],
                "d": ["type": "array", "items": ["type": "string"]],
            ],
        ])
        #expect(node.field("a")?.listKind == .map(keys: ["k"]))
        #expect(node.field("a")?.items?.field("k")?.defaultValue == "v")
        #expect(node.field("b")?.listKind == .set)
        #expect(node.field("c")?.mapKind == .atomic)
        #expect(node.field("d")?.listKind == .atomic)
        #expect(node.field("e") == nil)
        #expect(node.mapKind == .granular)
    }
}
