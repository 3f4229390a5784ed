internal import ControllerKit
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import MeshBase
internal import Testing

@testable internal import OperatorCore

/// What is told of an upgrade on its way, and what people may say to it while it is being made the stable one.
@Suite struct UpgradeTransitionTests {
    static let quick =
        "{version: 1.29.2, profile: minimal, upgrade: {steps: [{weight: 10}, {weight: 20}, {weight: 30}, {weight: 100}], "
        + "retireAfter: 60s}}"

    @Test("Each step has its Event, also those that are over before the status is written")
    func everyStep() async throws {
        let life = try await UpgradeLife.start(Self.quick)
        try await life.cluster.change("{version: 1.30.2}")
        try await life.until("upgraded") { try await $0.status().version == "1.30.2" }
        let steps = try await life.life.events().filter { $0.hasPrefix("StepStarted") }
        for (number, weight) in [(1, 10), (2, 20), (3, 30), (4, 100)] {
            let text = "StepStarted: step \(number) of 4: \(weight)%"
            #expect(steps.count { $0.hasPrefix(text) } == 1, "\(text) in \(steps)")
        }
    }

    /// An upgrade whose new revision is being made the stable one.
    private func promoting() async throws -> UpgradeLife {
        let life = try await UpgradeLife.start(Self.quick)
        try await life.cluster.change("{version: 1.30.2}")
        try await life.until("promoting") { life in
            let key = ObjectKey(namespace: "istio-system", name: "istiod-1-30-2")
            guard let istiod = try await life.cluster.admin.find(.deployments, key) else { return false }
            return RevisionMarks(reading: istiod.annotations).isPromoting
        }
        return life
    }

    @Test("A pause during the promotion lets tags arrive and keeps the rest where it is, until it is taken off")
    func pausedPromotion() async throws {
        let life = try await promoting()
        try await life.annotate(RolloutNames.Command.pause, "true")
        try await life.until("paused") { try await $0.status().plan?.progress.reason == "Paused" }
        try await life.pass(120)
        #expect(try await life.status().plan?.progress.reason == "Paused")
        #expect(try await life.world.namespaceLabels("pay")["istio.io/rev"] == "1-30-2")
        try await life.annotate(RolloutNames.Command.pause, nil)
        try await life.until("upgraded") { try await $0.status().version == "1.30.2" }
        #expect(try await life.world.namespaceLabels("pay")["istio.io/rev"] == "default")
        try await life.expectAll("1-30-2")
    }

    @Test("An abort during the promotion comes too late, and the status says what goes back then")
    func abortedPromotion() async throws {
        let life = try await promoting()
        try await life.annotate(RolloutNames.Command.pause, "true")
        try await life.annotate(RolloutNames.Command.abort, "too late")
        try await life.until("told") { life in
            try await life.status().plan?.progress.waitingFor.contains("meshctl rollout undo") == true
        }
        try await life.annotate(RolloutNames.Command.pause, nil)
        try await life.until("upgraded") { try await $0.status().version == "1.30.2" }
        try await life.expectAll("1-30-2")
    }
}
