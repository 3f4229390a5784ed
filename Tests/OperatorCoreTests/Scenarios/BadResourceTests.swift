internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import Testing

@testable internal import OperatorCore

/// MeshOperators that cannot be right, past admission: the CRD may be older than the operator, or not validated at all.
@Suite struct BadResourceTests {
    struct Sample: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var spec: @Sendable () -> Tree
        /// What the message must name.
        var words: [String]
        var reason = "InvalidSpec"
    }

    static let samples: [Sample] = [
        Sample(testDescription: "unknown field", spec: { ["colour": "red"] }, words: ["spec.colour"]),
        Sample(testDescription: "wrong type", spec: { ["paused": "yes"] }, words: ["spec.paused", "\"yes\""]),
        Sample(
            testDescription: "weight 101",
            spec: { ["upgrade": ["steps": [["weight": 101]]]] },
            words: ["spec.upgrade.steps[0].weight", "101"]
        ),
        Sample(
            testDescription: "unknown version",
            spec: { ["version": "9.9.9"] },
            words: ["spec.version", "9.9.9", "use one of"],
            reason: "VersionUnknown"
        ),
        Sample(
            testDescription: "1.4 MB",
            spec: { ["profile": .string(String(repeating: "x", count: 1_400_000))] },
            words: ["spec.profile"]
        ),
        Sample(
            testDescription: "negative quantity",
            spec: { ["components": ["pilot": ["k8s": ["resources": ["requests": ["cpu": "-1"]]]]]] },
            words: ["spec.components.pilot.k8s.resources.requests.cpu", "-1"]
        ),
        Sample(
            testDescription: "NUL in a name",
            spec: { ["namespace": "istio\u{0}system"] },
            words: ["spec.namespace"]
        ),
    ]

    @Test(arguments: samples) func turnsIntoATerminalCondition(_ sample: Sample) async throws {
        let cluster = try await TestCluster()
        try await cluster.acceptAnything()
        var object = KubeObject(kind: MeshNames.kind, key: TestCluster.key)
        object.tree["spec"] = sample.spec()
        _ = try await cluster.admin.create(MeshNames.resource, object)
        let life = try DirectOperator(cluster)
        try await life.settle()
        let preflight = try #require(try await cluster.condition("Preflight"))
        #expect(preflight.status == .isFalse)
        #expect(preflight.reason == sample.reason, "\(preflight.message)")
        for word in sample.words { #expect(preflight.message.contains(word), "\(preflight.message)") }
        #expect(preflight.message.utf8.count < 4_096)
        #expect(try await cluster.resource()?.tree.value(at: "status", "phase")?.string == "Failed")
        #expect(life.transport.writes.allSatisfy { $0.path.contains("/meshoperators/mesh") })
        life.transport.forget()
        for _ in 0..<5 { try await life.settle() }
        #expect(life.transport.writes.isEmpty)
    }

    @Test func recoversOnAnEdit() async throws {
        let cluster = try await TestCluster()
        try await cluster.create("{version: 9.9.9}")
        let life = try DirectOperator(cluster)
        try await life.settle()
        #expect(try await cluster.condition("Ready")?.status == .isFalse)
        try await cluster.change("{version: 1.29.2}")
        try await life.settle()
        #expect(try await cluster.condition("Ready")?.status == .isTrue)
    }

    /// What the schema of the CRD can see is refused before it is stored.
    @Test(arguments: ["{paused: 'yes'}", "{upgrade: {steps: [{weight: 101}]}}", "{profile: 7}"])
    func isRefusedAtAdmission(_ spec: String) async throws {
        let cluster = try await TestCluster()
        let error = await #expect(throws: KubeError.self) { try await cluster.create(spec) }
        #expect(error?.code == .invalid)
        #expect(error?.status?.details?.causes.isEmpty == false)
    }
}

extension TestCluster {
    /// Replaces the schema of MeshOperators by one that takes everything.
    func acceptAnything() async throws {
        let key = ObjectKey(name: "meshoperators.meshoperator.io")
        let schema: Tree = ["type": "object", "x-kubernetes-preserve-unknown-fields": true]
        let operation: Tree = [
            "op": "replace", "path": "/spec/versions/0/schema/openAPIV3Schema", "value": schema,
        ]
        _ = try await admin.patch(.customResourceDefinitions, key, .json([operation]))
    }
}
