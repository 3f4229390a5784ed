internal import DataTree
internal import KubeAPI
internal import MeshAPI
internal import MeshBase
internal import MeshTestKit
internal import Testing

@Suite("MeshOperator spec")
struct MeshOperatorSpecTests {
    @Test("An empty spec has the defaults of the CRD")
    func emptySpec() throws {
        let spec = try MeshOperatorSpec(decoding: [:])
        #expect(spec == MeshOperatorSpec())
        #expect(spec.profile == "default")
        #expect(spec.namespace == "istio-system")
        #expect(spec.upgrade.steps.map(\.weight) == [5, 25, 50, 100])
        #expect(spec.slowStart == nil)
        #expect(spec.lifecycle == nil)
    }

    @Test("Every field of a spec arrives")
    func fullSpec() throws {
        let spec = try MeshOperatorSpec(decoding: [
            "version": "1.30.2", "revision": "canary", "profile": "demo", "namespace": "mesh", "hub": "quay.io/mesh",
            "tag": "1.30.2-distroless", "imagePullPolicy": "Always", "imagePullSecrets": ["pull"],
            "meshConfig": ["accessLogFile": "/dev/stdout"], "values": ["global": ["meshID": "m"]],
            "slowStart": ["window": "1500ms", "aggression": 1.25, "minWeightPercent": 12.5],
            "lifecycle": [
                "holdApplicationUntilProxyStarts": true, "minDrainDuration": "1m30s", "waitForConnections": false,
            ],
            "upgrade": [
                "strategy": "InPlace", "steps": [["weight": 40, "hold": "2m"], ["weight": 100]], "rollback": "Manual",
                "workloads": [
                    "mode": "Manual", "waves": [["namespaceSelector": ["matchLabels": ["a": "b"]]]],
                    "maxUnavailable": "10%",
                ],
                "gateways": ["mode": "Restart"], "retireAfter": "1h", "maxMinorHop": 2,
                "analysis": [
                    "failureLimit": 0,
                    "prometheus": ["address": "http://p:9090", "secretRef": ["name": "s"]],
                    "metrics": [["name": "m", "query": "up", "max": 0.05]],
                ],
            ],
            "teardown": ["inUse": "Remove", "crds": "Delete"], "paused": true, "adopt": true,
        ])
        #expect(spec.images.hub == "quay.io/mesh")
        #expect(spec.images.pullPolicy == .always)
        #expect(spec.slowStart?.window == .milliseconds(1500))
        #expect(spec.slowStart?.aggression == 1.25)
        #expect(spec.slowStart?.minWeightPercent == 12.5)
        #expect(spec.lifecycle?.minDrainDuration == .seconds(90))
        #expect(spec.upgrade.strategy == .inPlace)
        #expect(spec.upgrade.steps.map(\.weight) == [40, 100])
        #expect(spec.upgrade.steps.map(\.hold) == [.seconds(120), .zero])
        #expect(spec.upgrade.workloads.maxUnavailable == "10%")
        #expect(spec.upgrade.gateways == .restart)
        #expect(spec.upgrade.analysis.prometheus?.secret?.name == "s")
        #expect(spec.upgrade.analysis.metrics.first?.bounds.most == 0.05)
        #expect(spec.upgrade.analysis.metrics.first?.source == .query("up"))
        #expect(spec.teardown.crds == .delete)
        #expect(spec.paused && spec.adopt)
    }

    @Test("What is wrong is refused with path, value and remedy", arguments: BadSpec.all)
    func refusals(_ bad: BadSpec) throws {
        let error = try #require(throws: SpecError.self) { try MeshOperatorSpec(decoding: bad.spec) }
        #expect(error.code == .invalidSpec)
        #expect(error.retryClass == .invalid)
        let issue = try #require(error.issues.first { $0.path.description == bad.path }, "\(error.issues)")
        #expect(!issue.problem.isEmpty && !issue.remedy.isEmpty)
        #expect(error.message.contains(bad.path))
    }

