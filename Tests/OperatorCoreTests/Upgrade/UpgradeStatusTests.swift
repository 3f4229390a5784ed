internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import MeshBase
internal import RolloutEngine
internal import Testing

@testable internal import OperatorCore

/// What a status says of revisions and gateways is what runs, whatever was asked for.
@Suite struct UpgradeStatusTests {
    static let gateways = "upgrade: {steps: [{weight: 50, approve: true}, {weight: 100}], retireAfter: 30s}"

    @Test("A gateway is shown with the revision that runs it after an upgrade that failed is dismissed")
    func dismissed() async throws {
        let life = try await UpgradeLife.start("{version: 1.29.2, \(Self.gateways)}")
        try await life.cluster.change("{version: 1.30.2}")
        try await life.until(step: 1, "AwaitingApproval")
        let half = try #require(try await life.status().gateways.first)
        #expect(half.revision == "default" && half.weight == 50)
        try await life.annotate(RolloutNames.Command.abort, "no")
        try await life.until("rolled back") { try await $0.status().plan?.progress.reason == "RolledBack" }
        try await life.pass(60)
        #expect(try await life.istiods() == ["istiod"])
        let gateway = try #require(try await life.status().gateways.first)
        #expect(gateway.revision == "default")
        #expect(gateway.weight == nil, "nothing moves")
    }

    @Test("A gateway is shown with the revision that runs it while an upgrade is refused")
    func refused() async throws {
        let life = try await UpgradeLife.start("{version: 1.29.2, \(Self.gateways)}")
        try await UpgradeRetryTests.addFilter(life)
        try await life.cluster.change("{version: 1.30.2}")
        try await life.until("refused") { try await $0.status().plan?.progress.reason == "PreflightFailed" }
        let gateway = try #require(try await life.status().gateways.first)
        #expect(gateway.revision == "default")
        #expect(gateway.weight == nil)
    }

    @Test("A revision that comes up makes neither the one in use nor injection unready")
    func comingUp() async throws {
        let life = try await UpgradeLife.start("{version: 1.29.2, profile: minimal, \(Self.gateways)}")
        life.world.breakPods("istiod-1-30-2", with: [])
        try await life.cluster.change("{version: 1.30.2}")
        try await life.until("preparing") { try await $0.status().plan?.progress.reason == "Preparing" }
        try await life.pass(20)
        let status = try await life.status()
        #expect(status.revisions.first { $0.name == "default" }?.ready == true)
        #expect(status.revisions.first { $0.name == "1-30-2" }?.ready == false)
        #expect(status.condition(.injectionReady)?.state == .yes)
    }

    @Test("While a mesh with two revisions waits to be removed its status tells both, their proxies and the gateway")
    func removed() async throws {
        let life = try await UpgradeLife.start("{version: 1.29.1, \(Self.gateways)}")
        try await UpgradeReturnTests.go(life, to: "1.29.2")
        try await life.pass(60)
        try await life.cluster.change("{version: 1.30.2}")
        try await life.until(step: 1, "AwaitingApproval")
        _ = try await life.cluster.admin.delete(MeshNames.resource, TestCluster.key)
        for _ in 0..<4 { try await life.round() }
        let status = try await life.status()
        #expect(status.phase == .deleting)
        #expect(status.condition(.ready)?.reason == "InUse")
        #expect(status.version == "1.29.2" && status.revision == "1-29-2")
        #expect(status.targetRevision == "1-30-2")
        #expect(status.revisions.map(\.name) == ["1-29-2", "1-30-2"])
        #expect(status.revisions.map(\.version) == ["1.29.2", "1.30.2"])
        #expect(status.revisions.map(\.ready) == [true, true])
        #expect(status.revisions.map(\.proxies) == [1, 3], "cart with two pods and bank have moved")
        #expect(status.revisions.first?.tags == ["default"])
        #expect(status.proxies == "3/4")
        #expect(status.plan == nil)
        let gateway = try #require(status.gateways.first)
        #expect(["1-29-2", "1-30-2"].contains(gateway.revision) && gateway.weight == nil)
        #expect(status.components.filter { !$0.ready } == [])
    }

    @Test("A command that cannot be read is told once, whenever it comes, and no longer once it is gone")
    func mistyped() async throws {
        let life = try await UpgradeLife.start("{version: 1.29.2, profile: minimal, \(Self.gateways)}")
        try await life.pass(30)
        try await life.annotate(RolloutNames.Command.approve, "one")
        try await life.pass(30)
        func condition() async throws -> MeshCondition? {
            try await life.status().conditions.first { $0.type == "CommandUnreadable" }
        }
        #expect(try await condition()?.message.contains("\"one\" cannot be read; write steps counted from 1") == true)
        #expect(try await life.status().condition(.ready)?.state == .yes)
        try await life.annotate(RolloutNames.Command.approve, nil)
        try await life.pass(30)
        #expect(try await condition() == nil)
        let events = try await life.life.events().filter { $0.hasPrefix("CommandUnreadable") }
        #expect(events.count == 1, "\(events)")
    }
}
