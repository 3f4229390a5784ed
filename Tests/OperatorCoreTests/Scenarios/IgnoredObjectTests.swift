internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import Testing

@testable internal import OperatorCore

/// Objects that somebody annotated to be left alone: they are, and the status does not claim otherwise.
@Suite struct IgnoredObjectTests {
    private static let annotation: Tree = ["metadata": ["annotations": [MeshNames.Annotation.ignore: "true"]]]

    @Test("An ignored control plane keeps its version, and so says the status; taken off, the update is done")
    func controlPlane() async throws {
        let spec = "{profile: default, version: 1.28.4, upgrade: {strategy: InPlace}}"
        let (cluster, life) = try await LifeTests.settled(spec)
        let key = LifeTests.key("istiod")
        _ = try await cluster.admin.patch(.deployments, key, .merge(Self.annotation))
        try await cluster.change("{version: 1.29.2}")
        try await life.settle()
        let istiod = try await cluster.admin.get(.deployments, key)
        #expect(istiod.annotations[MeshNames.Annotation.version] == "1.28.4")
        let resource = try #require(try await cluster.resource())
        let status = MeshOperatorStatus(lenient: try #require(resource.tree["status"]))
        #expect(status.version == "1.28.4")
        #expect(status.phase == .degraded)
        for type in ["Ready", "Reconciled", "Degraded"] {
            let condition = try #require(try await cluster.condition(type))
            #expect(condition.status == (type == "Degraded" ? .isTrue : .isFalse))
            #expect(condition.reason == "ObjectsIgnored")
            #expect(condition.message.contains("Deployment istio-system/istiod"), "\(condition)")
        }
        #expect(try await cluster.condition("Ready")?.message.contains("has version 1.28.4") == true)
        #expect(try await cluster.condition("Progressing")?.reason == "ObjectsIgnored")
        #expect(try await !life.events().contains { $0.contains("version 1.29.2 is up") })
        // It says so without a write more.
        life.transport.forget()
        for _ in 0..<3 { try await life.settle() }
        #expect(life.transport.writes.isEmpty, "\(life.transport.writes)")

        let off: Tree = ["metadata": ["annotations": [MeshNames.Annotation.ignore: .null]]]
        _ = try await cluster.admin.patch(.deployments, key, .merge(off))
        try await life.settle()
        let ready = try #require(try await cluster.condition("Ready"))
        #expect(ready.status == .isTrue && ready.message == "version 1.29.2 is up", "\(ready)")
    }

    @Test("What is ignored besides is named, and the mesh is ready all the same")
    func others() async throws {
        let (cluster, life) = try await LifeTests.settled("{profile: demo}")
        _ = try await cluster.admin.patch(.services, LifeTests.key("istiod"), .merge(Self.annotation))
        _ = try await cluster.admin.patch(.serviceAccounts, LifeTests.key("egress"), .merge(Self.annotation))
        // No longer rendered, and left all the same.
        try await cluster.change("{profile: minimal}")
        try await life.settle()
        #expect(try await cluster.object(.serviceAccounts, "istio-system", "egress") != nil)
        let ready = try #require(try await cluster.condition("Ready"))
        #expect(ready.status == .isTrue)
        for type in ["Ready", "Reconciled"] {
            let message = try #require(try await cluster.condition(type)?.message)
            #expect(message.contains("Service istio-system/istiod"), "\(message)")
            #expect(message.contains("ServiceAccount istio-system/egress"), "\(message)")
        }
        #expect(try await life.events().filter { $0.contains("ObjectsLeftAlone") }.count == 1)
        // So does a pause, which changes nothing about it.
        try await cluster.change("{profile: minimal, paused: true}")
        try await life.settle()
        let held = try #require(try await cluster.condition("Reconciled"))
        #expect(held.status == .isTrue, "\(held)")
        #expect(held.message.contains("Service istio-system/istiod"), "\(held)")
        #expect(try await life.events().filter { $0.contains("ObjectsLeftAlone") }.count == 1)
    }
}
