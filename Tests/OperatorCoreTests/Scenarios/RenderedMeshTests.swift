internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import ManifestRendering
internal import MeshAPI
internal import Testing

@testable internal import OperatorCore

/// The mesh as the renderer makes it, applied to the API server in process.
@Suite struct RenderedMeshTests {
    static func life(_ cluster: TestCluster) throws -> DirectOperator {
        let catalogue = try VersionCatalogue.builtIn()
        return try DirectOperator(
            cluster,
            renderer: MeshOperatorService.renderer(catalogue),
            catalogue: catalogue
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

    /// Every call counts: finalizer, status and objects.
    @Test func installsWithAtMostElevenCallsPerTenObjects() async throws {
        let cluster = try await TestCluster()
        try await cluster.create("{profile: demo, components: {cni: {enabled: true}}}")
        let life = try Self.life(cluster)
        await life.reconciler.prepare()
        life.transport.forget()
        try await life.settle()
        let resource = try #require(try await cluster.resource())
        #expect(resource.conditions.isTrue("Ready"))
        let objects = life.reconciler.memories.of(resource).wanted.count
        let calls = life.transport.passed.count
        let ratio = Double(calls) / Double(objects)
        print("install: \(calls) calls for \(objects) objects, \(ratio) per object")
        #expect(ratio <= 1.10, "\(life.transport.passed.filter { !$0.query.contains { $0.name == "fieldManager" } })")
    }
}
