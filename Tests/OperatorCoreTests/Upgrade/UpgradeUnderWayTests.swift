internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import MeshBase
internal import RolloutEngine
internal import Testing

@testable internal import OperatorCore

/// What else happens while an upgrade is under way.
@Suite struct UpgradeUnderWayTests {
    static let slow =
        "profile: minimal, upgrade: {steps: [{weight: 50, hold: 60s}, {weight: 100}], "
        + "retireAfter: 60s, progressDeadline: 120s"

    static func atFirstStep(_ extra: String = "") async throws -> UpgradeLife {
        let life = try await UpgradeLife.start("{version: 1.29.2, \(slow)\(extra)}}")
        try await life.cluster.change("{version: 1.30.2}")
        try await life.until(step: 1, "Holding")
        return life
    }

    @Test func standsStillWhilePaused() async throws {
        let life = try await Self.atFirstStep()
        try await life.annotate(RolloutNames.Command.pause, "true")
        try await life.until(step: 1, "Paused")
        try await life.pass(300, every: 20)
        #expect(try await life.status().plan?.progress.step == 1)
        try await life.annotate(RolloutNames.Command.pause, nil)
        try await life.until("upgraded") { try await $0.status().version == "1.30.2" }
        try await life.expectAll("1-30-2")
    }

    @Test func outlivesAPauseLongerThanItsDeadline() async throws {
        let life = try await UpgradeLife.start("{version: 1.29.2, \(Self.slow)}}")
        try await life.cluster.change("{version: 1.30.2}")
        try await life.until("at the first step") { life in
            let key = ObjectKey(namespace: "istio-system", name: "istiod-1-30-2")
            guard let istiod = try await life.cluster.admin.find(.deployments, key) else { return false }
            return RevisionMarks(reading: istiod.annotations).record?.step == 0
        }
        try await life.cluster.change("{paused: true}")
        try await life.round()
        life.life.transport.forget()
        try await life.pass(300, every: 30)
        let writes = life.life.transport.writes.filter { !$0.path.hasSuffix("/meshoperators/mesh/status") }
        #expect(writes == [], "a pause holds all writes but those of the status")
        try await life.cluster.change("{paused: false}")
        try await life.until("upgraded") { try await $0.status().version == "1.30.2" }
        try await life.expectAll("1-30-2")
    }

    @Test func goesOnInAnotherProcessWithoutAStatus() async throws {
        let first = try await Self.atFirstStep()
        _ = try await first.cluster.admin.patchStatus(MeshNames.resource, TestCluster.key, .merge(["status": .null]))
        let next = try UpgradeLife(first.world)
        let before = first.cluster.now
        try await next.until(step: 1, "Holding")
        try await next.until("upgraded") { try await $0.status().version == "1.30.2" }
        #expect(first.cluster.now - before >= .seconds(60), "the hold is kept from the start")
        try await next.expectAll("1-30-2")
    }

    @Test func goesOnShowingWhatThePlanWasInAnotherProcess() async throws {
        let first = try await Self.atFirstStep()
        let told = try #require(try await first.status().plan?.outline)
        let next = try UpgradeLife(first.world)
        try await next.pass(20)
        #expect(try await next.status().plan?.outline == told)
    }

    @Test func infersTheStepWhereTheRecordWasTakenAway() async throws {
        let life = try await Self.atFirstStep()
        let patch: Tree = ["metadata": ["annotations": [RolloutNames.Annotation.record: .null]]]
        let key = ObjectKey(namespace: "istio-system", name: "istiod-1-30-2")
        _ = try await life.cluster.admin.patch(.deployments, key, .merge(patch))
        try await life.round()
        let istiod = try await life.cluster.admin.get(.deployments, key)
        #expect(RevisionMarks(reading: istiod.annotations).record?.step == 0)
        try await life.until("upgraded") { try await $0.status().version == "1.30.2" }
        try await life.expectAll("1-30-2")
    }

