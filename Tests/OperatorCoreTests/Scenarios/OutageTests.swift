internal import ControllerKit
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import SandboxStore
internal import Testing

@testable internal import OperatorCore

/// What caches show that have not caught up after an outage.
@Suite struct OutageTests {
    @Test("A MeshOperator made anew is not refused for objects that only stale caches still show")
    func madeAnewBehindTheCaches() async throws {
        let cluster = try await TestCluster()
        try await cluster.create("{profile: default}")
        let life = try DirectOperator(cluster)
        try await life.settle()
        let past = try cluster.past(cluster.revision)
        for kind in TestCluster.servedKinds where kind.removal != .never {
            for object in try await cluster.admin.list(kind.resource).objects {
                guard object.labels[MeshNames.Label.owner] != nil else { continue }
                _ = try await cluster.admin.delete(kind.resource, object.key)
            }
        }
        try await RecreationTests.replace(cluster, by: "{profile: default}")
        try await life.synchronize(from: past) { $0 != MeshNames.resource }
        life.transport.forget()
        _ = try await life.reconcile()
        let reason = try await cluster.condition("Reconciled")?.reason
        #expect(reason != "ResourceNotOwned")
        // What the caches still show is read past them, and the installation begins.
        #expect(life.transport.writes.contains { !$0.path.contains("/meshoperators/") && $0.status < 300 })
    }

    @Test("What is others' is read past the caches once for each of its versions, and then told")
    func othersAreTold() async throws {
        let cluster = try await TestCluster()
        try await cluster.create("{profile: default}")
        let life = try DirectOperator(cluster)
        try await life.settle()
        try await RecreationTests.replace(cluster, by: "{profile: default}")
        try await life.synchronize()
        _ = try? await life.reconcile()
        try await life.synchronize()
        _ = try? await life.reconcile()
        #expect(try await cluster.condition("Reconciled")?.reason == "ResourceNotOwned")
        life.transport.forget()
        try await life.synchronize()
        _ = try? await life.reconcile()
        let reads = life.transport.passed.filter { $0.method == .get && $0.path.contains("/istio-system/") }
        #expect(reads.isEmpty, "\(reads)")
    }
}
