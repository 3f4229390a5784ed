internal import ControllerKit
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import RolloutEngine
internal import Testing

@testable internal import OperatorCore

/// Meshes of more namespaces and workloads than one reconcile writes.
@Suite struct UpgradeBatchTests {
    @Test(
        "One reconcile moves no more than it may, and all moves, and goes back, all the same",
        arguments: [true, false]
    )
    func batches(goesBack: Bool) async throws {
        let first = try await UpgradeLife.start(
            "{version: 1.29.2, profile: minimal, upgrade: {steps: [{weight: 100, approve: true}], retireAfter: 30s, "
                + "workloads: {maxUnavailable: 100%}}}"
        )
        for number in 0..<5 { try await first.world.makeApp("shop", "app-\(number)") }
        try await first.settle()
        let labels = try await first.world.cluster.admin.get(.namespaces, ObjectKey(name: "shop")).labels
        let life = try UpgradeLife(first.world, moveLimit: 2)
        try await life.settle()
        try await life.cluster.change("{version: 1.30.2}")
        var most = 0
        var seen = 0
        func measure() {
            let writes = life.life.transport.writes
            let moved = writes.dropFirst(seen).filter { $0.path.contains("/shop") || $0.path.contains("/pay") }
            most = max(most, moved.count)
            seen = writes.count
        }
        try await life.until("asks for approval") { life in
            measure()
            return try await life.status().plan?.progress.reason == "AwaitingApproval"
        }
        try await life.expectAll("1-30-2")
        try await life.annotate(
            goesBack ? RolloutNames.Command.abort : RolloutNames.Command.approve,
            goesBack ? "no" : "1"
        )
        try await life.settle { _ in measure() }
        try await life.pass(60)
        try await life.settle { _ in measure() }
        try await life.expectAll(goesBack ? "default" : "1-30-2")
        #expect(most == 2, "reconciles are as full as they may be, and no fuller")
        let after = try await life.world.cluster.admin.get(.namespaces, ObjectKey(name: "shop")).labels
        #expect(after == labels)
        let status = try await life.status()
        #expect(life.life.reconciler.ledger.notedIDs.isEmpty, "nothing is kept of what is gone")
        #expect(status.version == (goesBack ? "1.29.2" : "1.30.2"), "\(status)")
    }
}