    @Test("All issues are listed, and the message stays short however many there are")
    func manyIssues() throws {
        let fields = (0..<200).map { (key: "unknown\($0)", value: Tree.integer(1)) }
        let error = try #require(throws: SpecError.self) { try MeshOperatorSpec(decoding: .object(TreeObject(fields))) }
        #expect(error.issues.count == 50)
        #expect(error.message.utf8.count < 10_000)
        #expect(error.message.contains("and 40 more"))
    }

    @Test("A long value is shortened in messages")
    func longValue() throws {
        let text = String(repeating: "x", count: 1_400_000)
        let error = try #require(throws: SpecError.self) { try MeshOperatorSpec(decoding: ["profile": .string(text)]) }
        #expect(error.message.utf8.count < 1000)
    }

    @Test(
        "Amounts may be written in every way Kubernetes knows",
        arguments: ["500m", "1Gi", "0.5", 2, 0, "+1", "1e3", "1E", "100n", ".5", "1."] as [Tree]
    )
    func amounts(_ amount: Tree) throws {
        let resources: Tree = ["limits": ["cpu": amount], "claims": [["name": "gpu"]]]
        _ = try MeshOperatorSpec(decoding: ["components": ["pilot": ["k8s": ["resources": resources]]]])
    }

    @Test("An object of another kind is refused by name")
    func otherKind() throws {
        let object = KubeObject(kind: GroupVersionKind(apiVersion: "v1", kind: "Pod"), key: ObjectKey(name: "p"))
        let error = try #require(throws: SpecError.self) { try MeshOperatorResource(decoding: object) }
        #expect(error.code == .wrongKind)
    }

    @Test(
        "A name that cannot be one, or cannot be a label, is refused",
        arguments: [String(repeating: "m", count: 64), "a\u{0}b", "Mesh", "mesh-", "🚀", "a..b"]
    )
    func badName(_ name: String) throws {
        let key = ObjectKey(name: name)
        let error = try #require(throws: SpecError.self) {
            try MeshOperatorResource(decoding: KubeObject(kind: MeshNames.kind, key: key))
        }
        #expect(error.issues.map(\.path.description) == ["metadata.name"])
    }

    @Test("Odd trees are refused, never trapped on", arguments: propertySeeds(200))
    func oddTrees(_ seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let names = MeshOperatorSpec.schemaNames + ["x", "", "\u{0}"]
        let tree = RandomTree.make(&random, names: names, depth: 5)
        do {
            _ = try MeshOperatorSpec(decoding: tree)
        } catch {
            #expect(!error.issues.isEmpty, "seed \(seed)")
        }
    }
}

extension MeshOperatorSpec {
    /// The names of all fields on any level.
    static var schemaNames: [String] { Array(names(schema)).sorted() }

    private static func names(_ schema: FieldSchema) -> Set<String> {
        switch schema.shape {
        case .object(let properties, _): Set(properties.map(\.name)).union(properties.flatMap { names($0.schema) })
        case .map(let element), .list(let element, _): names(element)
        default: []
        }
    }
}

/// Trees made of known names and values of any kind.
enum RandomTree {
    static func make(_ random: inout SeededRandom, names: [String], depth: Int) -> Tree {
        switch Int.random(in: 0..<(depth > 0 ? 9 : 7), using: &random) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &random))
        case 2: return .integer(Int64.random(in: .min ... .max, using: &random))
        case 3: return .double(Double.random(in: -1e300...1e300, using: &random))
        case 4: return .bigInteger("-99999999999999999999999")
        case 5: return .string(names.randomElement(using: &random) ?? "")
        case 6: return .string(["5m", "1.30.2", "demo", "🚀\u{202E}", "a b", "-"].randomElement(using: &random) ?? "")
        case 7:
            let count = Int.random(in: 0..<4, using: &random)
            return .array((0..<count).map { _ in make(&random, names: names, depth: depth - 1) })
        default:
            var object = TreeObject()
            for _ in 0..<Int.random(in: 0..<6, using: &random) {
                object[names.randomElement(using: &random) ?? "x"] = make(&random, names: names, depth: depth - 1)
            }
            return .object(object)
        }
    }
}
