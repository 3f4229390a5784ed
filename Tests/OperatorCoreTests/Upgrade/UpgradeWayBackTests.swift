internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import KubeRuntime
internal import MeshAPI
internal import RolloutControl
internal import Testing
internal import UpgradePlanning

@testable internal import OperatorCore

/// The way back of an upgrade is told before it is gone, and what keeps it is named and bounded.
@Suite struct UpgradeWayBackTests {
    @Test("The status tells of the way back before any workload is sent back")
    func told() async throws {
        let life = try await RollbackTests.started()
        try await life.until(step: 1, "Holding")
        try await life.annotate(RolloutNames.Command.abort, "no")
        try await life.life.synchronize()
        let before = life.life.transport.writes.count
        let outcome = try await life.life.reconcile()
        #expect(outcome == .requeue(after: .zero), "it goes on at once")
        let status = try await life.status()
        #expect(status.phase == .rollingBack && status.plan?.progress.reason == "RollingBack")
        #expect(status.condition(.degraded)?.reason == "Aborted")
        let isSent = { (write: PassedRequest) in write.isChange && write.path.contains("/namespaces/shop") }
        #expect(!life.life.transport.writes.dropFirst(before).contains(where: isSent))
        try await life.life.synchronize()
        try await life.life.reconcile()
        #expect(life.life.transport.writes.dropFirst(before).contains(where: isSent))
        try await life.until("back") { try await $0.status().phase == .rolledBack }
        #expect(try await life.life.events().count { $0.hasPrefix("RollingBack: ") } == 1)
    }

    @Test("A workload that cannot come up again is named at once with its pod, and the rest goes back")
    func stuck() async throws {
        let life = try await RollbackTests.started()
        try await life.until(step: 1, "Holding")
        life.world.breakPods("cart", with: ["default"])
        try await life.annotate(RolloutNames.Command.abort, "no")
        var broken: KubeObject?
        try await life.until("cart is sent back") { life in
            broken = try await life.cluster.admin.list(.pods, .namespace("shop")).objects.first { pod in
                let revision = SidecarPod.revision(of: SidecarPod.trimmed(pod))
                return pod.labels["app"] == "cart" && revision == "default"
            }
            return broken != nil
        }
        let pod = try #require(broken)
        let waiting: Tree = ["reason": "ErrImagePull", "message": "not found"]
        let container: Tree = ["name": "app", "ready": false, "state": ["waiting": waiting]]
        _ = try await life.cluster.admin.patchStatus(
            .pods,
            pod.key,
            .merge(["status": ["containerStatuses": [container]]])
        )
        try await life.until("named") { try await $0.status().plan?.progress.reason == "RollbackObstructed" }
        let words = "Deployment shop/cart does not come up: pod \(pod.name): ErrImagePull: container app: not found"
        var status = try await life.status()
        #expect(status.phase == .rollingBack)
        #expect(status.plan?.progress.waitingFor.contains(words) == true, "\(status.plan?.progress.waitingFor ?? "")")
        let degraded = try #require(status.condition(.degraded))
        #expect(degraded.reason == "RollbackObstructed" && degraded.message.contains(words), "\(degraded)")
        try await life.until("stalled", limit: 600) { try await $0.status().plan?.progress.reason == "RollbackStalled" }
        status = try await life.status()
        #expect(status.phase == .failed)
        #expect(status.condition(.degraded)?.message.contains("nothing has gone back since") == true)
        let revisions = try await life.world.revisions()
        #expect(revisions["shop/web"] == ["default"] && revisions["pay/bank"] == ["default"], "\(revisions)")
        #expect(revisions["shop/cart"]?.contains("1-30-2") == true, "what serves is not taken away")
        life.world.heal()
        try await life.until("back") { try await $0.status().phase == .rolledBack }
        try await RollbackTests.expectAsBefore(life)
        // It is kept for a look from now on, not from the verdict, which is longer ago.
        try await life.pass(40)
        #expect(try await life.istiods() == ["istiod", "istiod-1-30-2"])
        try await life.pass(40)
        #expect(try await life.istiods() == ["istiod"])
        let events = try await life.life.events()
        #expect(events.count { $0.hasPrefix("RollbackObstructed: ") } == 1, "\(events)")
        #expect(events.count { $0.hasPrefix("RollbackStalled: ") } == 1, "\(events)")
    }

    @Test("Another version asked for on a stalled way back is no progress, and reason and message agree")
    func stalledAndChanged() async throws {
        let version = "1.29.2"
        let life = try await RollbackTests.started()
        try await life.until(step: 1, "Holding")
        life.world.breakPods("cart", with: ["default"])
        try await life.annotate(RolloutNames.Command.abort, "no")
        try await life.until("stalled", limit: 900) { try await $0.status().plan?.progress.reason == "RollbackStalled" }
        try await life.cluster.change("{version: \(version)}")
        try await life.pass(4, every: 1)
        let status = try await life.status()
        #expect(status.phase == .failed && status.plan?.progress.reason == "RollbackStalled", "as before")
        let degraded = try #require(status.condition(.degraded))
        #expect(degraded.reason == "RollbackStalled", "\(degraded)")
        life.world.heal()
        try await life.until("it goes on") { try await $0.status().plan?.progress.reason != "RollbackStalled" }
        let told = try await life.status().condition(.degraded)
        if told?.reason == "Superseded" {
            let words = ": \(version) is asked for now; before that: a person"
            #expect(told?.message.contains(words) == true, "\(told?.message ?? "")")
        }
        try await life.until("it is at rest") { try await $0.status().phase == .ready }
        #expect(try await life.status().version == version)
    }

    @Test("People who send workloads back themselves are waited for, however long they take")
    func byPeople() async throws {
        let life = try await UpgradeLife.start(
            "{version: 1.29.2, profile: minimal, upgrade: {steps: [{weight: 50}, {weight: 100}], progressDeadline: 60s, "
                + "workloads: {mode: Manual}}}"
        )
        try await life.cluster.change("{version: 1.30.2}")
        try await life.until("waiting for people") { try await $0.status().plan?.progress.reason == "Obstructed" }
        let labels: Tree = ["metadata": ["labels": ["istio.io/rev": "1-30-2", "istio-injection": .null]]]
        _ = try await life.cluster.admin.patch(.namespaces, ObjectKey(name: "shop"), .merge(labels))
        let restart: Tree = ["spec": ["template": ["metadata": ["annotations": ["restart": "1"]]]]]
        _ = try await life.cluster.admin.patch(.deployments, .init(namespace: "shop", name: "cart"), .merge(restart))
        try await life.pass(20, every: 1)
        try await life.annotate(RolloutNames.Command.abort, "no")
        try await life.pass(200)
        #expect(try await life.status().plan?.progress.reason == "RollingBack")
    }
}
