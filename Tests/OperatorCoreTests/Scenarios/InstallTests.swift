internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import KubeRuntime
internal import MeshAPI
internal import Testing

@testable internal import OperatorCore

@Suite struct InstallTests {
    @Test func turnsAMeshOperatorIntoAReadyMesh() async throws {
        let cluster = try await TestCluster()
        try await cluster.create("{profile: default}")
        let life = try DirectOperator(cluster)
        try await life.settle()

        let resource = try #require(try await cluster.resource())
        #expect(resource.tree.value(at: "status", "phase")?.string == "Ready")
        #expect(resource.conditions.isTrue("Ready"))
        #expect(resource.conditions.isTrue("Reconciled"))
        #expect(resource.conditions.condition("Progressing")?.status == .isFalse)
        #expect(resource.conditions.condition("Degraded")?.status == .isFalse)
        #expect(resource.conditions.isTrue("Preflight"))
        #expect(resource.finalizers == ["meshoperator.io/cleanup"])
        #expect(resource.tree.value(at: "status", "version")?.string == "1.29.2")
        let istiod = try #require(try await cluster.object(.deployments, "istio-system", "istiod"))
        #expect(istiod.labels["meshoperator.io/owner"] == "mesh")
        #expect(istiod.annotations["meshoperator.io/owner-uid"] == resource.uid)
        #expect(try await cluster.object(.deployments, "istio-system", "ingress") != nil)
        #expect(try await cluster.object(.deployments, "istio-system", "egress") == nil)
    }

    @Test func appliesEachObjectOnceAndThenNothing() async throws {
        let cluster = try await TestCluster()
        try await cluster.create("{profile: demo}")
        let life = try DirectOperator(cluster)
        try await life.settle()
        let applies = life.transport.writes.filter {
            $0.query.contains { $0.name == "fieldManager" } && !$0.path.hasSuffix("/status")
        }
        let counts = Dictionary(grouping: applies, by: \.path).mapValues(\.count)
        let repeated = counts.filter { $0.value > 1 && !$0.key.contains("meshoperators") }
        #expect(repeated.isEmpty, "\(repeated)")

        life.transport.forget()
        for _ in 0..<20 {
            cluster.pass(.seconds(30))
            try await life.settle()
        }
        #expect(life.transport.writes.isEmpty, "\(life.transport.writes)")
    }

    @Test func writesNothingAfterARestart() async throws {
        let cluster = try await TestCluster()
        try await cluster.create("{profile: demo}")
        try await DirectOperator(cluster).settle()
        let second = try DirectOperator(cluster)
        _ = try? await second.settle()
        #expect(second.transport.writes.isEmpty, "\(second.transport.writes)")
    }

    @Test func waitsForTheControlPlaneBeforeWebhooksAndGateways() async throws {
        let cluster = try await TestCluster()
        try await cluster.create("{profile: default}")
        let life = try DirectOperator(cluster)
        for _ in 0..<5 {
            try await life.synchronize()
            try await life.reconcile()
            cluster.pass(.seconds(1))
        }
        #expect(try await cluster.object(.deployments, "istio-system", "istiod") != nil)
        #expect(try await cluster.object(.mutatingWebhookConfigurations, nil, "istio-mutating") == nil)
        #expect(try await cluster.object(.deployments, "istio-system", "ingress") == nil)
        #expect(try await cluster.condition("Progressing")?.status == .isTrue)
        #expect(try await cluster.resource()?.tree.value(at: "status", "phase")?.string == "Installing")
    }

    @Test func tellsOfAnInstallationOnlyWhenItTakesTime() async throws {
        let cluster = try await TestCluster()
        try await cluster.create("{profile: default}")
        let life = try DirectOperator(cluster)
        try await life.synchronize()
        let outcome = try await life.reconcile()
        #expect(outcome == .requeue(after: .seconds(3)))
        #expect(try await cluster.resource()?.tree["status"] == nil)
        cluster.pass(.seconds(3))
        try await life.synchronize()
        try await life.reconcile()
        let progressing = try #require(try await cluster.condition("Progressing"))
        #expect(progressing.status == .isTrue)
        #expect(progressing.message.contains("istiod"))
        #expect(try await cluster.resource()?.tree.value(at: "status", "phase")?.string == "Installing")
    }

    @Test func tellsAtOnceWhatIsInTheWayOfAnInstallation() async throws {
        let cluster = try await TestCluster()
        try await cluster.create("{profile: default, version: 9.9.9}")
        let life = try DirectOperator(cluster)
        try await life.synchronize()
        try await life.reconcile()
        #expect(try await cluster.condition("Preflight")?.reason == "VersionUnknown")
    }

    @Test func isNotInstallingAnewWhereAStatusIsWipedWhileTheMeshIsInTrouble() async throws {
        let (cluster, life) = try await LifeTests.settled()
        let webhook = ObjectKey(name: "istio-mutating")
        let certificate: Tree = ["webhooks": [["name": "rev.istio.io", "clientConfig": ["caBundle": "Y2E="]]]]
        let pilot = WriteOptions(fieldManager: "pilot-discovery")
        _ = try await cluster.admin.patch(.mutatingWebhookConfigurations, webhook, .strategic(certificate), pilot)
        try await life.settle()
        cluster.breakWorkload("istiod")
        _ = try await cluster.step()
        _ = try await cluster.admin.patchStatus(MeshNames.resource, TestCluster.key, .merge(["status": .null]))
        try await life.synchronize()
        try await life.reconcile()
        let status = try #require(try await cluster.resource()?.tree["status"])
        #expect(status["version"] == "1.29.2")
        #expect(["Degraded", "Updating"].contains(status["phase"]?.string), "\(status["phase"]?.string ?? "")")
    }
}
