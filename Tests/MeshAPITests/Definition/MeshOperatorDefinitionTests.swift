internal import DataTree
internal import KubeAPI
internal import MeshAPI
internal import MeshTestKit
internal import StructuralSchema
internal import Testing

@Suite("CRD of MeshOperator")
struct MeshOperatorDefinitionTests {
    private func schema(of definition: Tree = MeshOperatorDefinition.tree) throws -> CustomResourceSchema {
        let path = TreePath([.key("spec"), .key("versions"), .index(0), .key("schema"), .key("openAPIV3Schema")])
        return try CustomResourceSchema(parsing: #require(definition.value(at: path)))
    }

    private static let sampleFiles = folderEntries("\(packageRoot)/Manifests/samples").filter { $0.hasSuffix(".yaml") }

    private func mesh(_ spec: Tree) -> Tree {
        ["apiVersion": "meshoperator.io/v1alpha1", "kind": "MeshOperator", "metadata": ["name": "mesh"], "spec": spec]
    }

    @Test("The file in CRDs is what the types say")
    func drift() throws {
        let text = try fileText("\(packageRoot)/CRDs/meshoperator.io_meshoperators.yaml")
        let header = text.prefix { $0 != "\n" } + "\n"
        #expect(header.hasPrefix("# Made by hack/generate"))
        #expect(text == header + MeshOperatorDefinition.tree.yaml(), "run hack/generate")
        #expect(try YAML.document(text) == MeshOperatorDefinition.tree)
    }

    @Test("Every field is described", arguments: [MeshOperatorDefinition.tree, MeshRolloutDefinition.tree])
    func descriptions(_ definition: Tree) throws {
        let path = TreePath([.key("spec"), .key("versions"), .index(0), .key("schema"), .key("openAPIV3Schema")])
        var bare: [String] = []
        func look(_ schema: Tree, _ name: String) {
            if schema["description"]?.string?.isEmpty ?? true { bare.append(name) }
            for entry in schema["properties"]?.object?.entries ?? [] { look(entry.value, "\(name).\(entry.key)") }
            for (key, mark) in [("items", "[]"), ("additionalProperties", "{}")] {
                if let inner = schema[key], inner.object != nil { look(inner, name + mark) }
            }
        }
        look(try #require(definition.value(at: path)), "")
        // Of metadata itself the API server takes none.
        #expect(bare == [".metadata"])
    }

    @Test("The schema is structural and its rules compile")
    func structural() throws {
        _ = try schema()
    }

    @Test("Samples pass the schema and are read", arguments: sampleFiles)
    func samples(_ file: String) throws {
        for var sample in try YAML.documents(fileText("\(packageRoot)/Manifests/samples/\(file)")) {
            let isRollout = sample["kind"] == "MeshRollout"
            let schema = try schema(of: isRollout ? MeshRolloutDefinition.tree : MeshOperatorDefinition.tree)
            #expect(schema.prune(&sample) == [])
            schema.applyDefaults(&sample)
            #expect(schema.validate(sample).map(\.description) == [])
            if isRollout {
                _ = try MeshRolloutResource(decoding: KubeObject(sample))
            } else {
                _ = try MeshOperatorResource(decoding: KubeObject(sample))
            }
        }
    }

    @Test("What the decoder refuses the API server refuses, but for unknown fields", arguments: BadSpec.all)
    func refusals(_ bad: BadSpec) throws {
        var object = mesh(bad.spec)
        let schema = try schema()
        let pruned = schema.prune(&object)
        schema.applyDefaults(&object)
        let issues = schema.validate(object)
        if bad.schemaRefuses {
            #expect(!issues.isEmpty)
        } else {
            #expect(pruned.map(\.description) == [bad.path])
        }
    }

    @Test("The API server's defaults mean what an absent field means")
    func defaults() throws {
        var object = mesh(["upgrade": [:], "teardown": [:]])
        try schema().applyDefaults(&object)
        #expect(object.value(at: "spec", "profile") == "default")
        let spec = try MeshOperatorSpec(decoding: #require(object["spec"]))
        #expect(spec == MeshOperatorSpec())
    }

    @Test("Defaults of objects that are there agree with the types")
    func nestedDefaults() throws {
        var object = mesh([
            "slowStart": [:], "lifecycle": [:], "upgrade": ["analysis": [:], "workloads": [:], "gateways": [:]],
        ])
        try schema().applyDefaults(&object)
        let defaulted = try MeshOperatorSpec(decoding: #require(object["spec"]))
        let plain = try MeshOperatorSpec(decoding: ["slowStart": [:], "lifecycle": [:]])
        #expect(defaulted == plain)
    }

    @Test("A missing spec gets defaults")
    func missingSpec() throws {
        var object = mesh([:])
        object["spec"] = nil
        try schema().applyDefaults(&object)
        #expect(object.value(at: "spec", "namespace") == "istio-system")
    }

    @Test("The namespace cannot be changed")
    func immutableNamespace() throws {
        let schema = try schema()
        let old = mesh(["namespace": "istio-system"])
        let issues = schema.validate(mesh(["namespace": "other"]), replacing: old)
        #expect(issues.map(\.description).contains { $0.contains("namespace cannot be changed") })
        #expect(schema.validate(mesh(["namespace": "istio-system", "profile": "demo"]), replacing: old).isEmpty)
    }

    @Test("Slow start keeps its fractions through pruning and defaults")
    func slowStartIsLossless() throws {
        let wanted: Tree = ["window": "1500ms", "aggression": 1.25, "minWeightPercent": 0.5]
        var object = mesh(["slowStart": wanted])
        let schema = try schema()
        schema.prune(&object)
        schema.applyDefaults(&object)
        #expect(schema.validate(object).isEmpty)
        #expect(object.value(at: "spec", "slowStart") == wanted)
        #expect(schema.validate(mesh(["slowStart": ["aggression": 2, "minWeightPercent": 10]])).isEmpty)
    }

    @Test("Free-form fields survive pruning")
    func freeForm() throws {
        let spec: Tree = [
            "values": ["global": ["anything": [1, ["deep": .null]]]], "meshConfig": ["x": ["y": "z"]],
            "components": [
                "pilot": [
                    "k8s": [
                        "affinity": ["nodeAffinity": ["a": 1]], "env": [["name": "A", "valueFrom": ["b": 1]]],
                        "overlays": [["kind": "K", "name": "n", "patches": [["path": "a.b", "value": ["c": [1]]]]]],
                    ]
                ]
            ],
        ]
        var object = mesh(spec)
        #expect(try schema().prune(&object) == [])
    }

    @Test("Columns are those users know")
    func columns() throws {
        let path = TreePath([.key("spec"), .key("versions"), .index(0), .key("additionalPrinterColumns")])
        let columns = try #require(MeshOperatorDefinition.tree.value(at: path)?.array)
        let plain = columns.filter { $0["priority"] == nil }.compactMap { $0["name"]?.string?.uppercased() }
        let wide = columns.filter { $0["priority"] == 1 }.compactMap { $0["name"]?.string?.uppercased() }
        #expect(plain == ["VERSION", "TARGET", "PHASE", "WEIGHT", "PROXIES", "READY", "AGE"])
        #expect(wide == ["REVISION", "STEP", "MESSAGE"])
    }

    @Test("Every field is described")
    func descriptions() {
        func undescribed(_ schema: FieldSchema, _ path: String) -> [String] {
            let below: [String] =
                switch schema.shape {
                case .object(let properties, _): properties.flatMap { undescribed($0.schema, "\(path).\($0.name)") }
                case .map(let element), .list(let element, _): undescribed(element, "\(path)[]")
                default: []
                }
            return (schema.description.count < 4 || !schema.description.hasSuffix(".") ? [path] : []) + below
        }
        #expect(undescribed(MeshOperatorSpec.schema, "spec") == [])
        #expect(undescribed(MeshOperatorStatus.schema, "status") == [])
    }
}
