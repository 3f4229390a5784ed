internal import DataTree
internal import StructuralSchema
internal import Testing

/// A schema of one field `x` in `spec`.
private func schema(_ field: Tree, required: Bool = false) throws -> CustomResourceSchema {
    var spec: Tree = ["type": "object", "properties": ["x": field]]
    if required { spec["required"] = ["x"] }
    return try CustomResourceSchema(parsing: ["type": "object", "properties": ["spec": spec]])
}

private func issues(_ field: Tree, _ value: Tree, old: Tree? = nil) throws -> [String] {
    try schema(field).validate(["spec": ["x": value]], replacing: old.map { ["spec": ["x": $0]] }).map(\.description)
}

@Suite("Validation") struct ValidationTests {
    @Test(
        "words what is wrong as Kubernetes does",
        arguments: [
            (
                ["type": "integer", "maximum": 5], 6,
                "spec.x: Invalid value: 6: spec.x in body should be less than or equal to 5"
            ),
            (
                ["type": "integer", "minimum": 5, "exclusiveMinimum": true], 5,
                "spec.x: Invalid value: 5: spec.x in body should be greater than 5"
            ),
            (
                ["type": "integer"], "a",
                #"spec.x: Invalid value: "string": spec.x in body must be of type integer: "string""#
            ),
            (
                ["type": "string"], .null,
                #"spec.x: Invalid value: "null": spec.x in body must be of type string: "null""#
            ),
            (
                ["type": "string", "enum": ["a", "b"]], "c",
                #"spec.x: Unsupported value: "c": supported values: "a", "b""#
            ),
            (
                ["type": "string", "pattern": "^a$"], "b",
                #"spec.x: Invalid value: "b": spec.x in body should match '^a$'"#
            ),
            (["type": "string", "maxLength": 2], "abc", "spec.x: Too long: may not be more than 2 bytes"),
            (
                ["type": "string", "minLength": 1], "",
                #"spec.x: Invalid value: "": spec.x in body should be at least 1 chars long"#
            ),
            (
                ["type": "array", "items": ["type": "string"], "maxItems": 1], ["a", "b"],
                "spec.x: Too many: 2: must have at most 1 item"
            ),
            (
                ["type": "array", "items": ["type": "string"], "minItems": 1], [],
                "spec.x: Invalid value: 0: spec.x in body should have at least 1 items"
            ),
            (
                ["type": "array", "items": ["type": "string"], "x-kubernetes-list-type": "set"], ["a", "a"],
                #"spec.x[1]: Duplicate value: "a""#
            ),
            (
                ["type": "object", "properties": ["a": ["type": "string"]], "required": ["a"]], [:],
                "spec.x.a: Required value"
            ),
            (
                ["type": "object", "additionalProperties": ["type": "integer"], "minProperties": 1], [:],
                "spec.x: Invalid value: 0: spec.x in body should have at least 1 properties"
            ),
            (
                ["type": "object", "additionalProperties": ["type": "integer"]], ["a": "b"],
                #"spec.x.a: Invalid value: "string": spec.x.a in body must be of type integer: "string""#
            ),
            (
                ["x-kubernetes-int-or-string": true], true,
                #"spec.x: Invalid value: "boolean": spec.x in body must be of type integer,string: "boolean""#
            ),
            (
                ["type": "string", "format": "date-time"], "now",
                #"spec.x: Invalid value: "now": spec.x in body must be of type date-time: "now""#
            ),
            (
                ["type": "integer", "multipleOf": 5], 7,
                "spec.x: Invalid value: 7: spec.x in body should be a multiple of 5"
            ),
            (
                ["type": "integer", "x-kubernetes-validations": [["rule": "self > 1", "message": "must exceed one"]]],
                1,
                "spec.x: Invalid value: 1: must exceed one"
            ),
            (
                ["type": "integer", "x-kubernetes-validations": [["rule": "self > 1"]]], 1,
                "spec.x: Invalid value: 1: failed rule: self > 1"
            ),
            (
                [
                    "type": "integer",
                    "x-kubernetes-validations": [["rule": "self > 1", "messageExpression": "'got ' + string(self)"]],
                ], 1, "spec.x: Invalid value: 1: got 1"
            ),
            (
                [
                    "type": "object", "properties": ["a": ["type": "string"]],
                    "x-kubernetes-validations": [
                        ["rule": "has(self.a)", "reason": "FieldValueRequired", "fieldPath": ".a", "message": "give a"]
                    ],
                ], [:], "spec.x.a: Required value: give a"
            ),
        ] as [(Tree, Tree, String)]
    )
    func wording(field: Tree, value: Tree, expected: String) throws {
        #expect(try issues(field, value) == [expected])
    }

