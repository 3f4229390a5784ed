internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import KubeRuntime
internal import ManifestRendering
internal import MeshAPI
internal import Testing

@testable internal import OperatorCore

/// The mesh as the renderer makes it, applied to the API server in process.
@Suite struct RenderedMeshTests {
    static func life(
        _ cluster: TestCluster,
        definitions: [KubeObject] = [],
        server: (any HTTPTransport)? = nil
    ) throws -> DirectOperator {
        let catalogue = try VersionCatalogue.builtIn()
        return try DirectOperator(
            cluster,
            renderer: MeshOperatorService.renderer(catalogue),
            catalogue: catalogue,
            server: server,
            definitions: definitions
        )
    }

    @Test(arguments: ["default", "demo", "minimal", "remote", "empty"])
    func becomesReadyAndIsLeftAlone(_ profile: String) async throws {
        let cluster = try await TestCluster()
        try await cluster.create("{profile: \(profile)}")
        let life = try Self.life(cluster)
        try await life.settle()
        let resource = try #require(try await cluster.resource())
        #expect(resource.conditions.isTrue("Ready"), "\(resource.conditions)")
        #expect(life.reconciler.memories.of(resource).accepted.isEmpty)

        let second = try Self.life(cluster)
        for _ in 0..<3 { try await second.settle() }
        #expect(second.transport.writes.isEmpty, "\(second.transport.writes)")
    }

    @Test func saysOfAnEmptyProfileThatNothingIsInstalled() async throws {
        let cluster = try await TestCluster()
        try await cluster.create("{profile: empty}")
        let life = try Self.life(cluster)
        try await life.settle()
        let ready = try #require(try await cluster.condition("Ready"))
        #expect(ready.status == .isTrue)
        #expect(ready.message == "profile empty renders no object: nothing is installed")
        var status = MeshOperatorStatus(lenient: try #require(try await cluster.resource()?.tree["status"]))
        #expect(status.version == nil && status.revision == nil && status.revisions.isEmpty, "\(status)")
        // And no more of it once there is something.
        try await cluster.change("{profile: minimal}")
        try await life.settle()
        status = MeshOperatorStatus(lenient: try #require(try await cluster.resource()?.tree["status"]))
        #expect(status.version != nil && status.revision == "default" && status.phase == .ready)
        #expect(try await cluster.condition("Ready")?.message.hasPrefix("version ") == true)
        try await cluster.change("{profile: empty}")
        try await life.settle()
        #expect(try await cluster.condition("Ready")?.message.contains("nothing is installed") == true)
        #expect(try await cluster.resource()?.tree.value(at: "status", "version") == nil)
    }

    /// Objects that istiod reads or runs as are written before its Deployment, at first and when it gets another version in place.
    @Test func writesAControlPlaneAfterWhatItNeeds() async throws {
        let cluster = try await TestCluster()
        try await cluster.create("{version: 1.29.6, upgrade: {strategy: InPlace}}")
        let accepting: Tree = ["metadata": ["annotations": [MeshNames.Annotation.acceptKubernetes: "true"]]]
        _ = try await cluster.admin.patch(MeshNames.resource, TestCluster.key, .merge(accepting))
        let life = try Self.life(cluster)
        try await life.settle()
        try Self.expectOrder(life, ["/serviceaccounts/istiod", "/configmaps/istio", "/clusterroles/istiod"])
        life.transport.forget()
        try await cluster.change("{version: 1.30.3}")
        try await life.settle()
        try Self.expectOrder(life, ["/configmaps/istio-sidecar-injector", "/serviceaccounts/istiod"])
    }

    private static func expectOrder(_ life: DirectOperator, _ needed: [String]) throws {
        let paths = life.transport.writes.map(\.path)
        let istiod = try #require(paths.firstIndex { $0.hasSuffix("/deployments/istiod") })
        for needed in needed {
            let place = try #require(paths.firstIndex { $0.contains(needed) }, "\(needed) in \(paths)")
            #expect(place < istiod, "\(needed) is written after istiod")
        }
    }

    /// How many objects each profile has.
    static let sizes: [(profile: String, objects: Int)] = [
        ("default", 25), ("demo", 28), ("stable", 27), ("preview", 25), ("minimal", 19), ("remote", 6), ("empty", 0),
    ]

    /// Every call counts: one per object, the finalizer, and the status once it is Ready.
    ///
    /// Fewer are not possible. The finalizer must be there before the first object, or a MeshOperator deleted at that
    /// moment would leave objects behind; the status is another subresource, and says that the mesh is Ready. So 1.10
    /// calls per object are kept from 20 objects on, and are out of reach below that.
    @Test(arguments: sizes)
    func installsWithTwoCallsMoreThanThereAreObjects(_ profile: String, _ size: Int) async throws {
        let cluster = try await TestCluster()
        try await cluster.create("{profile: \(profile)}")
        let life = try Self.life(cluster)
        try await life.reconciler.prepare()
        life.transport.forget()
        try await life.settle()
        let resource = try #require(try await cluster.resource())
        #expect(resource.conditions.isTrue("Ready"))
        let objects = life.reconciler.memories.of(resource).wanted.count
        #expect(objects == size)
        let calls = life.transport.passed
        #expect(calls.count == objects + 2, "\(calls)")
        #expect(calls.count { $0.path.hasSuffix("/meshoperators/mesh") } == 1)
        #expect(calls.count { $0.path.hasSuffix("/meshoperators/mesh/status") } == 1)
        let ratio = Double(calls.count) / Double(max(objects, 1))
        print("install of profile \(profile): \(calls.count) calls for \(objects) objects, \(ratio) per object")
        if objects >= 20 { #expect(ratio <= 1.10) }
    }
}
