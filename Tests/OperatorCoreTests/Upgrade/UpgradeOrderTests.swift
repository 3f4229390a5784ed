internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import MeshTestKit
internal import Synchronization
internal import Testing

@testable internal import OperatorCore

/// Orders of people count for the rollout they were given for, and none is lost without a word.
@Suite struct UpgradeOrderTests {
    typealias Command = RolloutNames.Command

    static let approved =
        "{version: 1.29.2, profile: minimal, upgrade: {steps: [{weight: 100, approve: true}], retireAfter: 60s}}"

    private static func told(_ life: UpgradeLife, _ reason: String) async throws -> [String] {
        try await life.life.events().filter { $0.hasPrefix("\(reason): ") }
    }

    private static func annotations(_ life: UpgradeLife) async throws -> [String: String] {
        try await life.cluster.resource()?.annotations ?? [:]
    }

    /// An upgrade whose last approval was given, at the first moment at which the status says that it is past it.
    private static func promoting() async throws -> UpgradeLife {
        let life = try await UpgradeLife.start(approved)
        try await life.cluster.change("{version: 1.30.2}")
        try await life.until(step: 1, "AwaitingApproval")
        try await life.annotate(Command.approve, "1@1.30.2")
        return life
    }

    @Test("The status says that a promotion has begun before its first tag moves, so that nobody promises an abort")
    func aPromotionIsToldFirst() async throws {
        let life = try await Self.promoting()
        try await life.until("promoting") { try await $0.status().plan?.isPromoting == true }
        #expect(try await life.status().version == "1.29.2")
        let pods = try await life.world.namespaceLabels("pay")
        #expect(pods["istio.io/rev"] == "1-30-2", "nothing of the promotion is done yet")
        let webhooks = try await life.cluster.admin.list(.mutatingWebhookConfigurations).objects
        #expect(!webhooks.contains { $0.name.contains("tag") && $0.labels["istio.io/rev"] == "1-30-2" })
        try await life.until("upgraded") { try await $0.status().version == "1.30.2" }
    }

    @Test("An abort that comes too late is told of by an Event with what goes back then")
    func anAbortAfterTheLastApproval() async throws {
        let life = try await Self.promoting()
        try await life.until("promoting") { try await $0.status().plan?.isPromoting == true }
        try await life.annotate(Command.abort, "no @@1.30.2")
        try await life.until("upgraded") { try await $0.status().version == "1.30.2" }
        try await life.pass(30)
        #expect(try await Self.annotations(life)[Command.abort] == nil)
        let told = try await Self.told(life, "AbortTooLate")
        #expect(told.count == 1, "\(told)")
        #expect(told.first?.contains("1-30-2 is being made the revision that tags lead to") == true, "\(told)")
        #expect(told.first?.contains("meshctl rollout undo") == true, "\(told)")
    }

    @Test("An abort between the reads of a reconcile and the write of its last decision is obeyed")
    func anAbortBeforeTheDecisionIsWritten() async throws {
        // The step holds, so that what is decided rests on a MeshOperator that was asked about long before.
        let life = try await UpgradeLife.start(
            "{version: 1.29.2, profile: minimal, upgrade: {steps: [{weight: 100, hold: 60s}], retireAfter: 60s}}"
        )
        try await life.cluster.change("{version: 1.30.2}")
        try await life.until(step: 1, "Holding")
        try await life.pass(30)
        life.cluster.pass(.seconds(60))
        try await life.life.synchronize()
        // The caches do not show it yet.
        try await life.annotate(Command.abort, "no @@1.30.2")
        _ = try? await life.life.reconcile()
        try await life.until("rolled back") { try await $0.status().phase == .rolledBack }
        #expect(try await life.status().condition(.degraded)?.message.contains("a person asks to go back: no") == true)
        try await life.expectAll("default")
    }

    @Test("At rest orders are taken off and told, and end no later upgrade")
    func atRest() async throws {
        let life = try await UpgradeLife.start("{version: 1.29.2, profile: minimal, \(UpgradeLife.quick)}")
        try await life.annotate(Command.abort, "true @@1.30.2")
        try await life.annotate(Command.approve, "1")
        try await life.annotate(Command.promote, "full@1.30.2")
        try await life.annotate(Command.pause, "false")
        try await life.settle()
        let left = try await Self.annotations(life).keys.filter { $0.hasPrefix("meshoperator.io/rollout-") }
        #expect(left == [Command.pause])
        try await life.cluster.change("{version: 1.30.2}")
        try await life.until("upgraded") { try await $0.status().version == "1.30.2" }
        let told = try await Self.told(life, "OrderRefused")
        #expect(told.count == 1, "\(told)")
        for name in [Command.abort, Command.approve, Command.promote] {
            #expect(told.first?.contains(name) == true, "\(told)")
        }
        #expect(try await Self.told(life, "RollingBack").isEmpty)
    }

    @Test("An abort that was there before the upgrade does not end it", arguments: ["no", "no @@1.30.2"])
    func fromBeforeTheStart(_ text: String) async throws {
        let life = try await UpgradeLife.start("{version: 1.29.2, profile: minimal, \(UpgradeLife.quick)}")
        try await life.annotate(Command.abort, text)
        try await life.cluster.change("{version: 1.30.2}")
        try await life.until("upgraded") { try await $0.status().version == "1.30.2" }
        let told = try await Self.told(life, "OrderRefused")
        #expect(told.count == 1 && told.first?.contains("the rollout to 1.30.2 has not begun yet") == true, "\(told)")
    }

    @Test("An order for another target is taken off and told; approvals of a hop to come are kept for it")
    func ofAnotherTarget() async throws {
        let life = try await UpgradeLife.start(
            "{version: 1.28.4, profile: minimal, upgrade: {steps: [{weight: 50, hold: 60s}, {weight: 100}], retireAfter: 60s}}"
        )
        try await life.cluster.change("{version: 1.30.2}")
        try await life.until(step: 1, "Holding")
        try await life.annotate(Command.abort, "no @@1.30.2")
        try await life.annotate(Command.approve, "1@1.30.2")
        try await life.annotate(Command.promote, "1@1.28.4")
        try await life.pass(20)
        #expect(try await life.status().plan?.progress.reason == "Holding")
        let left = try await Self.annotations(life)
        #expect(left[Command.abort] == nil && left[Command.promote] == nil && left[Command.approve] == "1@1.30.2")
        let told = try await Self.told(life, "OrderRefused")
        #expect(told.count == 1 && told.first?.contains("the rollout under way is to 1.29.2") == true, "\(told)")
    }
}
