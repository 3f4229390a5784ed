internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import KubeRuntime
internal import MeshAPI
internal import OperatorStart
internal import Testing

@testable internal import OperatorCore

/// CustomResourceDefinitions that the operator was started with for every mesh (`--crds`), of Istio's kinds for example.
@Suite struct IstioDefinitionTests {
    static let virtualServices = "virtualservices.networking.istio.io"
    /// A definition as somebody else may have applied it.
    private static let theirs = TestCluster.definition(
        "VirtualService",
        plural: "virtualservices",
        group: "networking.istio.io"
    )
    private static let second = ObjectKey(name: "second")

    private static let all = IstioKindObjects.names.compactMap { IstioKindObjects.byName[$0] }

    private static func life(_ cluster: TestCluster) throws -> DirectOperator {
        try RenderedMeshTests.life(cluster, definitions: all)
    }

    /// A cluster with a mesh that has settled.
    private static func settled(_ spec: String) async throws -> (TestCluster, DirectOperator) {
        let cluster = try await TestCluster()
        try await cluster.create(spec)
        let life = try Self.life(cluster)
        try await life.settle()
        return (cluster, life)
    }

    private static func definition(
        _ cluster: TestCluster,
        _ name: String = virtualServices
    ) async throws -> KubeObject? {
        try await cluster.object(.customResourceDefinitions, nil, name)
    }

    private static func virtualService(weight: Tree) -> KubeObject {
        KubeObject([
            "apiVersion": "networking.istio.io/v1", "kind": "VirtualService",
            "metadata": ["name": "reviews", "namespace": "default"],
            "spec": [
                "hosts": ["reviews"],
                "http": [["route": [["destination": ["host": "reviews"], "weight": weight]]]],
            ],
        ])
    }

    private static let resource = APIResource(
        kind: GroupVersionKind(group: "networking.istio.io", version: "v1", kind: "VirtualService"),
        plural: "virtualservices",
        isNamespaced: true
    )

    @Test func comeWithAMeshAndServeTheirKinds() async throws {
        let cluster = try await TestCluster()
        try await cluster.create("{profile: default}")
        let life = try Self.life(cluster)
        try await life.reconciler.prepare()
        life.transport.forget()
        try await life.settle()
        let resource = try #require(try await cluster.resource())
        #expect(resource.conditions.isTrue("Ready"), "\(resource.conditions)")
        for wanted in Self.all {
            let live = try #require(try await Self.definition(cluster, wanted.name))
            #expect(live.conditions.isTrue("Established"), "\(wanted.name)")
        }
        _ = try await cluster.admin.create(Self.resource, Self.virtualService(weight: 100))
        await #expect(throws: KubeError.self) {
            _ = try await cluster.admin.create(Self.resource, Self.virtualService(weight: "much"))
        }

        // They are among the first, and one call each.
        let paths = life.transport.writes.map(\.path)
        let last = try #require(paths.lastIndex { $0.contains("/customresourcedefinitions/") })
        let account = try #require(paths.firstIndex { $0.contains("/serviceaccounts/istiod") })
        #expect(last < account)
        let objects = life.reconciler.memories.of(resource).wanted.count
        #expect(objects == 25 + 15)
        #expect(life.transport.passed.count == objects + 2)

