internal import ControllerKit
internal import KubeAPI
internal import KubeRuntime
internal import MeshAPI
internal import MeshBase
internal import Testing

@testable internal import RolloutCore

/// `meshoperator_rollout_duration_seconds` is the time of a whole rollout.
@Suite struct DurationTests {
    /// Number and sum of the rollouts that ended in a phase, as the metrics of a life tell.
    static func measured(_ life: DirectRollout, _ phase: RolloutPhase) -> (count: Double, seconds: Double) {
        func value(_ suffix: String) -> Double {
            let start = "meshoperator_rollout_duration_seconds_\(suffix){result=\"\(phase.rawValue)\"} "
            let line = life.metrics.prometheusText().split(separator: "\n").first { $0.hasPrefix(start) }
            return line.flatMap { Double($0.dropFirst(start.count)) } ?? 0
        }
        return (value("count"), value("sum"))
    }

    private static func ended(_ life: DirectRollout, _ phase: RolloutPhase) -> Bool {
        life.metrics.prometheusText().contains(
            "meshoperator_rollouts_total{name=\"reviews\",namespace=\"shop\",result=\"\(phase.rawValue)\"} 1"
        )
    }

    @Test("From the start to the promotion, also by an operator that saw only the last step", arguments: [false, true])
    func completed(_ isReplaced: Bool) async throws {
        let cluster = try await SampleRollout.cluster()
        var life = try DirectRollout(cluster)
        try await life.run(2)
        try await cluster.deploy("reviews-v2", version: "v2")
        let began = cluster.now
        try await life.run(60) { try await $0.weights()["v2"] == 50 }
        if isReplaced { life = try DirectRollout(cluster) }
        try await life.run(to: .completed)
        let took = Double((cluster.now - began).components.seconds)
        let measured = Self.measured(life, .completed)
        #expect(took > 20, "it has holds of 23 s")
        #expect(measured.count == 1 && abs(measured.seconds - took) <= 3, "\(measured) of \(took)")
        try await life.run(30)
        #expect(Self.measured(life, .completed).count == 1 && Self.measured(life, .rolledBack).count == 0)
        #expect(Self.ended(life, .completed))
    }

    @Test("To all traffic being back", arguments: [false, true])
    func rolledBack(_ isReplaced: Bool) async throws {
        let cluster = try await SampleRollout.cluster()
        var life = try DirectRollout(cluster)
        try await life.run(2)
        try await cluster.deploy("reviews-v2", version: "v2")
        let began = cluster.now
        try await life.run(60) { try await $0.weights()["v2"] == 25 }
        if isReplaced { life = try DirectRollout(cluster) }
        try await cluster.annotate(RolloutNames.Command.abort, "no")
        try await life.run(to: .rolledBack)
        let took = Double((cluster.now - began).components.seconds)
        let measured = Self.measured(life, .rolledBack)
        #expect(measured.count == 1 && abs(measured.seconds - took) <= 3 && took > 10, "\(measured) of \(took)")
        try await life.run(30)
        #expect(Self.measured(life, .rolledBack).count == 1 && Self.measured(life, .completed).count == 0)
        #expect(Self.ended(life, .rolledBack))
    }

    @Test("A rollout whose canary goes away was rolled back, whatever the phase is at rest")
    func superseded() async throws {
        let cluster = try await SampleRollout.cluster()
        let life = try DirectRollout(cluster)
        try await life.run(2)
        try await cluster.deploy("reviews-v2", version: "v2")
        try await life.run(60) { try await $0.weights()["v2"] == 25 }
        try await cluster.scale("reviews-v2", 0)
        try await life.run(30)
        #expect(Self.measured(life, .rolledBack).count == 1)
        #expect(Self.measured(life, .rolledBack).seconds > 10)
    }
}
