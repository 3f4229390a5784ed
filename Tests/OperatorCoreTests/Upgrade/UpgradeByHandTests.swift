internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import MeshBase
internal import RolloutEngine
internal import Testing

@testable internal import OperatorCore

/// What people and other controllers change in the middle of a wave: noticed, said, and set right or left out.
@Suite struct UpgradeByHandTests {
    static let spec =
        "{version: 1.29.2, profile: minimal, upgrade: {steps: [{weight: 50}, {weight: 100}], retireAfter: 60s, "
        + "progressDeadline: 120s}}"

    /// An upgrade whose workload `shop/cart` was restarted and does not come up.
    static func inTheMiddle() async throws -> UpgradeLife {
        let life = try await UpgradeLife.start(spec)
        life.world.breakPods("cart", with: ["1-30-2"])
        try await life.cluster.change("{version: 1.30.2}")
        try await life.until("waiting for cart") { life in
            try await life.status().plan?.progress.waitingFor.contains("Deployment shop/cart") == true
        }
        return life
    }

    static func removePods(_ life: UpgradeLife, _ namespace: String, _ app: String) async throws {
        for pod in try await life.cluster.admin.list(.pods, .namespace(namespace)).objects
        where pod.labels["app"] == app {
            _ = try await life.cluster.admin.delete(.pods, pod.key, DeleteOptions(gracePeriodSeconds: 0))
        }
    }

    @Test("A workload deleted while it is waited for no longer counts, and the upgrade goes on")
    func ownerDeleted() async throws {
        let life = try await Self.inTheMiddle()
        _ = try await life.cluster.admin.delete(.deployments, ObjectKey(namespace: "shop", name: "cart"))
        try await Self.removePods(life, "shop", "cart")
        try await life.until("upgraded") { try await $0.status().version == "1.30.2" }
        #expect(try await life.world.revisions() == ["shop/web": ["1-30-2"], "pay/bank": ["1-30-2"]])
    }

    @Test("A workload that is gone while pods of it are left is not waited for either; they hold the old revision")
    func ownerDeletedPodsLeft() async throws {
        let life = try await Self.inTheMiddle()
        _ = try await life.cluster.admin.delete(
            .deployments,
            ObjectKey(namespace: "shop", name: "cart"),
            DeleteOptions(propagation: .orphan)
        )
        try await life.until("upgraded") { try await $0.status().version == "1.30.2" }
        #expect(try await life.status().plan?.progress.reason != "RolledBack")
        #expect(try await life.world.revisions()["shop/cart"]?.contains("default") == true)
        try await life.pass(120)
        #expect(try await life.istiods() == ["istiod", "istiod-1-30-2"])
        let ready = try #require(try await life.status().condition(.ready))
        #expect(ready.state == .yes && ready.message.hasPrefix("version 1.30.2 is up; "), "\(ready.message)")
        #expect(ready.message.contains("revision default (version 1.29.2) is kept: "), "\(ready.message)")
        #expect(ready.message.contains("in shop"), "\(ready.message)")
    }

    @Test("A namespace that is being deleted in the middle of a wave is left alone, and does not hold the wave")
    func namespaceTerminating() async throws {
        let life = try await Self.inTheMiddle()
        _ = try await life.cluster.admin.delete(.namespaces, ObjectKey(name: "shop"))
        let shop = try await life.cluster.admin.get(.namespaces, ObjectKey(name: "shop"))
        try #require(shop.isDeleting, "its content is not gone yet")
        life.life.transport.forget()
        try await life.until("upgraded") { try await $0.status().version == "1.30.2" }
        #expect(life.life.transport.writes.filter { $0.path.contains("/namespaces/shop") } == [])
        #expect(try await life.world.revisions()["pay/bank"] == ["1-30-2"])
    }

    @Test("A workload that never becomes ready is named when the hop goes back")
    func neverReady() async throws {
        let life = try await Self.inTheMiddle()
        try await life.until("rolled back", limit: 600) { try await $0.status().plan?.progress.reason == "RolledBack" }
        let degraded = try #require(try await life.status().condition(.degraded))
        #expect(degraded.reason == "ProgressDeadlineExceeded")
        #expect(degraded.message.contains("not ready: Deployment shop/cart"), "\(degraded.message)")
        try await life.expectAll("default")
    }

