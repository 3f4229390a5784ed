internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import ManifestRendering
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

    @Test(
        "While it waits for them the mesh is kept, by the next process too, and nothing new is brought about",
        arguments: [false, true]
    )
    func keepsAMeshInUse(_ isRestarted: Bool) async throws {
        var (cluster, life) = try await LifeTests.settled()
        let shop = KubeObject(kind: .namespace, key: ObjectKey(name: "shop"), labels: ["istio-injection": "enabled"])
        _ = try await cluster.admin.create(.namespaces, shop)
        try await Self.delete(cluster)
        try await life.settle()
        _ = try await cluster.admin.patch(
            MeshNames.resource,
            TestCluster.key,
            .merge(["spec": ["profile": "demo", "version": "1.30.2"]])
        )
        let names = try await Self.names(cluster)
        for (resource, key) in [
            (APIResource.mutatingWebhookConfigurations, ObjectKey(name: "istio-mutating")),
            (.deployments, ObjectKey(namespace: Self.namespace, name: "istiod")),
        ] {
            _ = try await cluster.admin.delete(resource, key)
        }
        // What hangs in its own deletion keeps nothing else.
        let service = ObjectKey(namespace: Self.namespace, name: "istiod")
        let finalizers: (Tree) -> Patch = { .merge(["metadata": ["finalizers": $0]]) }
        _ = try await cluster.admin.patch(.services, service, finalizers(["example.com/held"]))
        _ = try await cluster.admin.delete(.services, service)
        let map = ObjectKey(namespace: Self.namespace, name: "istio")
        _ = try await cluster.admin.patch(.configMaps, map, .merge(["data": ["mesh": "edited"]]))
        if isRestarted { life = try DirectOperator(cluster) }
        try await life.settle()
        #expect(try await Self.names(cluster) == names)
        let mesh = try await cluster.object(.configMaps, Self.namespace, "istio")?.tree.value(at: "data", "mesh")
        #expect(mesh?.string != "edited")
        #expect(try await cluster.condition("Ready")?.reason == "InUse")
        #expect(try await !Self.components(cluster).allSatisfy(\.ready))
        _ = try await cluster.admin.patch(.services, service, finalizers(.null))
        try await life.settle()
        #expect(try await Self.components(cluster).allSatisfy(\.ready))
        life.transport.forget()
        try await life.settle()
        #expect(life.transport.writes.isEmpty, "\(life.transport.writes)")
        let free = Patch.merge(["metadata": ["labels": ["istio-injection": .null]]])
        _ = try await cluster.admin.patch(.namespaces, ObjectKey(name: "shop"), free)
        try await life.settle()
        #expect(try await cluster.resource() == nil)
        #expect(try await cluster.object(.deployments, Self.namespace, "istiod") == nil)
    }

    private static func components(_ cluster: TestCluster) async throws -> [MeshOperatorStatus.Component] {
        MeshOperatorStatus(lenient: try await cluster.resource()?.tree["status"] ?? .null).components
    }

    /// The Deployments and webhook configurations that there are.
    private static func names(_ cluster: TestCluster) async throws -> [String] {
        var names: [String] = []
        for resource in [APIResource.deployments, .mutatingWebhookConfigurations] {
            names += try await cluster.admin.list(resource).objects.map(\.name)
        }
        return names.sorted()
    }

    @Test("What of it cannot be made again is told")
    func tellsWhatAMeshInUseLacks() async throws {
        var (cluster, life) = try await LifeTests.settled()
        let shop = KubeObject(kind: .namespace, key: ObjectKey(name: "shop"), labels: ["istio-injection": "enabled"])
        _ = try await cluster.admin.create(.namespaces, shop)
        try await Self.delete(cluster)
        try await life.settle()
        // Not to be rendered, so not to be made again.
        life = try DirectOperator(cluster) { _, _ throws(RenderError) in
            throw RenderError(issues: [SpecIssue(path: .root, value: .null, problem: "odd", remedy: "none")])
        }
        _ = try await cluster.admin.delete(.deployments, ObjectKey(namespace: Self.namespace, name: "istiod"))
        try await life.settle()
        let ready = try #require(try await cluster.condition("Ready"))
        #expect(ready.reason == "InUse")
        #expect(ready.message.contains("Deployment istio-system/istiod is gone"), "\(ready.message)")
        #expect(try await cluster.condition("InjectionReady")?.status == .isFalse)
        #expect(try await Self.components(cluster).first { $0.name == "pilot" }?.ready == false)
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
