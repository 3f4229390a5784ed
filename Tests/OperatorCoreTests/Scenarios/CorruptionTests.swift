internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import MeshTestKit
internal import Testing

@testable internal import OperatorCore

/// Single fields of stored objects that somebody, or something, spoilt: nothing is deleted or taken over by that.
@Suite struct CorruptionTests {
    struct Damage: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var patch: Tree
        /// The reason shown where it is not set right.
        var alarm: String?
    }

    static func metadata(_ tree: Tree) -> Tree { ["metadata": tree] }

    static let damages: [Damage] = [
        Damage(
            testDescription: "another owner's uid",
            patch: metadata(["annotations": [MeshNames.Annotation.ownerUID: "00000000-dead-beef"]]),
            alarm: "ResourceNotOwned"
        ),
        Damage(
            testDescription: "no marks at all",
            patch: metadata([
                "annotations": [MeshNames.Annotation.ownerUID: .null],
                "labels": [MeshNames.Label.owner: .null],
            ])
        ),
        Damage(
            testDescription: "no labels and no annotations",
            patch: metadata(["annotations": .null, "labels": .null])
        ),
        Damage(
            testDescription: "another owner's name",
            patch: metadata(["labels": [MeshNames.Label.owner: "other"]])
        ),
        Damage(
            testDescription: "no uid",
            patch: metadata(["annotations": [MeshNames.Annotation.ownerUID: .null]])
        ),
        Damage(
            testDescription: "another digest",
            patch: metadata(["annotations": [MeshNames.Annotation.appliedDigest: "0"]])
        ),
        Damage(
            testDescription: "no annotations",
            patch: metadata(["annotations": .null])
        ),
        Damage(
            testDescription: "another version",
            patch: metadata(["annotations": [MeshNames.Annotation.version: "9.9.9"]])
        ),
        Damage(
            testDescription: "a version that is none",
            patch: metadata(["annotations": [MeshNames.Annotation.version: "\u{202e}1.29.2"]])
        ),
        Damage(testDescription: "no replicas", patch: ["spec": ["replicas": 0]]),
        Damage(testDescription: "very many replicas", patch: ["spec": ["replicas": 2_147_483_647]]),
        Damage(testDescription: "another label", patch: metadata(["labels": ["app": "other"]])),
    ]

    @Test(arguments: damages) func setsRightOrRaisesTheAlarm(_ damage: Damage) async throws {
        let (cluster, life) = try await LifeTests.settled()
        let whole = try await cluster.endState()
        let key = ObjectKey(namespace: "istio-system", name: "istiod")
        let before = try await cluster.admin.get(.deployments, key)
        _ = try await cluster.admin.patch(.deployments, key, .merge(damage.patch))
        try await life.settle()
        #expect(!life.transport.writes.contains { $0.method == .delete })
        let after = try await cluster.admin.get(.deployments, key)
        #expect(after.uid == before.uid)
        if let alarm = damage.alarm {
            #expect(try await cluster.condition("Degraded")?.reason == alarm)
            #expect(life.transport.writes.allSatisfy { $0.path.contains("/meshoperators/mesh") })
        } else {
            let state = try await cluster.endState()
            #expect(state.keys.sorted() == whole.keys.sorted())
            #expect(after.labels == before.labels)
            #expect(after.annotations == before.annotations)
            #expect(after.tree["spec"] == before.tree["spec"])
            #expect(try await cluster.condition("Ready")?.status == .isTrue)
        }
    }

    @Test func setsRightItsOwnStatus() async throws {
        let (cluster, life) = try await LifeTests.settled()
        let whole = try await cluster.endState()
        let nonsense: Tree = ["status": ["phase": "Failed", "version": "9.9.9", "observedGeneration": 900]]
        _ = try await cluster.admin.patchStatus(MeshNames.resource, TestCluster.key, .merge(nonsense))
        try await life.settle()
        #expect(life.transport.writes.allSatisfy { $0.path.hasSuffix("/status") })
        let state = try await cluster.resource()
        #expect(state?.tree.value(at: "status", "phase") == "Ready")
        #expect(state?.tree.value(at: "status", "version") == "1.29.2")
        #expect(try await cluster.endState().keys.sorted() == whole.keys.sorted())
    }

    /// Nothing of a mesh can be collected as somebody's garbage: a spoilt reference could delete it.
    @Test func usesNoOwnerReferences() async throws {
        let (cluster, _) = try await LifeTests.settled("{profile: demo}")
        for kind in TestCluster.servedKinds {
            for object in try await cluster.admin.list(kind.resource).objects {
                #expect(object.tree.value(at: "metadata", "ownerReferences") == nil)
            }
        }
    }

    // MARK: Spoilt settings

    /// Values no key takes, or hardly any.
    static let oddValues: [Tree] = [
        -1, 9_223_372_036_854_775_807, .double(-2.5), true, "abc", "-1", "x\u{0}y", [1, "a"], ["a": ["b": [1]]], "",
        .null,
    ]

    /// Any known key of values with any value, past admission: the mesh is Ready, or it says which key is wrong and nothing of
    /// it is applied, or what the API server refuses; either way within as many calls as there are objects, and then there is silence.
    @Test(arguments: propertySeeds(40, from: 70_000)) func anyValueEndsInReadyOrInAPath(_ seed: UInt64) async throws {
        var random = SeededRandom(seed: seed)
        let path = random.pick(ValuesShape.current.leaves)
        let value = random.pick(Self.oddValues)
        var object = KubeObject(kind: MeshNames.kind, key: TestCluster.key)
        let values = path.steps.reversed().reduce(value) { inner, step in
            if case .key(let key) = step { [key: inner] } else { [inner] }
        }
        object.tree["spec"] = ["profile": "minimal", "values": values]
        let cluster = try await TestCluster()
        try await cluster.acceptAnything()
        _ = try await cluster.admin.create(MeshNames.resource, object)
        let life = try RenderedMeshTests.life(cluster)
        try await life.settle()
        let status = try #require(try await cluster.resource())
        let note = "seed \(seed): \(path) = \(value.jsonText(.compact))"
        let calls = life.transport.writes.count
        if status.conditions.isTrue("Ready") {
            #expect(calls <= 40, "\(note): \(calls) writes")
        } else if status.conditions.isTrue("Preflight") {
            // Only the API server knows better, for example of a name: what it says is told, and not asked for again.
            let degraded = try #require(status.conditions.condition("Degraded"), "\(note)")
            #expect(degraded.reason == "ApplyRefused", "\(note): \(degraded)")
            #expect(status.tree.value(at: "status", "phase") == "Failed", "\(note)")
            #expect(calls <= 40, "\(note): \(calls) writes")
        } else {
            let preflight = try #require(status.conditions.condition("Preflight"), "\(note)")
            #expect(preflight.reason == "InvalidSpec", "\(note): \(preflight)")
            #expect(preflight.message.hasPrefix("spec.values."), "\(note): \(preflight.message)")
            #expect(status.tree.value(at: "status", "phase") == "Failed", "\(note)")
            #expect(life.transport.writes.allSatisfy { $0.path.contains("/meshoperators/mesh") }, "\(note)")
            #expect(calls <= 3, "\(note): \(calls) writes")
        }
        life.transport.forget()
        for _ in 0..<3 { try await life.settle() }
        #expect(life.transport.writes.isEmpty, "\(note)")
    }
}
