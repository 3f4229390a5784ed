internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import KubeRuntime
internal import MeshAPI
internal import Testing

@testable internal import OperatorCore

/// What a user must see of a mesh that is up, in the message of Ready (the column MESSAGE) and of Preflight.
@Suite struct ReservationTests {
    @Test func namesAFieldThatSomebodyElseKeeps() async throws {
        let (cluster, life) = try await LifeTests.settled()
        let claim = KubeObject([
            "apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "istio", "namespace": "istio-system"],
            "data": ["mesh": "theirs"],
        ])
        _ = try await cluster.admin.apply(.configMaps, claim, force: true, WriteOptions(fieldManager: "argocd"))
        try await life.settle()
        let ready = try #require(try await cluster.condition("Ready"))
        #expect(ready.status == .isTrue)
        #expect(ready.reason == "FieldConflict")
        #expect(ready.message.hasPrefix("version 1.29.2 is up; but "), "\(ready.message)")
        #expect(ready.message.contains("data.mesh is kept by manager argocd"), "\(ready.message)")
    }

    @Test func saysThatNobodyKeepsAPausedMeshUp() async throws {
        let (cluster, life) = try await LifeTests.settled()
        try await cluster.change("{paused: true}")
        try await life.settle()
        let paused = try #require(try await cluster.condition("Ready"))
        #expect(paused.status == .isTrue)
        #expect(paused.reason == "Paused")
        #expect(paused.message.hasPrefix("spec.paused is set"), "\(paused.message)")
        #expect(paused.message.hasSuffix("; version 1.29.2 is up"), "\(paused.message)")
        life.transport.forget()
        for _ in 0..<3 { try await life.settle() }
        #expect(life.transport.writes.isEmpty, "\(life.transport.writes)")

        // A paused mesh whose control plane goes away is not ready, and ready again when that comes back.
        let key = LifeTests.key("istiod")
        let down: Tree = ["status": ["availableReplicas": 0, "readyReplicas": 0]]
        _ = try await cluster.admin.patchStatus(.deployments, key, .merge(down))
        try await life.synchronize()
        try await life.reconcile()
        let broken = try #require(try await cluster.condition("Ready"))
        #expect(broken.status == .isFalse)
        #expect(broken.message.contains("Deployment istio-system/istiod has 0 of 1 pods available"))

        try await cluster.change("{paused: false}")
        try await life.settle()
        #expect(try await cluster.condition("Ready")?.reason == "AsDesired")
        #expect(try await cluster.condition("Ready")?.message == "version 1.29.2 is up")
    }

    @Test func saysWhyAMeshPausedFromTheStartIsNotThere() async throws {
        let cluster = try await TestCluster()
        try await cluster.create("{profile: default, paused: true}")
        let life = try DirectOperator(cluster)
        try await life.settle()
        let ready = try #require(try await cluster.condition("Ready"))
        #expect(ready.status == .isFalse)
        #expect(ready.reason == "Paused")
    }

    @Test func passesOnWhatRenderingSays() async throws {
        let cluster = try await TestCluster()
        try await cluster.create(
            "{profile: minimal, values: {global: {proxy: {accessLogFile: /dev/stdout}}}, meshConfig: {colour: red}}"
        )
        let life = try RenderedMeshTests.life(cluster)
        try await life.settle()
        let preflight = try #require(try await cluster.condition("Preflight"))
        #expect(preflight.status == .isTrue)
        #expect(preflight.message.contains("spec.values.global.proxy.accessLogFile"), "\(preflight.message)")
        #expect(preflight.message.contains("spec.meshConfig.colour"), "\(preflight.message)")
        life.transport.forget()
        for _ in 0..<3 { try await life.settle() }
        #expect(life.transport.writes.isEmpty, "\(life.transport.writes)")

        let status = MeshOperatorStatus(lenient: try await cluster.resource()?.tree["status"] ?? .null)
        let first = StatusChange(old: MeshOperatorStatus(), new: status).notes
        #expect(first.contains { $0.reason == "SettingsWithoutEffect" && $0.note.contains("accessLogFile") })
        let again = StatusChange(old: status, new: status).notes
        #expect(again.isEmpty, "\(again)")

        try await cluster.change("{values: {global: null}, meshConfig: null}")
        try await life.settle()
        #expect(try await cluster.condition("Preflight")?.message.contains(";") == false)
    }

    @Test func keepsWhatRenderingSaysWithinBounds() async throws {
        let cluster = try await TestCluster()
        let name = String(repeating: "x", count: 200)
        let overlays = (0..<100).map { "{kind: Deployment, name: \(name)\($0), patches: []}" }
        try await cluster.create(
            "{profile: minimal, components: {pilot: {k8s: {overlays: [\(overlays.joined(separator: ", "))]}}}}"
        )
        let life = try RenderedMeshTests.life(cluster)
        try await life.settle()
        let message = try #require(try await cluster.condition("Preflight")?.message)
        #expect(message.utf8.count < 2_000, "\(message.utf8.count)")
        #expect(message.hasSuffix("and 95 more"), "\(message)")
    }
}