    @Test(
        "accepts what fits",
        arguments: [
            (["type": "integer"], 1.0), (["type": "number"], 1), (["type": "string", "nullable": true], .null),
            (["x-kubernetes-int-or-string": true], "10%"), (["x-kubernetes-preserve-unknown-fields": true], [1, "a"]),
            (["type": "string", "format": "unheard-of"], "x"), (["type": "string", "format": "duration"], "1h"),
            (["type": "string", "format": "ipv6"], "::1"), (["type": "string", "format": "cidr"], "10.0.0.0/8"),
            (["type": "string", "format": "uuid"], "5fa3e5c6-8a3a-4b8e-9a43-1f0f4b8f3a11"),
            (["type": "string", "format": "byte"], "aGk="), (["type": "string", "maxLength": 2], "äö"),
            (
                [
                    "type": "object", "properties": ["a": ["type": "string"], "b": ["type": "string"]],
                    "oneOf": [["required": ["a"]], ["required": ["b"]]],
                ], ["a": "x"]
            ),
        ] as [(Tree, Tree)]
    )
    func accepted(field: Tree, value: Tree) throws {
        #expect(try issues(field, value).isEmpty)
    }

    @Test("refuses numbers that an integer cannot hold")
    func ranges() throws {
        #expect(
            try issues(["type": "integer"], 1.5) == [
                #"spec.x: Invalid value: "number": spec.x in body must be of type integer: "number""#,
                #"<nil>: Invalid value: "": Checked value must be of type integer (default format) in spec.x"#,
            ]
        )
        #expect(
            try issues(["type": "integer", "format": "int32"], 3_000_000_000) == [
                #"<nil>: Invalid value: "": Checked value must be of type integer with format int32 in spec.x"#
            ]
        )
        #expect(try issues(["type": "integer"], .bigInteger("99999999999999999999")).count == 1)
        #expect(try issues(["type": "integer", "format": "int64"], 3_000_000_000).isEmpty)
    }

    @Test("shows the type instead of the value in the wording of older versions")
    func wording() throws {
        let schema = try schema(["type": "object", "x-kubernetes-validations": [["rule": "false", "message": "no"]]])
        let object: Tree = ["spec": ["x": [:]]]
        #expect(schema.validate(object).map(\.description) == ["spec.x: Invalid value: no"])
        let older = schema.validate(object, wording: .typeName).map(\.description)
        #expect(older == [#"spec.x: Invalid value: "object": no"#])
    }

    @Test("reports combinations for the whole object, with the nearest branch")
    func combinations() throws {
        let field: Tree = [
            "type": "object", "properties": ["a": ["type": "string"], "b": ["type": "string"]],
            "oneOf": [["required": ["a"]], ["required": ["b"]]], "not": ["required": ["a", "b"]],
        ]
        #expect(
            try issues(field, [:]) == [
                #"<nil>: Invalid value: "": "spec.x" must validate one and only one schema (oneOf). Found none valid"#,
                "spec.x.a: Required value",
            ]
        )
        #expect(
            try issues(field, ["a": "", "b": ""]) == [
                #"<nil>: Invalid value: "": "spec.x" must validate one and only one schema (oneOf). Found 2 valid alternatives"#,
                #"<nil>: Invalid value: "": "spec.x" must not validate the schema (not)"#,
            ]
        )
    }

    @Test("tolerates what was stored before, and holds transition rules against it")
    func ratcheting() throws {
        let narrowed: Tree = ["type": "integer", "maximum": 5]
        #expect(try issues(narrowed, 9, old: 9).isEmpty)
        #expect(try issues(narrowed, 8, old: 9).count == 1)
        let immutable: Tree = [
            "type": "string", "x-kubernetes-validations": [["rule": "self == oldSelf", "message": "is immutable"]],
        ]
        #expect(try issues(immutable, "a").isEmpty)
        #expect(try issues(immutable, "a", old: "a").isEmpty)
        #expect(try issues(immutable, "b", old: "a") == [#"spec.x: Invalid value: "b": is immutable"#])
        let once: Tree = [
            "type": "string",
            "x-kubernetes-validations": [
                ["rule": "!oldSelf.hasValue() || self == oldSelf.value()", "optionalOldSelf": true, "message": "no"]
            ],
        ]
        #expect(try issues(once, "a").isEmpty)
        #expect(try issues(once, "b", old: "a").count == 1)
    }

    @Test("finds old elements of identified lists by their keys")
    func correlation() throws {
        let field: Tree = [
            "type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"],
            "items": [
                "type": "object", "required": ["name"],
                "properties": [
                    "name": ["type": "string"],
                    "v": [
                        "type": "integer",
                        "x-kubernetes-validations": [["rule": "self >= oldSelf", "message": "shrank"]],
                    ],
                ],
            ],
        ]
        let old: Tree = [["name": "a", "v": 1], ["name": "b", "v": 5]]
        #expect(try issues(field, [["name": "b", "v": 6], ["name": "a", "v": 1]], old: old).isEmpty)
        #expect(
            try issues(field, [["name": "b", "v": 4], ["name": "a", "v": 1]], old: old)
                == ["spec.x[0].v: Invalid value: 4: shrank"]
        )
        #expect(
            try issues(field, [["name": "b"], ["name": "b"]])
                == [#"spec.x[1]: Duplicate value: {"name":"b"}"#]
        )
    }

    @Test("tells doubled elements together with values of the wrong type, each once")
    func doubledElements() throws {
        let schema = try CustomResourceSchema(parsing: [
            "type": "object",
            "properties": [
                "n": ["type": "integer"],
                "s": ["type": "array", "x-kubernetes-list-type": "set", "items": ["type": "string"]],
                "m": [
                    "type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["k"],
                    "items": ["type": "object", "required": ["k"], "properties": ["k": ["type": "string"]]],
                ],
            ],
        ])
        let value: Tree = ["n": "x", "s": ["a", "b", "a", "a"], "m": [["k": "y"], ["k": "y"]]]
        #expect(
            schema.validate(value).map(\.description) == [
                #"n: Invalid value: "string": n in body must be of type integer: "string""#,
                #"s[2]: Duplicate value: "a""#, #"m[1]: Duplicate value: {"k":"y"}"#,
            ]
        )
        let mixed = schema.validate(["m": [["k": "y"], "z"]]).map(\.description)
        #expect(mixed.last == #"m[1]: Invalid value: "z": must be an object for an array of list-type map"#)
        // What was doubled before does not keep anybody from changing the rest.
        #expect(schema.validate(["s": ["a", "a"]], replacing: ["s": ["b", "b"]]).isEmpty)
    }

    @Test("leaves rules out while the structure is wrong")
    func blockedRules() throws {
        let schema = try CustomResourceSchema(parsing: [
            "type": "object", "properties": ["spec": ["type": "object", "properties": ["x": ["type": "integer"]]]],
            "x-kubernetes-validations": [["rule": "self.spec.x > 1"]],
        ])
        let found = schema.validate(["spec": ["x": "a"]]).map(\.description)
        #expect(found.count == 2)
        #expect(
            found.last
                == "<nil>: Invalid value: null: some validation rules were not checked because the object was invalid; "
                + "correct the existing errors to complete validation"
        )
    }

    @Test("stops rules that cost too much")
    func cost() throws {
        let field: Tree = [
            "type": "array", "items": ["type": "integer"],
            "x-kubernetes-validations": [
                ["rule": "self.all(a, self.all(b, self.all(c, a + b + c >= 0)))", "message": "positive"]
            ],
        ]
        let value = Tree.array((0..<300).map { .integer($0) })
        let found = try issues(field, value)
        #expect(found.count == 1)
        #expect(found.first?.contains("call cost exceeds limit") ?? false, "\(found)")
    }

    @Test("bounds the depth of values")
    func depth() throws {
        var value: Tree = 1
        for _ in 0..<5000 { value = ["a": value] }
        let schema = try CustomResourceSchema(parsing: [
            "type": "object", "properties": ["spec": ["type": "object", "x-kubernetes-preserve-unknown-fields": true]],
        ])
        var object: Tree = ["spec": value]
        schema.prune(&object)
        #expect(schema.validate(object).isEmpty)
    }
}
