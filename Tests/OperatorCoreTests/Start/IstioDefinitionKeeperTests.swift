internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshTestKit
internal import OperatorStart
internal import Testing

@testable internal import OperatorCore

/// The CustomResourceDefinitions of Istio's kinds, which the operator brings.
@Suite struct IstioDefinitionKeeperTests {
    static let key = ObjectKey(name: "virtualservices.networking.istio.io")

    private static func live(_ cluster: TestCluster, _ key: ObjectKey = key) async throws -> KubeObject? {
        try await cluster.admin.find(.customResourceDefinitions, key)
    }

    @Test func comeAfterTheFirstTurnOfTheMeshes() async throws {
        try await withVirtualTime { clock in
            let cluster = try await TestCluster()
            let operators = try LiveOperator(cluster, clock, companions: [.istioKinds])
            try await operators.whileRunning { live in
                await clock.advance(by: .seconds(1))
                try await cluster.create("{profile: minimal}")
                try await live.untilReady(within: 60)
                try await live.pass(5)
                #expect(IstioKindObjects.names.count == 15)
                for name in IstioKindObjects.names {
                    let definition = try #require(try await Self.live(cluster, ObjectKey(name: name)), "\(name)")
                    #expect(definition.conditions.isTrue("Established"), "\(name)")
                }
                // No mesh claims them, and nothing more is written.
                live.transport.forget()
                try await live.pass(1_300)
                #expect(live.transport.writes.isEmpty, "\(live.transport.writes)")

                // What was taken away, or serves other versions, is set right at once.
                _ = try await cluster.admin.delete(.customResourceDefinitions, Self.key)
                let other = ObjectKey(name: "gateways.networking.istio.io")
                let versions = try #require(try await Self.live(cluster, other)).tree.value(at: "spec", "versions")
                _ = try await cluster.admin.patch(
                    .customResourceDefinitions,
                    other,
                    .json([["op": "remove", "path": "/spec/versions/2"]])
                )
                try await live.pass(2)
                #expect(try await Self.live(cluster) != nil)
                #expect(try await Self.live(cluster, other)?.tree.value(at: "spec", "versions") == versions)
                #expect(live.transport.writes.count == 2, "\(live.transport.writes)")

                // So is what the cache does not keep, such as a schema.
                _ = try await cluster.admin.patch(
                    .customResourceDefinitions,
                    other,
                    .json([["op": "remove", "path": "/spec/versions/0/schema/openAPIV3Schema/properties/spec"]])
                )
                try await live.pass(2)
                #expect(try await Self.live(cluster, other)?.tree.value(at: "spec", "versions") == versions)
                #expect(live.transport.writes.count == 3, "\(live.transport.writes)")
            }
        }
    }

    @Test("Whoever deletes one again and again finds it back three times at once, then once a minute")
    func areNotFoughtOver() async throws {
        try await withVirtualTime { clock in
            let cluster = try await TestCluster()
            let operators = try LiveOperator(cluster, clock, companions: [.istioKinds])
            try await operators.whileRunning { live in
                try await live.pass(10)
                live.transport.forget()
                for _ in 0..<120 {
                    if try await Self.live(cluster) != nil {
                        _ = try await cluster.admin.delete(.customResourceDefinitions, Self.key)
                    }
                    try await live.pass(1)
                }
                let writes = live.transport.writes.count
                #expect((4...6).contains(writes), "\(writes)")
                try await live.pass(61)
                #expect(try await Self.live(cluster) != nil)
            }
        }
    }

    @Test("One that an earlier life of the operator brought is found back at once as well, one of others is not")
    func knowsItsOwnAfterARestart() async throws {
        try await withVirtualTime { clock in
            let cluster = try await TestCluster()
            let theirs = TestCluster.definition("Gateway", plural: "gateways", group: "networking.istio.io")
            let their = ObjectKey(name: "gateways.networking.istio.io")
            _ = try await cluster.admin.create(.customResourceDefinitions, KubeObject(theirs))
            try await LiveOperator(cluster, clock, companions: [.istioKinds]).whileRunning { try await $0.pass(10) }
            try await LiveOperator(cluster, clock, companions: [.istioKinds]).whileRunning { live in
                try await live.pass(10)
                #expect(!live.transport.writes.contains { $0.path.contains("customresourcedefinitions") })
                _ = try await cluster.admin.delete(.customResourceDefinitions, Self.key)
                _ = try await cluster.admin.delete(.customResourceDefinitions, their)
                try await live.pass(2)
                #expect(try await Self.live(cluster) != nil)
                #expect(try await Self.live(cluster, their) == nil)
                try await live.pass(700)
                #expect(try await Self.live(cluster, their) != nil)
            }
        }
    }

    @Test("Where the operator is not to bring them, it brings none")
    func areLeftOut() async throws {
        try await withVirtualTime { clock in
            let cluster = try await TestCluster()
            try await LiveOperator(cluster, clock).whileRunning { live in
                try await live.pass(700)
                #expect(try await Self.live(cluster) == nil)
            }
        }
    }

    @Test func areLeftToWhoeverMadeThem() async throws {
        try await withVirtualTime { clock in
            let cluster = try await TestCluster()
            let theirs = TestCluster.definition(
                "VirtualService",
                plural: "virtualservices",
                group: "networking.istio.io"
            )
            _ = try await cluster.admin.create(.customResourceDefinitions, KubeObject(theirs))
            let before = try await Self.live(cluster)?.resourceVersion
            let operators = try LiveOperator(cluster, clock, companions: [.istioKinds])
            try await operators.whileRunning { live in
                try await live.pass(700)
                #expect(try await Self.live(cluster)?.resourceVersion == before)
                #expect(live.transport.writes.count { $0.path.contains("customresourcedefinitions") } == 14)
            }
        }
    }
}
