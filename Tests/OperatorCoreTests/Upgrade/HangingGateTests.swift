internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import KubeRuntime
internal import MeshAPI
internal import MeshBase
internal import RolloutControl
internal import RolloutEngine
internal import Testing

@testable internal import OperatorCore

/// Gates of an upgrade that never answer hold up nothing but their own step.
@Suite struct HangingGateTests {
    /// Never answers, until it is cancelled.
    struct Hanging: GateAsking {
        func ask(_ metric: AnalysisMetric, of analysis: AnalysisSpec, _ question: GateQuestion) async -> GateReading {
            await hang()
        }

        func ask(_ gate: AnalysisGate, _ question: GateQuestion) async -> GateReading { await hang() }

        private func hang() async -> GateReading {
            let (stream, continuation) = AsyncStream.makeStream(of: Never.self)
            for await _ in stream {}
            continuation.finish()
            return GateReading(.unavailable, "cancelled", taken: .epoch)
        }
    }

    static let analysis =
        "analysis: {interval: 10s, gates: [{name: smoke, type: ConfirmStep, url: http://x}, {name: chat, type: Event, url: http://y}]}"

    /// An upgrade at its first step, whose gate is being asked without end.
    static func hanging(_ body: @escaping @Sendable (UpgradeLife) async throws -> Void) async throws {
        let world = UpgradeWorld(try await TestCluster())
        try await world.cluster.create(
            "{version: 1.29.2, profile: minimal, upgrade: {steps: [{weight: 50}, {weight: 100}], retireAfter: 60s, \(analysis)}}"
        )
        let life = try UpgradeLife(world, gates: Hanging(), settlesGates: false)
        try await life.settle()
        try await world.makeNamespace("shop")
        try await world.makeApp("shop", "cart")
        try await world.makeApp("shop", "web")
        try await life.settle()
        try await withThrowingTaskGroup(of: Void.self) { group in
            let desk = life.life.reconciler.desk
            group.addTask { await desk.run { _ in } }
            try await world.cluster.change("{version: 1.30.2}")
            try await life.until(step: 1, "AwaitingGate")
            try await life.pass(20)
            // The clock by which small progress is held back stands still here: what the next status says is remembered.
            let object = try #require(try await life.cluster.resource())
            let waiting = life.life.reconciler.memories.of(object).upgrade.progress?.waitingFor ?? ""
            #expect(waiting.contains("waits for gate smoke; asks gate smoke since 20"), "\(waiting)")
            try await body(life)
            group.cancelAll()
        }
    }

    @Test func nothingIsWrittenWhileAGateHangs() async throws {
        try await Self.hanging { life in
            life.life.transport.forget()
            try await life.pass(120)
            #expect(life.life.transport.writes == [])
        }
    }

    @Test func aPauseCountsAtOnce() async throws {
        try await Self.hanging { life in
            try await life.cluster.change("{paused: true}")
            try await life.round()
            let status = try await life.status()
            #expect(status.phase == .paused)
            #expect(status.plan?.progress.reason == "Paused")
            try await life.cluster.change("{paused: false}")
            try await life.until(step: 1, "AwaitingGate")
        }
    }

    @Test func anAbortCountsAtOnce() async throws {
        try await Self.hanging { life in
            try await life.annotate(RolloutNames.Command.abort, "no")
            try await life.round()
            #expect(try await life.status().phase == .rollingBack)
            try await life.until("rolled back") { try await $0.status().plan?.progress.reason == "RolledBack" }
            try await life.expectAll("default")
        }
    }

    @Test func aChangedSpecCountsAtOnce() async throws {
        try await Self.hanging { life in
            try await life.cluster.change("{upgrade: {analysis: {gates: []}}}")
            try await life.round()
            #expect(try await life.status().plan?.progress.step == 2)
            try await life.until("upgraded") { try await $0.status().version == "1.30.2" }
        }
    }

    @Test func driftIsRepairedAtOnce() async throws {
        try await Self.hanging { life in
            let key = ObjectKey(namespace: UpgradeMesh.namespace, name: "istiod-1-30-2")
            _ = try await life.cluster.admin.delete(.services, key)
            try await life.round()
            #expect(try await life.cluster.admin.find(.services, key) != nil)
        }
    }
}
