internal import DataTree
internal import KubeAPI
internal import Testing

@testable internal import ManifestRendering

/// One overlay patch on a small object.
struct OverlayExample: Sendable, CustomTestStringConvertible {
    let path: String
    var value: Tree?
    /// The object afterwards, nil when the path finds no place.
    var result: Tree?

    var testDescription: String { path }

    static let object: Tree = [
        "spec": [
            "args": ["discovery", "--level=info", "30m"],
            "env": [["name": "A", "value": "1"], ["name": "B", "value": "2"]],
            "ports": [["containerPort": 8080, "name": "http"]], "labels": ["a.b/c": "x"], "replicas": 1,
            "empty": .null,
        ]
    ]

    private static func changed(_ path: [String], _ value: Tree?) -> Tree {
        var copy = object
        copy.set(value, at: path)
        return copy
    }

    static let all: [OverlayExample] = [
        OverlayExample(path: "spec.replicas", value: 3, result: changed(["spec", "replicas"], 3)),
        OverlayExample(path: ".spec.replicas.", value: 3, result: changed(["spec", "replicas"], 3)),
        OverlayExample(path: "spec.replicas", result: changed(["spec", "replicas"], nil)),
        OverlayExample(path: "spec.new.deep", value: true, result: changed(["spec", "new", "deep"], true)),
        OverlayExample(path: "spec.empty.deep", value: true, result: changed(["spec", "empty"], ["deep": true])),
        OverlayExample(path: "spec.missing", result: object),
        OverlayExample(path: #"spec.labels.a\.b/c"#, value: "y", result: changed(["spec", "labels"], ["a.b/c": "y"])),
        OverlayExample(
            path: "spec.args.[30m]",
            value: "60m",
            result: changed(["spec", "args"], ["discovery", "--level=info", "60m"])
        ),
        OverlayExample(
            path: "spec.args.[^--level=]",
            value: "--level=debug",
            result: changed(["spec", "args"], ["discovery", "--level=debug", "30m"])
        ),
        OverlayExample(path: "spec.args.[:30m]", result: changed(["spec", "args"], ["discovery", "--level=info"])),
        OverlayExample(
            path: "spec.args[0]",
            value: "x",
            result: changed(["spec", "args"], ["x", "--level=info", "30m"])
        ),
        OverlayExample(
            path: "spec.args.[-1]",
            value: "--last",
            result: changed(["spec", "args"], ["discovery", "--level=info", "30m", "--last"])
        ),
        OverlayExample(
            path: "spec.env.[name:B]",
            result: changed(["spec", "env"], [["name": "A", "value": "1"]])
        ),
        OverlayExample(
            path: "spec.env.[name:B].value",
            value: "3",
            result: changed(["spec", "env"], [["name": "A", "value": "1"], ["name": "B", "value": "3"]])
        ),
        OverlayExample(
            path: "spec.env.[name:A].valueFrom",
            value: "fieldRef:\n  fieldPath: metadata.name\n",
            result: changed(
                ["spec", "env"],
                [
                    ["name": "A", "value": "1", "valueFrom": ["fieldRef": ["fieldPath": "metadata.name"]]],
                    ["name": "B", "value": "2"],
                ]
            )
        ),
        OverlayExample(
            path: "spec.ports.[containerPort:8080].containerPort",
            value: 1234,
            result: changed(["spec", "ports"], [["containerPort": 1234, "name": "http"]])
        ),
        OverlayExample(path: "spec.new", value: #"{"a": 1}"#, result: changed(["spec", "new"], #"{"a": 1}"#)),
        OverlayExample(path: "spec.new", value: "http://x:80", result: changed(["spec", "new"], "http://x:80")),
        OverlayExample(path: "spec.env.[name:C].value", value: "3", result: nil),
        OverlayExample(path: "spec.args.[none]", value: "3", result: nil),
        OverlayExample(path: "spec.replicas.deep", value: 1, result: nil),
        OverlayExample(path: "spec.args.key", value: 1, result: nil),
        OverlayExample(path: "", value: 1, result: nil),
    ]
}

@Suite("Overlays")
struct OverlayTests {
    @Test("Patches change what their path selects", arguments: OverlayExample.all)
    func patches(_ example: OverlayExample) throws {
        let path = SettingsPath(example.path)
        guard let expected = example.result else {
            #expect(throws: OverlayPatch.Miss.self) {
                try OverlayPatch.apply(example.value, at: path, to: OverlayExample.object)
            }
            return
        }
        #expect(try OverlayPatch.apply(example.value, at: path, to: OverlayExample.object) == expected)
    }

    @Test("An expression that would take exponential time elsewhere takes none here")
    func hostileExpression() {
        let text = String(repeating: "a", count: 4096)
        let object: Tree = ["args": [.string(text)]]
        #expect(throws: OverlayPatch.Miss.self) {
            try OverlayPatch.apply("x", at: SettingsPath("args.[(a+)+$b]"), to: object)
        }
    }

    @Test(
        "Lists merge by their key; what only the patch has comes first, as in Kubernetes",
        arguments: [
            (["spec": ["containers": [["name": "b", "image": "2"]]]], ["a:1", "b:2"]),
            (["spec": ["containers": [["name": "n", "image": "9"]]]], ["n:9", "a:1", "b:1"]),
            (["spec": ["containers": [["name": "a", "$patch": "delete"]]]], ["b:1"]),
        ] as [(Tree, [String])]
    )
    func listMerge(_ patch: Tree, _ expected: [String]) throws {
        let object: Tree = ["spec": ["containers": [["name": "a", "image": "1"], ["name": "b", "image": "1"]]]]
        let schema = WorkloadMergeSchema.object
        let patched = try StrategicMergePatch.apply(patch, to: object, schema: schema)
        let merged = patched.at("spec.containers").elements
        #expect(merged.map { "\($0.text("name")):\($0.text("image"))" } == expected)
    }

    @Test("A setting that cannot be merged is refused by its field")
    func unmergeable() throws {
        let spec: Tree = ["profile": "minimal", "components": ["pilot": ["k8s": ["volumes": [["emptyDir": [:]]]]]]]
        let error = try #require(throws: RenderError.self) { try RenderExample(name: "", spec: spec).render() }
        #expect(error.code == .invalidSetting)
        #expect(error.message.contains("spec.components.pilot.k8s.volumes"))
    }

    @Test("Objects merge, other lists are replaced, null removes")
    func objectMerge() throws {
        let object: Tree = ["spec": ["a": ["x": 1, "y": 2], "list": [1, 2], "gone": true]]
        let patch: Tree = ["spec": ["a": ["y": 3], "list": [3], "gone": .null, "b": ["$patch": "replace", "z": 1]]]
        let expected: Tree = ["spec": ["a": ["x": 1, "y": 3], "list": [3], "b": ["z": 1]]]
        #expect(try StrategicMergePatch.apply(patch, to: object, schema: WorkloadMergeSchema.object) == expected)
    }
}
