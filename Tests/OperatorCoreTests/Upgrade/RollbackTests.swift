internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import MeshBase
internal import RolloutControl
internal import RolloutEngine
internal import Synchronization
internal import Testing

@testable internal import OperatorCore

/// Gates that answer as a test says.
final class ScriptedGates: GateAsking {
    private let answer: Mutex<GateReading.Outcome>
    private let asked = Mutex<[GateQuestion]>([])
    let now: @Sendable () -> Timestamp

    init(_ answer: GateReading.Outcome, now: @escaping @Sendable () -> Timestamp) {
        self.answer = Mutex(answer)
        self.now = now
    }

    private let endings = Mutex<[String]>([])
    /// Whose Jobs were ended, and where.
    var ended: [String] { endings.withLock { $0 } }

    func endJobs(of subject: GateSubject, in namespace: String) async -> String? {
        endings.withLock { $0.append("\(subject.key) in \(namespace)") }
        return nil
    }

    var questions: [GateQuestion] { asked.withLock { $0 } }
    func say(_ outcome: GateReading.Outcome) { answer.withLock { $0 = outcome } }

    func ask(_ metric: AnalysisMetric, of analysis: AnalysisSpec, _ question: GateQuestion) async -> GateReading {
        reply(question)
    }

    func ask(_ gate: AnalysisGate, _ question: GateQuestion) async -> GateReading { reply(question) }

    private func reply(_ question: GateQuestion) -> GateReading {
        asked.withLock { $0.append(question) }
        return GateReading(answer.withLock { $0 }, "0.8 is below 0.95", taken: now())
    }
}

/// Upgrades that do not go well, and changes of mind.
@Suite struct RollbackTests {
    static let quick =
        "profile: minimal, upgrade: {steps: [{weight: 50, hold: 30s}, {weight: 100}], "
        + "retireAfter: 60s, progressDeadline: 120s}"

    static func started(_ extra: String = "") async throws -> UpgradeLife {
        let life = try await UpgradeLife.start("{version: 1.29.2, \(quick)\(extra)}")
        try await life.cluster.change("{version: 1.30.2}")
        return life
    }

