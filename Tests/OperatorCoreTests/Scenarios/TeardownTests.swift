internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import Testing

@testable internal import OperatorCore

@Suite struct TeardownTests {
    static let namespace = "istio-system"

    static func delete(_ cluster: TestCluster) async throws {
        _ = try await cluster.admin.delete(MeshNames.resource, TestCluster.key)
    }

    @Test func removesWebhooksFirstAndKeepsDefinitions() async throws {
        let (cluster, life) = try await LifeTests.settled()
        try await Self.delete(cluster)
        try await life.settle()
        #expect(try await cluster.resource() == nil)
        #expect(try await cluster.object(.deployments, Self.namespace, "istiod") == nil)
        #expect(try await cluster.object(.customResourceDefinitions, nil, "gateways.networking.example.io") != nil)
        let deletions = life.transport.writes.filter { $0.method == .delete }.map(\.path)
        #expect(deletions.prefix(4).allSatisfy { $0.contains("/admissionregistration.k8s.io/") })
        let gateway = try #require(deletions.firstIndex { $0.hasSuffix("/deployments/ingress") })
        let control = try #require(deletions.firstIndex { $0.hasSuffix("/deployments/istiod") })
        let account = try #require(deletions.firstIndex { $0.hasSuffix("/serviceaccounts/istiod") })
        #expect(gateway < control)
        #expect(control < account)
    }

    @Test func deletesDefinitionsWhenToldTo() async throws {
        let (cluster, life) = try await LifeTests.settled("{profile: default, teardown: {crds: Delete}}")
        try await Self.delete(cluster)
        try await life.settle()
        #expect(try await cluster.object(.customResourceDefinitions, nil, "gateways.networking.example.io") == nil)
    }

    @Test func installsAgainOverDefinitionsItLeft() async throws {
        let (cluster, life) = try await LifeTests.settled()
        try await Self.delete(cluster)
        try await life.settle()
        try await cluster.create("{profile: minimal}")
        try await life.settle()
        #expect(try await cluster.condition("Ready")?.status == .isTrue)
    }

    @Test func waitsForThoseWhoUseTheMesh() async throws {
        let (cluster, life) = try await LifeTests.settled()
        let shop = KubeObject(kind: .namespace, key: ObjectKey(name: "shop"), labels: ["istio-injection": "enabled"])
        _ = try await cluster.admin.create(.namespaces, shop)
        try await Self.delete(cluster)
        try await life.settle()
        #expect(try await cluster.condition("Degraded")?.reason == "InUse")
        #expect(try await cluster.condition("Degraded")?.message.contains("shop") == true)
        #expect(life.transport.writes.allSatisfy { $0.method != .delete })
        _ = try await cluster.admin.patch(
            .namespaces,
            ObjectKey(name: "shop"),
            .merge(["metadata": ["labels": ["istio-injection": .null]]])
        )
        try await life.settle()
        #expect(try await cluster.resource() == nil)
    }

    @Test func namesTheFinalizerThatHoldsIt() async throws {
        let (cluster, life) = try await LifeTests.settled()
        let key = ObjectKey(namespace: Self.namespace, name: "istiod")
        func hold(_ finalizers: Tree) async throws {
            _ = try await cluster.admin.patch(.deployments, key, .merge(["metadata": ["finalizers": finalizers]]))
        }
        try await hold(["example.com/backup"])
        try await Self.delete(cluster)
        try await life.settle()
        let message = try #require(try await cluster.condition("Ready")?.message)
        #expect(
            message.contains(
                "waiting for Deployment istio-system/istiod to be gone, held by finalizer example.com/backup: it goes once who set that takes it off"
            ),
            "\(message)"
        )
        try await hold(.null)
        try await life.settle()
        #expect(try await cluster.resource() == nil)
    }

    @Test func doesNotWaitWhenToldNotTo() async throws {
        let (cluster, life) = try await LifeTests.settled("{profile: default, teardown: {inUse: Remove}}")
        let shop = KubeObject(kind: .namespace, key: ObjectKey(name: "shop"), labels: ["istio-injection": "enabled"])
        _ = try await cluster.admin.create(.namespaces, shop)
        try await Self.delete(cluster)
        try await life.settle()
        #expect(try await cluster.resource() == nil)
    }

    @Test func completesWhenThingsAreGoneAlready() async throws {
        let (cluster, life) = try await LifeTests.settled()
        try await life.synchronize()
        for (resource, name) in [
            (APIResource.mutatingWebhookConfigurations, "istio-mutating"), (.clusterRoles, "istiod"),
        ] {
            _ = try await cluster.admin.delete(resource, ObjectKey(name: name))
        }
        try await Self.delete(cluster)
        try await life.settle()
        #expect(try await cluster.resource() == nil)
    }

    @Test func leavesWhatIsNotItsOwn() async throws {
        let (cluster, life) = try await LifeTests.settled()
        let other = KubeObject(
            kind: .configMap,
            key: ObjectKey(namespace: Self.namespace, name: "theirs"),
            labels: ["meshoperator.io/owner": "mesh"]
        )
        _ = try await cluster.admin.create(.configMaps, other)
        try await Self.delete(cluster)
        try await life.settle()
        #expect(try await cluster.resource() == nil)
        #expect(try await cluster.object(.configMaps, Self.namespace, "theirs") != nil)
    }

    @Test func removesAMeshWhoseSpecCannotBeRead() async throws {
        let (cluster, _) = try await LifeTests.settled()
        try await Self.delete(cluster)
        // A renderer that fails stands for a spec that an older or newer version of the operator wrote.
        let broken = try DirectOperator(cluster) { _, _ in throw MeshOperatorError(.unknownKind, "no") }
        try await broken.settle()
        #expect(try await cluster.resource() == nil)
        #expect(try await cluster.object(.deployments, Self.namespace, "istiod") == nil)
    }
}
