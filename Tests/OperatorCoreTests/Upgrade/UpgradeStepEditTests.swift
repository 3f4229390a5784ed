internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import RolloutControl
internal import Testing

@testable internal import OperatorCore

/// Steps that people edit in the middle of an upgrade.
@Suite struct UpgradeStepEditTests {
    private static func rules(_ steps: String) -> String { "upgrade: {steps: \(steps), retireAfter: 60s}" }

    private static func waiting() async throws -> UpgradeLife {
        let steps = "[{weight: 20}, {weight: 40, approve: true}, {weight: 60, approve: true}, {weight: 100}]"
        let life = try await UpgradeLife.start("{version: 1.29.2, profile: minimal, \(rules(steps))}")
        try await life.cluster.change("{version: 1.30.2}")
        try await life.until(step: 2, "AwaitingApproval")
        return life
    }

    @Test func aFinishedStepRemovedPassesNoApprovalOver() async throws {
        let life = try await Self.waiting()
        // Given in advance for the third step, which is the second one after the edit.
        try await life.annotate(RolloutNames.Command.approve, "3")
        try await life.round()
        let before = try await life.world.revisions()
        try await life.cluster.change(
            "{\(Self.rules("[{weight: 40, approve: true}, {weight: 60, approve: true}, {weight: 100}]"))}"
        )
        try await life.until(step: 1, "AwaitingApproval")
        try await life.pass(120)
        #expect(try await life.world.revisions() == before)
        #expect(try await life.status().plan?.progress.step == 1)
        #expect(try await life.cluster.resource()?.annotations[RolloutNames.Command.approve] == nil)
        try await life.annotate(RolloutNames.Command.approve, "1")
        try await life.until(step: 2, "AwaitingApproval")
        try await life.annotate(RolloutNames.Command.approve, "1,2")
        try await life.until("upgraded") { try await $0.status().version == "1.30.2" }
        try await life.expectAll("1-30-2")
        let told = try await life.life.events().filter { $0.hasPrefix("StepsChanged") }
        #expect(told.count == 1)
        #expect(told.first?.contains("step 2 (40%)") == true, "\(told)")
    }

    @Test("An edit to steps that are all larger moves nothing before a person approves")
    func aLargerFirstStepIsAskedFor() async throws {
        let life = try await Self.waiting()
        let before = try await life.world.revisions()
        try await life.cluster.change("{\(Self.rules("[{weight: 80}, {weight: 100}]"))}")
        try await life.until(step: 0, "AwaitingApproval")
        try await life.pass(120)
        #expect(try await life.world.revisions() == before)
        #expect(try await life.status().plan?.progress.step == 0)
        try await life.annotate(RolloutNames.Command.approve, "0")
        try await life.until("upgraded") { try await $0.status().version == "1.30.2" }
        try await life.expectAll("1-30-2")
    }

    @Test func aRecordTakenAwayPassesNoApprovalOver() async throws {
        let steps = "[{weight: 20, approve: true}, {weight: 60, approve: true}, {weight: 100}]"
        let life = try await UpgradeLife.start("{version: 1.29.2, profile: minimal, \(Self.rules(steps))}")
        try await life.cluster.change("{version: 1.30.2}")
        try await life.until(step: 1, "AwaitingApproval")
        try await life.annotate(RolloutNames.Command.approve, "1")
        try await life.until(step: 2, "AwaitingApproval")
        try await life.annotate(RolloutNames.Command.approve, nil)
        let patch: Tree = ["metadata": ["annotations": [RolloutNames.Annotation.record: .null]]]
        let key = ObjectKey(namespace: "istio-system", name: "istiod-1-30-2")
        _ = try await life.cluster.admin.patch(.deployments, key, .merge(patch))
        try await life.until(step: 1, "AwaitingApproval")
        try await life.pass(120)
        #expect(try await life.status().plan?.progress.step == 1)
        try await life.annotate(RolloutNames.Command.approve, "1")
        try await life.until(step: 2, "AwaitingApproval")
        try await life.annotate(RolloutNames.Command.approve, "1,2")
        try await life.until("upgraded") { try await $0.status().version == "1.30.2" }
        let told = try await life.life.events().filter { $0.hasPrefix("MovedByHand") }
        #expect(told.count == 1, "\(told)")
    }
}