    static func expectAsBefore(_ life: UpgradeLife) async throws {
        try await life.expectAll("default")
        #expect(
            try await life.world.namespaceLabels("shop") == [
                "istio-injection": "enabled", "kubernetes.io/metadata.name": "shop",
            ]
        )
        #expect(try await life.world.namespaceLabels("pay")["istio.io/rev"] == "default")
        for namespace in ["shop", "pay"] {
            let found = try await life.cluster.admin.get(.namespaces, ObjectKey(name: namespace))
            #expect(found.annotations.keys.filter { $0.contains("meshoperator") } == [])
        }
    }

    @Test func goesBackWhenAGateFailsAndSaysWhich() async throws {
        let cluster = try await TestCluster()
        let gates = ScriptedGates(.passed) { cluster.now }
        let world = UpgradeWorld(cluster)
        let analysis =
            "analysis: {interval: 10s, failureLimit: 1, gates: [{name: smoke, type: ConfirmStep, url: http://x}, "
            + "{name: chat, type: Event, url: http://y}], metrics: [{name: load, dryRun: true, job: {template: {}}}]}"
        try await cluster.create(
            "{version: 1.29.2, profile: minimal, upgrade: {steps: [{weight: 50, hold: 30s}, {weight: 100, hold: 60s}], "
                + "retireAfter: 60s, \(analysis)}}"
        )
        let life = try UpgradeLife(world, gates: gates)
        try await life.settle()
        try await world.makeNamespace("shop")
        try await world.makeApp("shop", "cart")
        try await world.makeApp("shop", "web")
        try await life.settle()
        try await cluster.change("{version: 1.30.2}")
        try await life.until(step: 2, "Holding")
        #expect(gates.questions.contains { $0.step == 1 && $0.new.values["revision"] == "1-30-2" })
        let settled = try #require(gates.questions.last { $0.step == 1 && $0.message.isEmpty })
        #expect(settled.new.workloads?.map(\.description) == ["shop/cart"], "moved at 50%")
        #expect(settled.stable?.workloads?.map(\.description) == ["shop/web"])
        let told = gates.questions.filter { !$0.message.isEmpty }.map(\.reason)
        #expect(told.count { $0 == "Holding" } == 2, "the event gate hears of each transition once: \(told)")
        #expect(gates.ended == [], "a step whose Job may run")
        gates.say(.failed)
        try await life.until("rolled back") { try await $0.status().plan?.progress.reason == "RolledBack" }
        #expect(gates.ended == ["mesh in istio-system"])
        let status = try await life.status()
        #expect(status.phase == .rolledBack)
        let degraded = try #require(status.condition(.degraded))
        #expect(degraded.reason == "GateFailed")
        #expect(degraded.message.contains("gate smoke failed 2 times at step 2 of 2 (100%): 0.8 is below 0.95"))
        let smoke = try #require(status.plan?.progress.gates.first { $0.name == "smoke" })
        #expect(smoke.outcome == "Failed" && smoke.failures == 2 && smoke.message.contains("0.8"), "it stays: \(smoke)")
        try await life.expectAll("default")
        #expect(try await life.istiods() == ["istiod", "istiod-1-30-2"], "kept for a look")
        try await life.pass(90)
        #expect(try await life.istiods() == ["istiod"])
        try await life.pass(60)
        #expect(try await life.status().plan?.progress.reason == "RolledBack", "it is not tried again by itself")
        life.life.transport.forget()
        try await life.pass(60)
        #expect(life.life.transport.writes == [])
        #expect(gates.ended.count == 1, "once for a verdict")
        gates.say(.passed)
        try await life.annotate(RolloutNames.Command.retry, cluster.now.rfc3339)
        try await life.until("upgraded", limit: 600) { try await $0.status().version == "1.30.2" }
        try await life.expectAll("1-30-2")
    }

    @Test func goesBackWhenAWorkloadNeverComesUp() async throws {
        let life = try await Self.started()
        life.world.breakPods("cart", with: ["1-30-2"])
        try await life.until("rolled back", limit: 900) { try await $0.status().plan?.progress.reason == "RolledBack" }
        let degraded = try #require(try await life.status().condition(.degraded))
        #expect(degraded.reason == "ProgressDeadlineExceeded")
        #expect(degraded.message.contains("Deployment shop/cart"), "\(degraded.message)")
        try await Self.expectAsBefore(life)
        try await life.pass(90)
        #expect(try await life.istiods() == ["istiod"])
    }

    @Test func goesBackWhenTheControlPlaneNeverComesUp() async throws {
        let life = try await UpgradeLife.start("{version: 1.29.2, \(Self.quick)}")
        life.world.breakPods("istiod-1-30-2", with: [])
        try await life.cluster.change("{version: 1.30.2}")
        try await life.until("rolled back", limit: 900) { try await $0.status().plan?.progress.reason == "RolledBack" }
        try await Self.expectAsBefore(life)
        try await life.pass(90)
        #expect(try await life.istiods() == ["istiod"])
    }

    @Test func goesBackWhenAPersonAsks() async throws {
        let life = try await Self.started()
        try await life.until(step: 1, "Holding")
        try await life.annotate(RolloutNames.Command.abort, "too many errors")
        try await life.until("rolled back") { try await $0.status().plan?.progress.reason == "RolledBack" }
        #expect(try await life.status().condition(.degraded)?.reason == "Aborted")
        try await Self.expectAsBefore(life)
    }

    @Test func goesBackWhenTheOldVersionIsAskedFor() async throws {
        let life = try await Self.started()
        try await life.until(step: 1, "Holding")
        try await life.cluster.change("{version: 1.29.2}")
        try await life.settle()
        try await Self.expectAsBefore(life)
        #expect(try await life.istiods() == ["istiod"])
        #expect(try await life.status().phase == .ready)
        life.life.transport.forget()
        try await life.pass(60)
        #expect(life.life.transport.writes == [])
    }

    @Test func takesUpAThirdVersionAfterGoingBack() async throws {
        let life = try await UpgradeLife.start("{version: 1.29.1, \(Self.quick)}")
        try await life.cluster.change("{version: 1.29.2}")
        try await life.until(step: 1, "Holding")
        try await life.cluster.change("{version: 1.30.2}")
        try await life.until("upgraded", limit: 900) { try await $0.status().version == "1.30.2" }
        try await life.expectAll("1-30-2")
        try await life.pass(150)
        #expect(try await life.istiods() == ["istiod-1-30-2"])
    }

    @Test func waitsForAPersonWhereRollbackIsManual() async throws {
        let life = try await UpgradeLife.start(
            "{version: 1.29.2, profile: minimal, upgrade: {steps: [{weight: 50}, {weight: 100}], rollback: Manual, "
                + "progressDeadline: 60s}}"
        )
        life.world.breakPods("cart", with: ["1-30-2"])
        try await life.cluster.change("{version: 1.30.2}")
        try await life.until("failed", limit: 600) { try await $0.status().plan?.progress.reason == "Failed" }
        try await life.pass(120)
        #expect(try await life.world.revisions()["pay/bank"] == ["1-30-2"], "nothing goes back by itself")
        // The time of the way back counts from the order, not from the failure.
        life.world.breakPods("cart", with: ["1-30-2", "default"])
        try await life.annotate(RolloutNames.Command.abort, "true")
        try await life.pass(40)
        #expect(try await life.status().phase == .rollingBack)
        try await life.until("stalled") { try await $0.status().plan?.progress.reason == "RollbackStalled" }
        life.world.heal()
        try await life.until("rolled back") { try await $0.status().plan?.progress.reason == "RolledBack" }
        try await Self.expectAsBefore(life)
    }
}
