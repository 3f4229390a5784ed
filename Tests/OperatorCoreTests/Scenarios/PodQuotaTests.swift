internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import Testing

@testable internal import OperatorCore

/// A quota that lets objects through and no pods: what the phase says is what it says of a quota that stops an object.
@Suite struct PodQuotaTests {
    private static let istiod = ObjectKey(namespace: "istio-system", name: "istiod")

    /// Has the controller of a Deployment say whether pods of it can be made.
    private static func report(_ isForbidden: Bool, _ cluster: TestCluster) async throws {
        let condition: Tree = [
            "type": "ReplicaFailure", "status": "True", "reason": "FailedCreate",
            "message": "pods \"istiod-1-a\" is forbidden: exceeded quota: none, requested: pods=1, limited: pods=0",
        ]
        let conditions: Tree = isForbidden ? [condition] : []
        _ = try await cluster.admin.patchStatus(
            .deployments,
            istiod,
            .merge(["status": ["conditions": conditions]]),
            WriteOptions(fieldManager: "kube-controller-manager")
        )
    }

    private static func phase(_ cluster: TestCluster) async throws -> MeshPhase? {
        MeshOperatorStatus(lenient: try await cluster.resource()?.tree["status"] ?? .null).phase
    }

    @Test func aFirstInstallIsFailedUntilTheQuotaIsRaised() async throws {
        let cluster = try await TestCluster()
        cluster.breakWorkload("istiod")
        try await cluster.create("{profile: minimal}")
        let life = try DirectOperator(cluster)
        try await life.settle()
        // A quick install is told of once, when it is done.
        cluster.pass(.seconds(5))
        try await life.settle()
        #expect(try await Self.phase(cluster) == .installing)
        try await Self.report(true, cluster)
        try await life.settle()
        #expect(try await Self.phase(cluster) == .failed)
        let degraded = try #require(try await cluster.condition("Degraded"))
        #expect(degraded.status == .isTrue && degraded.message.contains("exceeded quota"), "\(degraded)")
        let progressing = try #require(try await cluster.condition("Progressing"))
        #expect(progressing.status == .isFalse && progressing.reason == "WorkloadsNotReady", "\(progressing)")
        cluster.breakWorkload("istiod", false)
        try await Self.report(false, cluster)
        try await life.settle()
        #expect(try await Self.phase(cluster) == .ready)
        #expect(try await life.events().count { $0.hasPrefix("Failed: ") && $0.contains("exceeded quota") } == 1)
    }

    @Test func aMeshThatWasUpIsDegraded() async throws {
        let (cluster, life) = try await LifeTests.settled("{profile: minimal}")
        cluster.breakWorkload("istiod")
        try await Self.report(true, cluster)
        try await life.settle()
        #expect(try await Self.phase(cluster) == .degraded)
        // What is changed on purpose meanwhile does not come up either.
        try await cluster.change("{values: {replicas: 2}}")
        try await life.settle()
        #expect(try await Self.phase(cluster) == .degraded)
    }

    @Test func aNamespaceThatGoesAwayIsWaitedFor() async throws {
        let cluster = try await TestCluster()
        cluster.breakWorkload("istiod")
        try await cluster.create("{profile: minimal}")
        let life = try DirectOperator(cluster)
        try await life.settle()
        try await Self.report(true, cluster)
        let held: Tree = ["metadata": ["finalizers": ["example.io/held"]]]
        _ = try await cluster.admin.patch(.namespaces, ObjectKey(name: "istio-system"), .merge(held))
        _ = try await cluster.admin.delete(.namespaces, ObjectKey(name: "istio-system"))
        try await life.synchronize()
        try await life.reconcile()
        #expect(try await Self.phase(cluster) == .installing)
    }
}
