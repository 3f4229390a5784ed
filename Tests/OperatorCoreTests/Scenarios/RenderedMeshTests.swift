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

    /// Every call counts: one per object, the finalizer, and the status once it is Ready.
    @Test(arguments: ["default", "demo", "stable", "preview", "minimal", "remote", "empty"])
    func installsWithTwoCallsMoreThanThereAreObjects(_ profile: String) async throws {
        let cluster = try await TestCluster()
        try await cluster.create("{profile: \(profile)}")
        let life = try Self.life(cluster)
        await life.reconciler.prepare()
        life.transport.forget()
        try await life.settle()
        let resource = try #require(try await cluster.resource())
        #expect(resource.conditions.isTrue("Ready"))
        let objects = life.reconciler.memories.of(resource).wanted.count
        let calls = life.transport.passed.count
        #expect(calls == objects + 2, "\(life.transport.passed)")
        let ratio = Double(calls) / Double(max(objects, 1))
        print("install of profile \(profile): \(calls) calls for \(objects) objects, \(ratio) per object")
        if ["default", "demo", "stable", "preview"].contains(profile) { #expect(ratio <= 1.10) }
    }
}
