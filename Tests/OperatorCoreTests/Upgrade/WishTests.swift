internal import ControllerKit
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import MeshBase
internal import RolloutControl
internal import RolloutEngine
internal import Testing

@testable internal import OperatorCore

/// A hop that was given up stays down as long as the same is asked for, and no longer.
@Suite struct WishTests {
    static let rules =
        "profile: minimal, upgrade: {steps: [{weight: 50, hold: 30s}, {weight: 100}], retireAfter: 60s, "
        + "progressDeadline: 120s"

    /// The first hop of 1.28 to 1.30 has failed, and everything is back.
    static func failed(_ more: String = "") async throws -> UpgradeLife {
        let life = try await UpgradeLife.start("{version: 1.28.4, \(rules)\(more)}}")
        life.world.breakPods("cart", with: ["1-29-2"])
        try await life.cluster.change("{version: 1.30.2}")
        let end = more.isEmpty ? "RolledBack" : "Failed"
        try await life.until(end, limit: 900) { try await $0.status().plan?.progress.reason == end }
        #expect(try await life.status().condition(.degraded)?.reason == "ProgressDeadlineExceeded")
        return life
    }

    static func expectUpgrade(_ life: UpgradeLife, to version: String) async throws {
        life.world.breakPods("cart", with: [])
        try await life.until("upgraded", limit: 900) { try await $0.status().version == version }
        try await life.pass(150)
        let marks = try await life.cluster.admin.list(.deployments).objects.map(\.annotations)
        #expect(
            marks.allSatisfy { $0[RevisionMarks.failureAnnotation] == nil && $0[RevisionMarks.goalAnnotation] == nil }
        )
    }

    @Test(arguments: [false, true])
    func theSameHopIsTriedAgainForAnotherWish(_ isGone: Bool) async throws {
        let life = try await Self.failed()
        if isGone {
            try await life.pass(120)
            #expect(try await life.istiods() == ["istiod"], "its revision is retired")
        }
        try await life.pass(10)
        #expect(try await life.status().plan?.progress.reason == "RolledBack", "an unchanged wish stays down")
        if isGone {
            life.life.transport.forget()
            try await life.pass(60)
            #expect(life.life.transport.writes == [])
        }
        try await life.cluster.change("{version: 1.29.2}")
        try await Self.expectUpgrade(life, to: "1.29.2")
        try await life.expectAll("1-29-2")
    }

    @Test(arguments: [false, true])
    func whatWasAbortedIsTriedAgainForAnotherWish(_ isGone: Bool) async throws {
        let life = try await UpgradeLife.start("{version: 1.28.4, \(Self.rules)}}")
        try await life.cluster.change("{version: 1.30.2}")
        try await life.until(step: 1, "Holding")
        try await life.annotate(RolloutNames.Command.abort, "no")
        try await life.until("rolled back") { try await $0.status().plan?.progress.reason == "RolledBack" }
        try await life.pass(isGone ? 150 : 20)
        #expect(try await life.istiods() == (isGone ? ["istiod"] : ["istiod", "istiod-1-29-2"]))
        #expect(try await life.status().plan?.progress.reason == "RolledBack")
        try await life.cluster.change("{version: 1.29.2}")
        try await Self.expectUpgrade(life, to: "1.29.2")
        #expect(try await life.cluster.resource()?.annotations[RolloutNames.Command.abort] == nil)
    }

    @Test func aFailureThatWaitsForAPersonEndsWithTheWish() async throws {
        let life = try await Self.failed(", rollback: Manual")
        try await life.pass(120)
        #expect(try await life.status().plan?.progress.reason == "Failed")
        try await life.cluster.change("{version: 1.29.2}")
        try await Self.expectUpgrade(life, to: "1.29.2")
    }

    @Test func aRefusedWishChangesNothing() async throws {
        let life = try await Self.failed()
        try await life.pass(120)
        try await life.cluster.change("{version: 1.99.0}")
        try await life.pass(60)
        try await life.cluster.change("{version: 1.30.2}")
        try await life.pass(60)
        #expect(try await life.status().plan?.progress.reason == "RolledBack", "it is what failed")
        #expect(try await life.istiods() == ["istiod"])
    }

    @Test func aChangedGoalDoesNotDisturbAHopUnderWay() async throws {
        let life = try await UpgradeLife.start("{version: 1.28.4, \(Self.rules)}}")
        try await life.cluster.change("{version: 1.30.2}")
        try await life.until(step: 1, "Holding")
        try await life.cluster.change("{version: 1.29.2}")
        try await life.round()
        #expect(try await life.status().plan?.progress.step == 1)
        try await Self.expectUpgrade(life, to: "1.29.2")
    }
}
