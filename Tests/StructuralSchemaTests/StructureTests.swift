internal import DataTree
internal import StructuralSchema
internal import Testing

@Suite("Structure") struct StructureTests {
    @Test(
        "is demanded in the words of CRD validation",
        arguments: [
            ([:], "s.type: Required value: must not be empty at the root"),
            (["type": "string"], #"s.type: Invalid value: "string": must be object at the root"#),
            (
                ["type": "object", "properties": ["x": [:]]],
                "s.properties[x].type: Required value: must not be empty for specified object fields"
            ),
            (
                ["type": "object", "properties": ["x": ["type": "array", "items": [:]]]],
                "s.properties[x].items.type: Required value: must not be empty for specified array items"
            ),
            (
                ["type": "object", "properties": ["x": ["type": "nope"]]],
                #"s.properties[x].type: Unsupported value: "nope": supported values: "array", "boolean", "integer", "number", "object", "string""#
            ),
            (
                ["type": "object", "properties": ["x": ["type": "string", "pattern": "("]]],
                "must be a valid regular expression, but isn't: error parsing regexp: missing closing )"
            ),
            (
                [
                    "type": "object",
                    "properties": [
                        "x": ["type": "object", "additionalProperties": true, "properties": ["a": ["type": "string"]]]
                    ],
                ],
                "s.properties[x].additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive"
            ),
            (
                ["type": "object", "anyOf": [["properties": ["a": ["minLength": 1]]]]],
                "s.properties[a]: Required value: because it is defined in s.anyOf[0].properties[a]"
            ),
            (
                [
                    "type": "object", "properties": ["a": ["type": "string"]],
                    "allOf": [["properties": ["a": ["type": "string"]]]],
                ],
                "s.allOf[0].properties[a].type: Forbidden: must be empty to be structural"
            ),
            (
                [
                    "type": "object",
                    "properties": ["metadata": ["type": "object", "properties": ["labels": ["type": "object"]]]],
                ],
                "s.properties[metadata]: Forbidden: must not specify anything other than name and generateName"
            ),
            (
                [
                    "type": "object",
                    "properties": [
                        "x": [
                            "type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["k"],
                            "items": ["type": "object", "properties": ["k": ["type": "string"]]],
                        ]
                    ],
                ],
                "s.properties[x].items.properties[k].default: Required value: this property is in x-kubernetes-list-map-keys"
            ),
            (
                ["type": "object", "properties": ["x": ["type": "integer", "default": "a"]]],
                #"s.properties[x].default: Invalid value: "string":  in body must be of type integer: "string""#
            ),
            (
                ["type": "object", "properties": ["x": ["type": "object", "default": ["a": 1]]]],
                #"s.properties[x].default: Invalid value: {"a":1}: must not have unknown fields"#
            ),
            (
                ["type": "object", "x-kubernetes-validations": [["rule": "self.nope == 1"]]],
                "s.x-kubernetes-validations[0].rule: Invalid value: \"self.nope == 1\": compilation failed: ERROR: <input>:1:5: undefined field 'nope'"
            ),
            (
                ["type": "object", "x-kubernetes-validations": [["rule": "self.kind"]]],
                "cel expression must evaluate to a bool"
            ),
            (
                ["type": "object", "x-kubernetes-validations": [["rule": "true", "messageExpression": "1"]]],
                "messageExpression must evaluate to a string"
            ),
            (
                ["type": "object", "x-kubernetes-validations": [["rule": ""]]],
                "s.x-kubernetes-validations[0].rule: Required value"
            ),
            (
                [
                    "type": "object",
                    "properties": [
                        "x": [
                            "type": "array",
                            "items": [
                                "type": "object", "properties": ["a": ["type": "string"]],
                                "x-kubernetes-validations": [["rule": "self == oldSelf"]],
                            ],
                        ]
                    ],
                ],
                "oldSelf cannot be used on the uncorrelatable portion of the schema within s.properties[x].items"
            ),
            (["type": "object", "properties": 5], "s.properties: Invalid value: 5: must be an object"),
            (["type": "object", "$ref": "x"], "s.$ref: Forbidden: $ref is not supported"),
        ] as [(Tree, String)]
    )
    func issues(tree: Tree, expected: String) {
        let error = #expect(throws: SchemaError.self) { try CustomResourceSchema(parsing: tree, at: "s") }
        #expect(error?.message.contains(expected) ?? false, "\(String(describing: error))")
    }

    @Test("allows an integer or a string to be spelled out")
    func intOrString() throws {
        let tree: Tree = [
            "type": "object",
            "properties": [
                "x": ["x-kubernetes-int-or-string": true, "anyOf": [["type": "integer"], ["type": "string"]]]
            ],
        ]
        let schema = try CustomResourceSchema(parsing: tree)
        #expect(schema.validate(["x": 1]).isEmpty)
        #expect(schema.validate(["x": "1"]).isEmpty)
        #expect(!schema.validate(["x": true]).isEmpty)
        #expect(schema.node.tree == tree)
    }

    @Test("is bounded in depth")
    func depth() {
        var tree: Tree = ["type": "string"]
        for _ in 0..<3000 { tree = ["type": "array", "items": tree] }
        let root: Tree = ["type": "object", "properties": ["x": tree]]
        let error = #expect(throws: SchemaError.self) { try SchemaNode(parsing: root) }
        #expect(error?.code == .tooDeep)
    }
}
