internal import DataTree
internal import MeshTestKit
internal import Testing

struct StrategicMergePatchTests {
    static let deployment = """
        metadata: {name: d, labels: {a: "1", b: "2"}, finalizers: [x, y]}
        spec:
          replicas: 1
          strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 1}}
          template:
            spec:
              nodeSelector: {disk: ssd}
              containers:
              - {name: app, image: app:1, args: [a, b], env: [{name: X, value: "1"}, {name: Y, value: "2"}]}
              - {name: sidecar, image: s:1}
        """

    /// What the case shows, the patch, where to look, and what is there afterwards.
    static let cases: [(String, String, [String], String)] = [
        (
            "objects merge and null removes", "metadata: {labels: {a: null, c: '3'}}", ["metadata", "labels"],
            "{b: '2', c: '3'}"
        ),
        ("scalars are replaced", "spec: {replicas: 3}", ["spec", "replicas"], "3"),
        (
            "atomic lists are replaced, elements merge by key",
            "spec: {template: {spec: {containers: [{name: app, args: [c], env: [{name: Y, value: '3'}]}]}}}",
            ["spec", "template", "spec", "containers"],
            """
            - {name: app, image: 'app:1', args: [c], env: [{name: X, value: '1'}, {name: Y, value: '3'}]}
            - {name: sidecar, image: 's:1'}
            """
        ),
        (
            "a new element comes first", "spec: {template: {spec: {containers: [{name: new, image: n}]}}}",
            ["spec", "template", "spec", "containers"],
            """
            - {name: new, image: n}
            - {name: app, image: 'app:1', args: [a, b], env: [{name: X, value: '1'}, {name: Y, value: '2'}]}
            - {name: sidecar, image: 's:1'}
            """
        ),
        (
            "$patch: delete removes an element",
            "spec: {template: {spec: {containers: [{name: app, $patch: delete}]}}}",
            ["spec", "template", "spec", "containers"], "[{name: sidecar, image: 's:1'}]"
        ),
        (
            "$patch: replace replaces a list", "spec: {template: {spec: {containers: [{name: x}, {$patch: replace}]}}}",
            ["spec", "template", "spec", "containers"], "[{name: x}]"
        ),
        (
            "$patch: replace replaces an object", "metadata: {labels: {$patch: replace, c: '3'}}",
            ["metadata", "labels"], "{c: '3'}"
        ),
        ("$patch: delete empties an object", "metadata: {labels: {$patch: delete}}", ["metadata", "labels"], "{}"),
        ("sets are joined, new ones first", "metadata: {finalizers: [z, y]}", ["metadata", "finalizers"], "[z, x, y]"),
        (
            "$deleteFromPrimitiveList removes values", "metadata: {$deleteFromPrimitiveList/finalizers: [x, q]}",
            ["metadata", "finalizers"], "[y]"
        ),
        (
            "$setElementOrder orders scalars", "metadata: {$setElementOrder/finalizers: [z, y, x], finalizers: [z]}",
            ["metadata", "finalizers"], "[z, y, x]"
        ),
        (
            "$setElementOrder orders elements",
            """
            spec: {template: {spec: {"$setElementOrder/containers": [{name: sidecar}, {name: new}, {name: app}],
              containers: [{name: new}, {name: app, image: 'app:2', args: null, env: null}]}}}
            """,
            ["spec", "template", "spec", "containers"],
            "[{name: sidecar, image: 's:1'}, {name: new}, {name: app, image: 'app:2'}]"
        ),
        (
            "$retainKeys drops other keys",
            "spec: {strategy: {$retainKeys: [type], type: Recreate}}", ["spec", "strategy"], "{type: Recreate}"
        ),
        (
            "directives and nulls do not stay in what is new",
            "metadata: {annotations: {x: y, z: null, $patch: merge}}", ["metadata", "annotations"], "{x: y}"
        ),
        ("unknown fields merge as objects", "other: {a: {b: [1]}}", ["other"], "{a: {b: [1]}}"),
        ("another kind of value replaces", "spec: {strategy: none}", ["spec", "strategy"], "none"),
    ]

    @Test(arguments: cases)
    func applies(name: String, patch: String, path: [String], expected: String) throws {
        let result = try StrategicMergePatch.apply(
            yaml(patch),
            to: yaml(Self.deployment),
            schema: TestSchema.deployment
        )
        let found = result.value(at: TreePath(path.map { .key($0) }))
        #expect(found == (try yaml(expected)), "\(name): \(found?.yaml() ?? "nothing")")
    }

    static let malformed = [
        "[1]", "metadata: {labels: {$patch: smash}}", "spec: {template: {spec: {containers: [{image: x}]}}}",
        "spec: {template: {spec: {containers: [{$patch: delete}]}}}",
        "spec: {template: {spec: {containers: [{name: a, $patch: merge}]}}}",
        "spec: {strategy: {$retainKeys: [type], rollingUpdate: {}}}", "spec: {strategy: {$retainKeys: type}}",
        "metadata: {$setElementOrder/finalizers: [a], finalizers: [b]}",
        "metadata: {$deleteFromPrimitiveList/finalizers: x}",
        "metadata: {$setElementOrder/finalizers: [a, b], finalizers: [b, a]}",
        "spec: {template: {spec: {containers: [1]}}}",
    ]

    @Test(arguments: malformed)
    func refuses(patch: String) {
        #expect(throws: PatchError.self) {
            try StrategicMergePatch.apply(yaml(patch), to: yaml(Self.deployment), schema: TestSchema.deployment)
        }
    }

    @Test func serverElementsStayBeforeTheOnesTheyStoodBefore() throws {
        let schema = TestSchema.object(["list": .set])
        let patch: Tree = ["$setElementOrder/list": ["d", "b"], "list": ["d"]]
        let result = try StrategicMergePatch.apply(patch, to: ["list": ["a", "b", "c"]], schema: schema)
        #expect(result == ["list": ["d", "a", "b", "c"]])
    }

    @Test(arguments: propertySeeds(200))
    func isMergePatchWhereNothingIsKnown(seed: UInt64) throws {
        var generator = TreeGenerator(seed: seed)
        let value = generator.object(depth: 3)
        let patch = generator.object(depth: 3)
        let strategic = try StrategicMergePatch.apply(patch, to: value, schema: DeducedSchema())
        let again = try StrategicMergePatch.apply(patch, to: strategic, schema: DeducedSchema())
        #expect(again == strategic, "seed \(seed)")
    }
}
