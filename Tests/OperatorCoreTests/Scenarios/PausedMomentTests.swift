internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import Synchronization
internal import Testing

@testable internal import OperatorCore

/// The conditions of a paused mesh speak of one moment.
@Suite struct PausedMomentTests {
    /// Something that happens once, in the middle of a reconcile.
    final class Moment: Sendable {
        private let action = Mutex<(@Sendable () -> Void)?>(nil)

        func set(_ body: @escaping @Sendable () -> Void) { action.withLock { $0 = body } }

        func come() {
            let body = action.withLock { action in
                defer { action = nil }
                return action
            }
            body?()
        }
    }

    @Test("What the caches take in between two conditions is in both")
    func aChangeInBetween() async throws {
        let (cluster, moment) = (try await TestCluster(), Moment())
        try await cluster.create("{profile: default}")
        let life = try DirectOperator(
            cluster,
            renderer: { spec, options in
                moment.come()
                return try SampleMesh.render(spec, options)
            }
        )
        try await life.settle()
        try await cluster.change("{paused: true}")
        try await life.synchronize()
        life.transport.forget()
        // The paused spec is rendered for the first time after the objects were looked at.
        moment.set { life.hide(.services, isLater: true) }
        try await life.reconcile()
        let ready = try #require(try await cluster.condition("Ready"))
        let reconciled = try #require(try await cluster.condition("Reconciled"))
        #expect(reconciled.status == .isFalse && reconciled.message.contains("is not there"), "\(reconciled)")
        #expect(ready.status == .isFalse && ready.message.contains("Service "), "\(ready)")
        #expect(life.transport.writes.filter(\.isChange).map(\.path).filter { $0.hasSuffix("/status") }.count == 1)
    }

    @Test("A process that begins while the mesh is paused says of what goes then what one that saw it installed says")
    func aFreshProcess() async throws {
        let (cluster, first) = try await LifeTests.settled()
        try await cluster.change("{paused: true}")
        try await first.settle()
        let life = try DirectOperator(cluster)
        try await life.reconciler.prepare()
        try await life.settle()
        #expect(try await cluster.condition("Ready")?.status == .isTrue)
        #expect(try await cluster.condition("Reconciled")?.status == .isTrue)
        _ = try await cluster.admin.delete(.configMaps, ObjectKey(namespace: "istio-system", name: "istio"))
        try await life.settle()
        let (ready, reconciled) = (try await cluster.condition("Ready"), try await cluster.condition("Reconciled"))
        #expect(reconciled?.status == .isFalse && reconciled?.message.contains("ConfigMap istio-system/istio") == true)
        #expect(ready?.status == .isFalse && ready?.message.contains("ConfigMap istio-system/istio") == true)
    }
}
