internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import MeshBase
internal import RolloutEngine
internal import Testing

@testable internal import OperatorCore

/// What the status says of an upgrade that `spec.paused` holds.
@Suite struct HeldUpgradeTests {
    static func at(step: Int) async throws -> UpgradeLife {
        let life = try await UpgradeLife.start(
            "{version: 1.29.2, profile: minimal, upgrade: {steps: [{weight: 50, hold: 60s}, {weight: 100, hold: 60s}]}}"
        )
        try await life.cluster.change("{version: 1.30.2}")
        try await life.until("at step \(step)") { life in
            let key = ObjectKey(namespace: "istio-system", name: "istiod-1-30-2")
            guard let istiod = try await life.cluster.admin.find(.deployments, key) else { return false }
            return RevisionMarks(reading: istiod.annotations).record?.step == step - 1
        }
        return life
    }

    @Test(arguments: [1, 2])
    func isCurrentInOneReconcile(_ step: Int) async throws {
        let life = try await Self.at(step: step)
        try await life.cluster.change("{paused: true}")
        try await life.round()
        let status = try await life.status()
        #expect(status.phase == .paused)
        #expect(status.observedGeneration == (try await life.cluster.resource())?.generation)
        #expect(status.plan?.progress.step == step)
        #expect(status.plan?.progress.reason == "Paused")
        #expect(status.plan?.progress.waitingFor.hasPrefix("paused at step \(step) of 2") == true)
        let progressing = try #require(status.condition(.progressing))
        #expect((progressing.state, progressing.reason) == (.no, "Paused"))
        #expect(progressing.message.contains("paused at step \(step) of 2"), "\(progressing.message)")
        #expect(status.condition(.paused)?.state == .yes)
    }

    @Test func followsWhatHappensDuringThePause() async throws {
        let life = try await Self.at(step: 2)
        try await life.cluster.change("{paused: true}")
        try await life.round()
        let before = try await life.status().proxies
        // Restarts that were begun come to their end.
        for _ in 0..<20 { try await life.round() }
        let status = try await life.status()
        let moved = try await life.world.revisions().values.count { $0 == ["1-30-2"] }
        #expect(
            status.revisions.first { $0.name == "1-30-2" }?.proxies ?? 0 >= moved,
            "before the pause \(before ?? "")"
        )
        #expect(status.plan?.progress.weight ?? 0 > 0)
        life.life.transport.forget()
        try await life.pass(60)
        #expect(life.life.transport.writes == [], "at rest nothing is written")
        try await life.cluster.change("{paused: false}")
        try await life.until("upgraded") { try await $0.status().version == "1.30.2" }
    }

    /// A step that has held for a quarter of an hour, with a deadline of two minutes.
    private static func longHeld() async throws -> UpgradeLife {
        let life = try await UpgradeLife.start(
            "{version: 1.29.2, profile: minimal, upgrade: {steps: [{weight: 50, hold: 2h}, {weight: 100}], "
                + "progressDeadline: 120s}}"
        )
        try await life.cluster.change("{version: 1.30.2}")
        try await life.until(step: 1, "Holding")
        try await life.pass(900)
        return life
    }

    /// The containers of an application that has moved are started anew, in the same pod, and do not come up.
    private static func restart(_ life: UpgradeLife) async throws {
        life.world.breakPods("bank", with: ["1-30-2"])
        let status: Tree = ["status": ["conditions": [["type": "Ready", "status": "False"]]]]
        for pod in try await life.cluster.admin.list(.pods, .namespace("pay")).objects {
            _ = try await life.cluster.admin.patchStatus(.pods, pod.key, .merge(status))
        }
    }

    @Test("A replica that restarts in a long hold ends no upgrade: the deadline runs from when it is not ready")
    func restartInALongHold() async throws {
        let life = try await Self.longHeld()
        try await Self.restart(life)
        try await life.pass(100, every: 5)
        #expect(try await life.status().plan?.progress.reason == "Settling")
        life.world.heal()
        try await life.until(step: 1, "Holding")
        #expect(try await life.world.revisions()["pay/bank"] == ["1-30-2"])
    }

    @Test("One that stays away for the deadline does, however long it was well before")
    func restartThatFails() async throws {
        let life = try await Self.longHeld()
        let began = life.cluster.now
        try await Self.restart(life)
        try await life.until("going back") { try await $0.status().phase == .rollingBack }
        let took = life.cluster.now - began
        #expect(took >= .seconds(110) && took < .seconds(150), "\(took)")
    }

    @Test("An istiod that restarts in a long hold ends no upgrade either")
    func controlPlaneInALongHold() async throws {
        let life = try await Self.longHeld()
        life.world.breakPods("istiod-1-30-2", with: [])
        try await life.pass(60, every: 5)
        #expect(try await life.status().plan?.progress.reason == "Preparing")
        life.world.heal()
        try await life.until(step: 1, "Holding")
    }

    @Test func aStatusThatWasLostIsMadeAnew() async throws {
        let life = try await Self.at(step: 2)
        _ = try await life.cluster.admin.patchStatus(MeshNames.resource, TestCluster.key, .merge(["status": .null]))
        try await life.cluster.change("{paused: true}")
        // Another process, which knows nothing but what is written down.
        let next = try UpgradeLife(life.world)
        try await next.round()
        let status = try await next.status()
        #expect(status.phase == .paused)
        #expect(status.plan?.progress.step == 2)
    }
}
