internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import Testing

@testable internal import OperatorCore

/// A control plane that somebody scales to nothing.
@Suite struct ScaleTests {
    static let istiod = LifeTests.key("istiod")

    static func scale(_ cluster: TestCluster, _ replicas: Int64, by manager: String = "kubectl") async throws {
        let patch: Tree = ["spec": ["replicas": .integer(replicas)]]
        _ = try await cluster.admin.patch(.deployments, istiod, .merge(patch), WriteOptions(fieldManager: manager))
    }

    static func replicas(_ cluster: TestCluster) async throws -> Int64? {
        try await cluster.admin.get(.deployments, istiod).tree.value(at: "spec", "replicas")?.integer
    }

    @Test func isScaledUpAgainWhereTheReplicasAreOurs() async throws {
        let (cluster, life) = try await LifeTests.settled()
        try await Self.scale(cluster, 0)
        try await life.synchronize()
        try await life.reconcile()
        #expect(try await Self.replicas(cluster) == 1)
        #expect(try await cluster.condition("Ready")?.status == .isFalse)
        try await life.settle()
        #expect(try await cluster.condition("Ready")?.status == .isTrue)
    }

    /// An autoscaler does nothing for a workload at 0, so that it would stay off for good.
    @Test func isScaledUpAgainWhereAnAutoscalerLeavesItOff() async throws {
        let (cluster, life) = try await LifeTests.settled("{profile: default, values: {autoscale: true}}")
        try await Self.scale(cluster, 0)
        try await life.settle()
        #expect(try await Self.replicas(cluster) == 1)
        #expect(try await cluster.condition("Ready")?.status == .isTrue)
        // From there on it is the autoscaler's again.
        try await Self.scale(cluster, 4, by: "kube-controller-manager")
        life.transport.forget()
        try await life.settle()
        #expect(try await Self.replicas(cluster) == 4)
        #expect(life.transport.writes.filter { $0.path.contains("/deployments/") }.isEmpty)
    }

    @Test func isNotReadyWhereTheSpecAsksForNothing() async throws {
        let cluster = try await TestCluster()
        try await cluster.create("{profile: default, values: {replicas: 0}}")
        let life = try DirectOperator(cluster)
        try await life.settle()
        let ready = try #require(try await cluster.condition("Ready"))
        #expect(ready.status == .isFalse)
        #expect(ready.message.contains("Deployment istio-system/istiod has 0 replicas"), "\(ready.message)")
        #expect(ready.message.contains("replicaCount"))
        #expect(try await cluster.condition("InjectionReady")?.status == .isFalse)
        life.transport.forget()
        for _ in 0..<3 { try await life.settle() }
        #expect(life.transport.writes.isEmpty, "\(life.transport.writes)")
        try await cluster.change("{values: {replicas: 1}}")
        try await life.settle()
        #expect(try await cluster.condition("Ready")?.status == .isTrue)
    }

    @Test(arguments: [
        "{profile: minimal, values: {pilot: {autoscaleEnabled: false}}, components: {pilot: {k8s: {replicaCount: 0}}}}",
        """
        {profile: minimal, values: {pilot: {autoscaleEnabled: false}}, components: {pilot: {k8s: {overlays:
        [{kind: Deployment, name: istiod, patches: [{path: spec.replicas, value: 0}]}]}}}}
        """,
    ])
    func isNotReadyWhereTheRenderedMeshHasNothing(_ spec: String) async throws {
        let cluster = try await TestCluster()
        try await cluster.create(spec)
        let life = try RenderedMeshTests.life(cluster)
        try await life.settle()
        if try await Self.replicas(cluster) == 0 {
            #expect(try await cluster.condition("Ready")?.status == .isFalse)
        } else {
            Issue.record("the spec does not scale istiod to 0")
        }
    }
}
