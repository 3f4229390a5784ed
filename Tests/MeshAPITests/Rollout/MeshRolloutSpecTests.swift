internal import DataTree
internal import KubeAPI
internal import MeshAPI
internal import MeshTestKit
internal import StructuralSchema
internal import Testing

struct MeshRolloutSpecTests {
    struct Bad: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var spec: Tree
        var path: String
        /// Whether the schema of the CRD refuses it as well.
        var schemaRefuses = true
    }

    static let sides: Tree = [
        "stable": ["name": "reviews-v1", "version": "v1"], "canary": ["name": "reviews-v2", "version": "v2"],
    ]

    static func spec(_ more: Tree) -> Tree {
        var tree: Tree = ["workload": sides, "host": "reviews"]
        for entry in more.object?.entries ?? [] { tree.set(entry.value, at: [entry.key]) }
        return tree
    }

    static let bad: [Bad] = [
        Bad(testDescription: "no host", spec: ["workload": sides], path: "spec.host"),
        Bad(
            testDescription: "equal versions",
            spec: spec([
                "workload": ["stable": ["name": "a", "version": "v1"], "canary": ["name": "b", "version": "v1"]]
            ]),
            path: "spec.workload.canary.version"
        ),
        Bad(
            testDescription: "a side without a name",
            spec: spec(["workload": ["stable": ["version": "v1"], "canary": ["name": "b", "version": "v2"]]]),
            path: "spec.workload.stable"
        ),
        Bad(
            testDescription: "weight 101",
            spec: spec(["steps": [["setWeight": 101]]]),
            path: "spec.steps[0].setWeight"
        ),
        Bad(
            testDescription: "two things in one step",
            spec: spec(["steps": [["setWeight": 10, "mirror": [:]]]]),
            path: "spec.steps[0]"
        ),
        Bad(
            testDescription: "weights that fall",
            spec: spec(["steps": [["setWeight": 50], ["setWeight": 10]]]),
            path: "spec.steps[1].setWeight",
            schemaRefuses: false
        ),
        Bad(
            testDescription: "a share where everything moves at once",
            spec: spec(["strategy": "BlueGreen", "steps": [["setWeight": 10]]]),
            path: "spec.steps[0].setWeight",
            schemaRefuses: false
        ),
        Bad(
            testDescription: "a step that says nothing",
            spec: spec(["steps": [[:]]]),
            path: "spec.steps[0]",
            schemaRefuses: false
        ),
        Bad(
            testDescription: "a metric without a server",
            spec: spec(["analysis": ["metrics": [["name": "m", "builtIn": "LatencyP99", "max": 500]]]]),
            path: "spec.analysis.metrics[0]"
        ),
    ]

    private func schema() throws -> CustomResourceSchema {
        let path = TreePath([.key("spec"), .key("versions"), .index(0), .key("schema"), .key("openAPIV3Schema")])
        return try CustomResourceSchema(parsing: #require(MeshRolloutDefinition.tree.value(at: path)))
    }

    private func rollout(_ spec: Tree) -> Tree {
        [
            "apiVersion": "meshoperator.io/v1alpha1", "kind": "MeshRollout",
            "metadata": ["name": "reviews", "namespace": "shop"], "spec": spec,
        ]
    }

    @Test(arguments: bad) func refuses(_ example: Bad) throws {
        let error = try #require(throws: SpecError.self) { try MeshRolloutSpec(decoding: example.spec) }
        #expect(error.issues.contains { $0.path.description == example.path }, "\(error.message)")
        var object = rollout(example.spec)
        let schema = try schema()
        schema.applyDefaults(&object)
        #expect(schema.validate(object).isEmpty != example.schemaRefuses)
    }

    @Test("Every field is read")
    func reads() throws {
        let spec = try MeshRolloutSpec(
            decoding: Self.spec([
                "virtualServices": [["name": "reviews", "routes": ["main"]]], "destinationRule": ["name": "reviews"],
                "gateways": ["mesh", "istio-system/edge"], "strategy": "Canary",
                "steps": [
                    ["match": [["headers": ["x-test": ["exact": "yes"]]]]], ["mirror": ["percent": 10], "hold": "1m"],
                    ["setWeight": 10, "hold": "2m"], ["fault": ["abort": ["httpStatus": 500]]],
                    ["analysis": ["gates": ["rate"]]], ["approve": true], ["hold": "30s"],
                ],
                "sessionAffinity": ["cookie": ["name": "side", "ttl": "1h"]],
                "promotion": ["mode": "CopyTemplate", "scaleDownDelay": "5m"], "capacity": ["minReadyPercent": 80],
                "analysis": ["gates": [["name": "rate", "url": "http://gates.shop/rate"]]],
                "slowStart": ["window": "30s"], "rollback": "Manual", "progressDeadline": "20m", "group": "shop",
                "paused": true,
            ])
        )
        #expect(spec.virtualServices.map(\.name) == ["reviews"])
        #expect(spec.virtualServices.map(\.routes) == [["main"]])
        #expect(spec.strategy == .canary)
        #expect(try MeshRolloutSpec(decoding: Self.spec(["strategy": "BlueGreen"])).strategy == .blueGreen)
        #expect(
            spec.steps.map(\.change) == [
                .match([["headers": ["x-test": ["exact": "yes"]]]]), .mirror(percent: 10), .weight(10),
                .fault(["abort": ["httpStatus": 500]]), .analysis(["rate"]), .approve, .hold,
            ]
        )
        #expect(spec.steps.map(\.hold)[2] == .seconds(120))
        #expect(spec.affinity?.cookie == "side")
        #expect(spec.affinity?.lifetime == .seconds(3600))
        #expect(spec.promotion == .copyTemplate)
        #expect(spec.minReadyPercent == 80)
        #expect(spec.rollback == .manual)
        #expect(spec.group == "shop" && spec.paused)
    }

    @Test("The file in CRDs is what the types say, and the schema is structural")
    func drift() throws {
        let text = try fileText("\(packageRoot)/CRDs/meshoperator.io_meshrollouts.yaml")
        #expect(try YAML.document(text) == MeshRolloutDefinition.tree, "run hack/generate")
        _ = try schema()
    }

    @Test("A status reads back as it was written")
    func status() {
        var status = MeshRolloutStatus()
        (status.observedGeneration, status.phase, status.place) = (3, .progressing, "2/5")
        (status.stable, status.canary, status.ready) = ("v1", "v2", "3/3")
        status.progress.weight = 25
        status.progress.settledSince = "2026-11-21T09:00:00Z"
        var gate = RolloutProgress.Gate()
        (gate.name, gate.outcome, gate.message, gate.failures) = ("rate", "Failed", "98 is below 99", 2)
        gate.isDoubtful = true
        status.progress.gates = [gate]
        #expect(MeshRolloutStatus(lenient: status.tree) == status)
    }
}
