internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import MeshTestKit
internal import SandboxStore
internal import Synchronization
internal import Testing

@testable internal import OperatorCore

/// Removal must not rest on caches alone: after the finalizer nobody looks again.
@Suite struct UninstallUnderFaultsTests {
    /// What is left of a mesh, apart from what stays by rule.
    private func leftovers(_ cluster: TestCluster) async throws -> [String] {
        try await cluster.endState().keys.filter {
            !$0.hasPrefix("Namespace ") && !$0.hasPrefix("CustomResourceDefinition ") && !$0.hasSuffix("unrelated")
        }.sorted()
    }

    @Test(
        "A watch that never told of our objects leaves none behind",
        arguments: ["serviceaccounts", "configmaps", "clusterroles"]
    )
    func lostAdditions(_ plural: String) async throws {
        try await withVirtualTime { clock in
            let cluster = try await TestCluster()
            let server = InProcessTransport(cluster.core)
            var faults = TransportFaults.none
            faults.rewrite = { request, lines in
                guard request.path.hasSuffix("/\(plural)") else { return lines }
                return lines.filter { line in
                    let text = String(decoding: line, as: UTF8.self)
                    return !(text.contains(#""ADDED""#) && text.contains("meshoperator.io/"))
                }
            }
            server.faults = faults
            let live = try LiveOperator(cluster, clock, server: server)
            try await live.whileRunning { live in
                await clock.advance(by: .seconds(1))
                try await cluster.create("{profile: default}")
                try await live.untilReady()
                let resource = try #require(OwnedKind.all.map(\.resource).first { $0.plural == plural })
                let namespace = resource.isNamespaced ? "default" : nil
                let other = KubeObject(kind: resource.kind, key: ObjectKey(namespace: namespace, name: "unrelated"))
                _ = try await cluster.admin.create(resource, other)  // The cache comes past what it missed.
                try await live.pass(120)
                _ = try await cluster.admin.delete(MeshNames.resource, TestCluster.key)
                try await live.pass(200)
            }
            #expect(try await cluster.resource() == nil)
            #expect(try await leftovers(cluster) == [])
        }
    }

    @Test("Whatever a watch does, nothing is left behind", arguments: WatchTests.faults)
    func faultyWatches(_ fault: WatchTests.Fault) async throws {
        try await withVirtualTime { clock in
            let cluster = try await TestCluster()
            let live = try LiveOperator(cluster, clock, server: fault.server(of: cluster, clock))
            try await live.whileRunning { live in
                await clock.advance(by: .seconds(1))
                try await cluster.create("{profile: demo}")
                try await live.untilReady(within: 1_500)
                _ = try await cluster.admin.delete(MeshNames.resource, TestCluster.key)
                try await live.pass(1_500)
            }
            #expect(try await cluster.resource() == nil)
            #expect(try await leftovers(cluster) == [])
        }
    }
}
