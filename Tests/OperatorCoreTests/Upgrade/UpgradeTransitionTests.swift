internal import ControllerKit
internal import KubeAPI
internal import KubeClient
internal import KubeRuntime
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

    /// Number and sum of the hops that ended with a result, as metrics of a life tell.
    private static func hops(_ life: UpgradeLife, _ result: String) -> (count: Double, seconds: Double) {
        func value(_ suffix: String) -> Double {
            let start = "meshoperator_upgrade_duration_seconds_\(suffix){name=\"mesh\",result=\"\(result)\"} "
            let line = life.life.metrics.prometheusText().split(separator: "\n").first { $0.hasPrefix(start) }
            return line.flatMap { Double($0.dropFirst(start.count)) } ?? 0
        }
        return (value("count"), value("sum"))
    }

    @Test("A hop is measured from its start to the promotion, also by an operator that saw only its end")
    func durations() async throws {
        let spec = "{version: 1.28.4, profile: minimal, upgrade: {steps: [{weight: 50, hold: 200s}, {weight: 100}]}}"
        var life = try await UpgradeLife.start(spec)
        try await life.cluster.change("{version: 1.30.2}")
        let began = life.cluster.now
        try await life.until(step: 1, "Holding")
        try await life.pass(100)
        life = try UpgradeLife(life.world)
        try await life.until("first hop") { try await $0.status().version == "1.29.2" }
        let first = life.cluster.now - began
        #expect(Self.hops(life, "Completed").count == 1)
        #expect(abs(Self.hops(life, "Completed").seconds - Double(first.components.seconds)) <= 5, "\(first)")
        try await life.until("second hop", limit: 900) { try await $0.status().version == "1.30.2" }
        let all = Self.hops(life, "Completed")
        let whole = Double((life.cluster.now - began).components.seconds)
        #expect(all.count == 2 && abs(all.seconds - whole) <= 20, "\(all) of \(whole)")
        #expect(Self.hops(life, "RolledBack").count == 0)
    }

    @Test("A hop that goes back is measured until everything is back, once")
    func durationOfTheWayBack() async throws {
        let spec = "{version: 1.29.2, profile: minimal, upgrade: {steps: [{weight: 50, hold: 1h}, {weight: 100}]}}"
        var life = try await UpgradeLife.start(spec)
        try await life.cluster.change("{version: 1.30.2}")
        let began = life.cluster.now
        try await life.until(step: 1, "Holding")
        try await life.pass(300)
        try await life.annotate(RolloutNames.Command.abort, "no")
        try await life.until("going back") { try await $0.status().phase == .rollingBack }
        life = try UpgradeLife(life.world)
        try await life.until("back") { try await $0.status().phase == .rolledBack }
        let took = Double((life.cluster.now - began).components.seconds)
        let measured = Self.hops(life, "RolledBack")
        #expect(measured.count == 1 && abs(measured.seconds - took) <= 5, "\(measured) of \(took)")
        try await life.pass(60)
        let next = try UpgradeLife(life.world)
        try await next.pass(60)
        #expect(Self.hops(life, "RolledBack").count == 1 && Self.hops(next, "RolledBack").count == 0)
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