    @Test func removesTheMeshAndGivesLabelsBackWhenDeletedInTheMiddle() async throws {
        let life = try await Self.atFirstStep(", maxMinorHop: 1")
        try await life.cluster.change("{teardown: {inUse: Remove}}")
        _ = try await life.cluster.admin.delete(MeshNames.resource, TestCluster.key)
        try await life.until("gone") { try await $0.cluster.resource() == nil }
        #expect(try await life.istiods() == [])
        #expect(try await life.world.namespaceLabels("shop")["istio-injection"] == "enabled")
        #expect(try await life.world.namespaceLabels("pay")["istio.io/rev"] == "default")
    }

    @Test func waitsWithTheMeshWhilePodsUseEitherRevision() async throws {
        let life = try await Self.atFirstStep()
        _ = try await life.cluster.admin.delete(MeshNames.resource, TestCluster.key)
        try await life.pass(60)
        #expect(try await life.istiods() == ["istiod", "istiod-1-30-2"])
        #expect(try await life.status().condition(.ready)?.reason == "InUse")
    }

    @Test func restoresALabelThatSomebodyTookOff() async throws {
        let life = try await Self.atFirstStep()
        #expect(try await life.world.namespaceLabels("pay")["istio.io/rev"] == "1-30-2")
        let patch: Tree = ["metadata": ["labels": ["istio.io/rev": "default"]]]
        _ = try await life.cluster.admin.patch(.namespaces, ObjectKey(name: "pay"), .merge(patch))
        try await life.round()
        try await life.round()
        #expect(try await life.world.namespaceLabels("pay")["istio.io/rev"] == "1-30-2")
        try await life.until("upgraded") { try await $0.status().version == "1.30.2" }
        #expect(try await life.world.namespaceLabels("pay")["istio.io/rev"] == "default")
        try await life.expectAll("1-30-2")
    }

    @Test func leavesOutWhatMayNotBeRestarted() async throws {
        let life = try await UpgradeLife.start("{version: 1.29.2, \(Self.slow)}}")
        let refusal: Tree = ["metadata": ["annotations": [RolloutNames.Annotation.restart: "false"]]]
        let bank = ObjectKey(namespace: "pay", name: "bank")
        _ = try await life.cluster.admin.patch(.deployments, bank, .merge(refusal))
        try await life.world.makeNamespace("gone")
        try await life.world.makeApp("gone", "old")
        try await life.settle()
        try await life.cluster.change("{version: 1.30.2}")
        try await life.until(step: 1, "Holding")
        _ = try await life.cluster.admin.delete(.deployments, ObjectKey(namespace: "gone", name: "old"))
        for pod in try await life.cluster.admin.list(.pods, .namespace("gone")).objects {
            _ = try await life.cluster.admin.delete(.pods, pod.key, DeleteOptions(gracePeriodSeconds: 0))
        }
        try await life.until("upgraded") { try await $0.status().version == "1.30.2" }
        let revisions = try await life.world.revisions()
        #expect(revisions["pay/bank"] == ["default"])
        #expect(revisions["shop/cart"] == ["1-30-2"])
        try await life.pass(120)
        #expect(try await life.istiods() == ["istiod", "istiod-1-30-2"], "the old one stays while a pod uses it")
        _ = try await life.cluster.admin.delete(.deployments, bank)
        for pod in try await life.cluster.admin.list(.pods, .namespace("pay")).objects {
            _ = try await life.cluster.admin.delete(.pods, pod.key, DeleteOptions(gracePeriodSeconds: 0))
        }
        try await life.pass(120)
        #expect(try await life.istiods() == ["istiod-1-30-2"])
    }

    @Test func restartsNothingOutsideOfTheWindow() async throws {
        // The clock of these tests starts at 14:13 UTC on a Monday.
        let life = try await UpgradeLife.start(
            "{version: 1.29.2, \(Self.slow), workloads: {window: {opens: \"15:00\", closes: \"16:00\"}}}}"
        )
        try await life.cluster.change("{version: 1.30.2}")
        try await life.until(step: 1, "Obstructed")
        try await life.pass(1_200, every: 60)
        try await life.expectAll("default")
        #expect(try await life.status().plan?.progress.waitingFor.contains("15:00:00Z") == true)
        life.cluster.pass(.seconds(2_000))
        try await life.until("upgraded") { try await $0.status().version == "1.30.2" }
        try await life.expectAll("1-30-2")
    }
}
