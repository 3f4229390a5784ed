internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import Testing

@testable internal import OperatorCore

/// Somebody else writes an object whenever the operator does: that is told, with the object and the writer.
@Suite struct UnsettledTests {
    @Test func namesTheObjectAndWhoWritesIt() async throws {
        let life = try await UpgradeLife.start("{version: 1.30.2, profile: minimal}")
        let key = ObjectKey(namespace: UpgradeMesh.namespace, name: "istio")
        _ = try await life.cluster.admin.patch(
            .configMaps,
            key,
            .merge(["data": ["mesh": "theirs"]]),
            WriteOptions(fieldManager: "flux")
        )
        life.life.transport.setRule { request, _ in
            let isTheirs = request.path.hasSuffix("/configmaps/istio") && request.method != .get
            return isTheirs ? .refuse(status: 409, reason: "Conflict") : nil
        }
        func attempt() async throws -> MeshCondition? {
            try await life.life.synchronize()
            _ = try? await life.life.reconcile()
            return try await life.status().conditions.first { $0.type == "FieldConflict" }
        }
        #expect(try await attempt() == nil, "once may happen to anybody")
        let told = try #require(try await attempt())
        #expect(told.message.contains("ConfigMap istio-system/istio does not stay as it is applied"), "\(told.message)")
        #expect(told.message.contains("field manager flux wrote it last"), "\(told.message)")
        #expect(try await life.status().condition(.degraded)?.reason == "FieldConflict")
        let version = try await life.cluster.resource()?.resourceVersion
        _ = try await attempt()
        #expect(try await life.cluster.resource()?.resourceVersion == version, "it is told once")
        life.life.transport.setRule { _, _ in nil }
        try await life.settle()
        #expect(try await life.status().conditions.allSatisfy { $0.type != "FieldConflict" })
        #expect(try await life.status().condition(.degraded)?.state == .no)
        let events = try await life.life.events().filter { $0.hasPrefix("FieldConflict: ") }
        #expect(events.count { $0.contains("does not stay as it is applied") } == 1, "\(events)")
        #expect(events.count { $0.contains("flux had changed data.mesh, which is set right") } == 1, "\(events)")
        #expect(events.count == 2, "\(events)")
    }

    @Test("Pods that came up without a sidecar while a label was off are named until they are restarted")
    func sidecarsMissing() async throws {
        let life = try await UpgradeLife.start("{version: 1.30.2, profile: minimal}")
        #expect(try await life.status().condition(.injectionReady)?.reason == "WebhooksReady")
        let off: Tree = ["metadata": ["labels": ["istio-injection": .null]]]
        let on: Tree = ["metadata": ["labels": ["istio-injection": "enabled"]]]
        let restart: Tree = ["spec": ["template": ["metadata": ["annotations": ["restart": "1"]]]]]
        let cart = ObjectKey(namespace: "shop", name: "cart")
        _ = try await life.cluster.admin.patch(.namespaces, ObjectKey(name: "shop"), .merge(off))
        _ = try await life.cluster.admin.patch(.deployments, cart, .merge(restart))
        try await life.settle()
        #expect(try await life.status().condition(.injectionReady)?.reason == "WebhooksReady", "none is wanted")
        #expect(try await life.world.revisions()["shop/cart"] == ["none"])
        _ = try await life.cluster.admin.patch(.namespaces, ObjectKey(name: "shop"), .merge(on))
        try await life.pass(60)
        let injection = try #require(try await life.status().condition(.injectionReady))
        #expect(injection.state == .yes && injection.reason == "SidecarsMissing", "\(injection)")
        #expect(injection.message.contains("2 pods (shop/cart-"), "\(injection.message)")
        let again: Tree = ["spec": ["template": ["metadata": ["annotations": ["restart": "2"]]]]]
        _ = try await life.cluster.admin.patch(.deployments, cart, .merge(again))
        try await life.pass(60)
        #expect(try await life.status().condition(.injectionReady)?.reason == "WebhooksReady")
        #expect(try await life.life.events().count { $0.hasPrefix("SidecarsMissing: ") } == 1)
    }
}
