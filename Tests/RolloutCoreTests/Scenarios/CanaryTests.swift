internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import MeshAPI
internal import MeshBase
internal import Testing

@testable internal import RolloutCore

@Suite struct CanaryTests {
    @Test func movesStepByStepAndPromotes() async throws {
        let cluster = try await SampleRollout.cluster()
        let life = try DirectRollout(cluster)
        try await life.run(3)
        #expect(try await cluster.status().phase == .idle)
        try await cluster.deploy("reviews-v2", version: "v2")
        var seen: [Int64] = []
        try await life.run(200) { cluster in
            let weight = try await cluster.weights()["v2"] ?? 0
            if seen.last != weight { seen.append(weight) }
            return try await cluster.status().phase == .completed
        }
        #expect(seen == [0, 5, 25, 50, 100])
        try await life.run(10)
        let status = try await cluster.status()
        #expect(status.phase == .completed)
        #expect(status.stable == "v2")
        let service = try #require(try await cluster.service())
        #expect(service.annotations == ["team": "shop"])
        let wanted = try requireDocument(
            "[{name: primary, timeout: 3s, route: [{destination: {host: reviews, subset: v2}, weight: 100}]}]"
        )
        #expect(service.tree.value(at: "spec", "http") == wanted)
        let old = try await cluster.find(.deployments, "reviews-v1")
        #expect(old?.tree.value(at: "spec", "replicas") == 0)
        let before = life.transport.writes.count
        try await life.run(30)
        #expect(life.transport.writes.count == before, "\(life.transport.writes.suffix(3))")
    }

    @Test func abortGivesEverythingBack() async throws {
        let cluster = try await SampleRollout.cluster()
        let life = try DirectRollout(cluster)
        let service = try #require(try await cluster.service())
        let rule = try #require(try await cluster.find(TrafficResources.destinationRules, "reviews"))
        try await cluster.deploy("reviews-v2", version: "v2")
        try await life.run(100) { try await $0.weights()["v2"] == 25 }
        #expect(try await cluster.weights() == ["v1": 75, "v2": 25])
        try await cluster.annotate(RolloutNames.Command.abort, "looks odd")
        try await life.run(to: .rolledBack)
        try await life.run(20)
        let after = try #require(try await cluster.service())
        #expect(after.tree["spec"] == service.tree["spec"])
        #expect(after.annotations == service.annotations)
        let ruleAfter = try #require(try await cluster.find(TrafficResources.destinationRules, "reviews"))
        #expect(ruleAfter.tree["spec"] == rule.tree["spec"])
        #expect(ruleAfter.annotations == rule.annotations)
        let before = life.transport.writes.count
        try await life.run(30)
        #expect(life.transport.writes.count == before, "\(life.transport.writes.suffix(3))")
        try await cluster.annotate(RolloutNames.Command.retry, cluster.now.rfc3339)
        try await life.run(to: .completed)
    }
}