    @Test("Webhooks of a tag, and of the new revision, that somebody edits are set right, and an Event names them")
    func tagWebhooks() async throws {
        let life = try await UpgradeLife.start(
            Self.spec.replacing("{weight: 50}", with: "{weight: 50, hold: 60s}")
                .replacing("profile: minimal", with: "profile: minimal, values: {revisionTags: [prod]}")
        )
        try await life.world.makeNamespace("tag", ["istio.io/rev": "prod"])
        try await life.world.makeApp("tag", "app")
        try await life.settle()
        try await life.cluster.change("{version: 1.30.2}")
        try await life.until(step: 1, "Holding")
        for name in ["istio-revision-tag-prod", "istio-sidecar-injector-1-30-2"] {
            let key = ObjectKey(name: name)
            let live = try await life.cluster.admin.get(.mutatingWebhookConfigurations, key)
            var webhooks = live.tree["webhooks"]?.array ?? []
            webhooks[0].set(
                ["matchLabels": ["nobody": "none"]],
                at: ["namespaceSelector"]
            )
            let patch: Tree = ["webhooks": .array(webhooks)]
            _ = try await life.cluster.admin.patch(.mutatingWebhookConfigurations, key, .merge(patch))
            try await life.round()
            try await life.round()
            let now = try await life.cluster.admin.get(.mutatingWebhookConfigurations, key)
            #expect(now.tree["webhooks"]?[0]?["namespaceSelector"] == live.tree["webhooks"]?[0]?["namespaceSelector"])
        }
        try await life.until("upgraded") { try await $0.status().version == "1.30.2" }
        try await life.expectAll("1-30-2")
        #expect(life.world.doubled == [])
        let events = try await life.life.events().filter { $0.hasPrefix("SetRight") }
        #expect(events.contains { $0.contains("MutatingWebhookConfiguration istio-revision-tag-prod was changed") })
        #expect(events.contains { $0.contains("MutatingWebhookConfiguration istio-sidecar-injector-1-30-2") })
    }

    @Test("Replicas of the new gateway that somebody sets are set back to the share of the step, and an Event says so")
    func gatewayReplicas() async throws {
        let life = try await UpgradeLife.start(
            "{version: 1.29.2, upgrade: {steps: [{weight: 25, hold: 60s}, {weight: 100}], retireAfter: 60s}}"
        )
        try await life.cluster.change("{version: 1.30.2}")
        try await life.until(step: 1, "Holding")
        let key = ObjectKey(namespace: "istio-system", name: "istio-ingressgateway-1-30-2")
        _ = try await life.cluster.admin.patch(.deployments, key, .merge(["spec": ["replicas": 3]]))
        try await life.until("set back") { life in
            try await life.cluster.admin.get(.deployments, key).tree.value(at: "spec", "replicas") == 1
        }
        #expect(try await life.status().plan?.progress.step == 1)
        try await life.until("upgraded", limit: 600) { try await $0.status().version == "1.30.2" }
        let events = try await life.life.events().filter { $0.hasPrefix("SetRight") }
        #expect(events.contains { $0.contains("istio-system/istio-ingressgateway-1-30-2 was changed") }, "\(events)")
    }

    @Test("A new control plane that somebody scales to nothing is scaled up again, and nothing goes back")
    func controlPlaneScaledToNothing() async throws {
        let life = try await UpgradeLife.start(
            "{version: 1.29.2, profile: minimal, upgrade: {steps: [{weight: 50, approve: true}, {weight: 100}]}}"
        )
        try await life.cluster.change("{version: 1.30.2}")
        try await life.until(step: 1, "AwaitingApproval")
        let key = ObjectKey(namespace: "istio-system", name: "istiod-1-30-2")
        _ = try await life.cluster.admin.patch(.deployments, key, .merge(["spec": ["replicas": 0]]))
        // Its controller has carried that out before the operator looks.
        _ = try await life.world.step()
        for _ in 0..<6 {
            try await life.round()
            let reason = try await life.status().plan?.progress.reason ?? ""
            #expect(["Preparing", "AwaitingApproval"].contains(reason), "\(reason)")
        }
        #expect(try await life.cluster.admin.get(.deployments, key).tree.value(at: "spec", "replicas") == 1)
        #expect(try await life.status().plan?.progress.reason == "AwaitingApproval")
    }

    @Test(
        "The label of a moved namespace that somebody takes off is put back, and an Event says so",
        arguments: ["enabled", .null] as [Tree]
    )
    func namespaceLabel(injection: Tree) async throws {
        let life = try await Self.inTheMiddle()
        let patch: Tree = ["metadata": ["labels": ["istio.io/rev": .null, "istio-injection": injection]]]
        let moved = try await life.world.namespaceLabels("pay")["istio.io/rev"] == "1-30-2" ? "pay" : "shop"
        try await life.world.makeNamespace("theirs", [:])
        let elsewhere: Tree = ["metadata": ["annotations": [RolloutNames.Annotation.previousRevision: "other-mesh"]]]
        _ = try await life.cluster.admin.patch(.namespaces, ObjectKey(name: "theirs"), .merge(elsewhere))
        _ = try await life.cluster.admin.patch(.namespaces, ObjectKey(name: moved), .merge(patch))
        try await life.round()
        try await life.round()
        #expect(try await life.world.namespaceLabels("theirs")["istio.io/rev"] == nil, "another mesh moved it")
        #expect(try await life.world.namespaceLabels(moved)["istio.io/rev"] == "1-30-2")
        #expect(try await life.world.namespaceLabels(moved)["istio-injection"] == nil)
        let events = try await life.life.events().filter { $0.hasPrefix("SetRight") }
        #expect(events.contains { $0.contains("Namespace \(moved) has moved and lost the label") }, "\(events)")
    }
}
