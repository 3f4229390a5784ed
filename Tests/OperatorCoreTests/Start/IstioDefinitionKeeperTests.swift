internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshTestKit
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
                #expect(IstioDefinitionKeeper.names.count == 15)
                for name in IstioDefinitionKeeper.names {
                    let definition = try #require(try await Self.live(cluster, ObjectKey(name: name)), "\(name)")
                    #expect(definition.conditions.isTrue("Established"), "\(name)")
                }
                // No mesh claims them, and nothing more is written.
                live.transport.forget()
                try await live.pass(1_300)
                #expect(live.transport.writes.isEmpty, "\(live.transport.writes)")

                // What was taken away or changed by hand is set right in ten minutes.
                _ = try await cluster.admin.delete(.customResourceDefinitions, Self.key)
                let other = ObjectKey(name: "gateways.networking.istio.io")
                let versions = try #require(try await Self.live(cluster, other)).tree.value(at: "spec", "versions")
                _ = try await cluster.admin.patch(
                    .customResourceDefinitions,
                    other,
                    .json([["op": "remove", "path": "/spec/versions/2"]])
                )
                try await live.pass(700)
                #expect(try await Self.live(cluster) != nil)
                #expect(try await Self.live(cluster, other)?.tree.value(at: "spec", "versions") == versions)
                #expect(live.transport.writes.count == 2, "\(live.transport.writes)")
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