        let later = try Self.life(cluster)
        for _ in 0..<3 { try await later.settle() }
        #expect(later.transport.writes.isEmpty, "\(later.transport.writes)")
    }

    @Test func giveWayToSettings() async throws {
        let (cluster, _) = try await Self.settled(
            "{profile: minimal, values: {base: {excludedCRDs: [\(Self.virtualServices)]}}}"
        )
        #expect(try await Self.definition(cluster) == nil)
        #expect(try await Self.definition(cluster, "gateways.networking.istio.io") != nil)
    }

    @Test func areLeftToWhoeverMadeThemAndSaidOnce() async throws {
        let cluster = try await TestCluster()
        _ = try await cluster.admin.create(.customResourceDefinitions, KubeObject(Self.theirs))
        try await cluster.create("{profile: minimal}")
        let life = try Self.life(cluster)
        try await life.settle()
        let conditions = try #require(try await cluster.resource()?.conditions)
        #expect(conditions.isTrue("Ready"), "\(conditions)")
        #expect(conditions.condition("Degraded")?.status == .isFalse)
        let message = try #require(conditions.condition("Reconciled")?.message)
        #expect(conditions.isTrue("Reconciled"))
        #expect(message.contains("left to whoever made it"), "\(message)")
        #expect(message.contains("\(Self.virtualServices); spec.adopt takes it over"), "\(message)")
        #expect(conditions.filter { $0.message.contains("left to whoever") }.count == 1)
        let events = try await life.events().filter { $0.contains(Self.virtualServices) }
        #expect(events.count == 1 && events[0].hasPrefix("ObjectsLeftAlone: "), "\(events)")
        let live = try #require(try await Self.definition(cluster))
        #expect(live.labels[MeshNames.Label.owner] == nil)
        #expect(live.tree.value(at: "spec", "versions") == KubeObject(Self.theirs).tree.value(at: "spec", "versions"))
        #expect(try await Self.definition(cluster, "gateways.networking.istio.io") != nil)

        try await cluster.change("{adopt: true}")
        try await life.settle()
        let taken = try #require(try await Self.definition(cluster))
        #expect(taken.labels[MeshNames.Label.owner] == "mesh")
        #expect(taken.tree.value(at: "spec", "versions")?.array?.count == 3)
        #expect(try await cluster.condition("Reconciled")?.message.contains("whoever") == false)
    }

    @Test func stopAMeshWhereOnesOfOthersDoNotServeWhatItNeeds() async throws {
        let cluster = try await TestCluster()
        var old = Self.theirs
        var version = try #require(old.value(at: "spec", "versions")?.array?.first)
        version["name"] = "v1alpha3"
        old.set([version], at: ["spec", "versions"])
        _ = try await cluster.admin.create(.customResourceDefinitions, KubeObject(old))
        try await cluster.create("{profile: minimal}")
        let life = try Self.life(cluster)
        try await life.settle()
        let reconciled = try #require(try await cluster.condition("Reconciled"))
        #expect(reconciled.reason == "ResourceNotOwned")
        let whose = try #require(try await cluster.condition("ResourceNotOwned")?.message)
        #expect(whose.contains(Self.virtualServices), "\(whose)")
        #expect(life.transport.writes.allSatisfy { !$0.path.contains("customresourcedefinitions") })
    }

    @Test func areMadeWhenWhoHadThemTakesThemAway() async throws {
        let cluster = try await TestCluster()
        _ = try await cluster.admin.create(.customResourceDefinitions, KubeObject(Self.theirs))
        try await cluster.create("{profile: minimal}")
        let life = try Self.life(cluster)
        try await life.settle()
        _ = try await cluster.admin.delete(.customResourceDefinitions, ObjectKey(name: Self.virtualServices))
        try await life.settle()
        #expect(try await Self.definition(cluster)?.labels[MeshNames.Label.owner] == "mesh")
        #expect(try await cluster.condition("Reconciled")?.message.contains("whoever") == false)
    }

    /// A second mesh beside the first, both settled.
    private static func withSecond(_ cluster: TestCluster, _ life: DirectOperator, crds: String) async throws {
        var other = KubeObject(kind: MeshNames.kind, key: second)
        other.tree["spec"] = [
            "profile": "minimal", "namespace": "second", "revision": "second", "teardown": ["crds": .string(crds)],
        ]
        _ = try await cluster.admin.create(MeshNames.resource, other)
        try await life.settle(second)
        let conditions = try await cluster.admin.find(MeshNames.resource, second)?.conditions ?? []
        #expect(conditions.isTrue("Ready"), "\(conditions)")
    }

    @Test func areSharedByMeshesWithoutAFight() async throws {
        let (cluster, life) = try await Self.settled("{profile: minimal, teardown: {crds: Delete}}")
        try await Self.withSecond(cluster, life, crds: "Delete")
        life.transport.forget()
        for _ in 0..<2 {
            try await life.settle()
            try await life.settle(Self.second)
        }
        #expect(life.transport.writes.isEmpty, "\(life.transport.writes)")
        #expect(try await Self.definition(cluster)?.labels[MeshNames.Label.owner] == "mesh")

        // The one that made them goes, and leaves them to the other, which keeps them up and takes them with it.
        _ = try await cluster.admin.create(Self.resource, Self.virtualService(weight: 100))
        try await TeardownTests.delete(cluster)
        try await life.settle()
        #expect(try await cluster.resource() == nil)
        #expect(try await Self.definition(cluster) != nil)
        #expect(try await cluster.admin.find(Self.resource, ObjectKey(namespace: "default", name: "reviews")) != nil)
        try await life.settle(Self.second)
        #expect(try await Self.definition(cluster)?.labels[MeshNames.Label.owner] == "second")
        _ = try await cluster.admin.delete(MeshNames.resource, Self.second)
        try await life.settle(Self.second)
        #expect(try await Self.definition(cluster) == nil)
    }

    @Test(arguments: [("Keep", true), ("Delete", false)])
    func stayBehindUnlessTold(_ wish: String, _ stays: Bool) async throws {
        let (cluster, life) = try await Self.settled("{profile: minimal, teardown: {crds: \(wish)}}")
        try await TeardownTests.delete(cluster)
        try await life.settle()
        #expect(try await cluster.resource() == nil)
        #expect((try await Self.definition(cluster) != nil) == stays)
    }
}
