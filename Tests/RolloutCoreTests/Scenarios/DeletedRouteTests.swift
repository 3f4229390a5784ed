internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import MeshBase
internal import MeshTestKit
internal import Testing

@testable internal import RolloutCore

/// VirtualServices and DestinationRules that are deleted in the middle of a rollout.
@Suite struct DeletedRouteTests {
    /// A rollout that makes its objects and holds at 25 percent.
    static func made() async throws -> (TestCluster, DirectRollout) {
        let cluster = try await TestCluster()
        try await cluster.deploy("reviews-v1", version: "v1")
        _ = try await cluster.step()
        try await cluster.rollOut(SampleRollout.spec("steps: [{setWeight: 25, hold: 10m}, {setWeight: 50, hold: 10m}]"))
        let life = try DirectRollout(cluster)
        try await life.run(2)
        try await cluster.deploy("reviews-v2", version: "v2")
        try await life.run(30) { try await $0.status().progress.reason == "Holding" }
        #expect(try await cluster.weights() == ["v1": 75, "v2": 25])
        return (cluster, life)
    }

    @Test func theUsersVirtualServiceIsMissedAndTheRolloutBeginsAnewWithIt() async throws {
        let (cluster, life) = try await HandEditTests.begun()
        _ = try await cluster.admin.delete(TrafficResources.virtualServices, TestCluster.key)
        try await life.run(5)
        var status = try await cluster.status()
        #expect(status.phase == .progressing)
        #expect(status.progress.reason == "RouteDeleted")
        #expect(status.progress.waitingFor.contains("VirtualService shop/reviews is not there any more"))
        #expect(status.condition(.degraded)?.reason == "RouteDeleted")
        #expect(status.condition(.preflight)?.state == .yes, "no check failed")
        let before = life.transport.writes.count
        try await life.run(1_200)
        status = try await cluster.status()
        #expect(status.progress.reason == "RouteDeleted", "it is held as long as it takes")
        #expect(life.transport.writes.count == before, "and nothing is written meanwhile")
        try await cluster.create(SampleRollout.service, TrafficResources.virtualServices)
        try await life.run(20)
        #expect(try await cluster.weights() == ["v1": 75, "v2": 25])
        #expect(try await cluster.status().progress.step == 1)
        #expect(try await cluster.status().condition(.degraded)?.state == .no)
        let events = try await life.events()
        #expect(events.count { $0.reason == "RouteDeleted" && $0.type == "Warning" } == 1)
        #expect(events.count { $0.reason == "PreflightFailed" } == 0)
    }

    @Test func oneOfSeveralVirtualServicesHoldsTheOthersUntilTheDeadline() async throws {
        let spec = SampleRollout.spec(
            """
            virtualServices: [{name: reviews}, {name: edge}]
            destinationRule: {name: reviews}
            steps: [{setWeight: 25, hold: 20m}, {setWeight: 50}]
            """
        )
        let edge = SampleRollout.service.replacing("name: reviews, namespace", with: "name: edge, namespace")
        for isBack in [true, false] {
            let cluster = try await SampleRollout.cluster(spec)
            try await cluster.create(edge, TrafficResources.virtualServices)
            let life = try DirectRollout(cluster)
            try await cluster.deploy("reviews-v2", version: "v2")
            try await life.run(30) { try await $0.status().progress.reason == "Holding" }
            let key = ObjectKey(namespace: "shop", name: "edge")
            _ = try await cluster.admin.delete(TrafficResources.virtualServices, key)
            try await life.run(300)
            #expect(try await cluster.status().progress.reason == "RouteDeleted")
            #expect(try await cluster.weights() == ["v1": 75, "v2": 25])
            if isBack {
                try await cluster.create(edge, TrafficResources.virtualServices)
                try await life.run(10)
                #expect(try await cluster.weights("edge") == ["v1": 75, "v2": 25])
                #expect(try await cluster.status().progress.step == 1)
            } else {
                try await life.run(to: .rolledBack, within: 400)
                #expect(try await cluster.status().progress.waitingFor.contains("VirtualService shop/edge"))
                try await cluster.scale("reviews-v2", 0)
                try await life.run(5)
                #expect(try await cluster.service()?.annotations == ["team": "shop"])
            }
        }
    }

    @Test func aVirtualServiceOfOursIsMadeAgain() async throws {
        let (cluster, life) = try await Self.made()
        _ = try await cluster.admin.delete(TrafficResources.virtualServices, TestCluster.key)
        var seen: [Int64] = []
        try await life.run(30) { cluster in
            let weight = try await cluster.weights()["v2"] ?? 0
            if seen.last != weight { seen.append(weight) }
            return try await cluster.status().progress.reason == "Holding"
        }
        #expect(try await cluster.weights() == ["v1": 75, "v2": 25])
        #expect(try await cluster.status().progress.step == 1)
        let events = try await life.events().filter { $0.reason == "RouteDeleted" }
        #expect(events.count == 1 && events.first?.type == "Warning")
        #expect(events.first?.note.contains("made again, with all traffic on version v1") == true, "\(events)")
    }

    @Test func aDestinationRuleOfOursIsMadeAgainAtOnce() async throws {
        let (cluster, life) = try await Self.made()
        try await life.run(300)
        _ = try await cluster.admin.delete(TrafficResources.destinationRules, TestCluster.key)
        try await life.run(1)
        let rule = try #require(try await cluster.find(TrafficResources.destinationRules, "reviews"))
        #expect(rule.tree.value(at: "spec", "subsets")?.array?.count == 2)
        #expect(try await cluster.status().progress.step == 1)
        try await life.run(400)
        #expect(try await cluster.status().progress.step == 1, "its hold begins anew")
        let events = try await life.events().filter { $0.reason == "RouteDeleted" }
        #expect(events.count == 1 && events.first?.note.contains("DestinationRule shop/reviews") == true)
    }

    /// A subset that is not there is no way for requests: the routes go back at once, whatever the spec says of rollbacks.
    @Test(arguments: ["Automatic", "Manual"]) func theUsersDestinationRuleTakesEverythingBack(rollback: String)
        async throws
    {
        let (cluster, life) = try await HandEditTests.begun(HandEditTests.held + "\nrollback: \(rollback)")
        try await cluster.annotate(RolloutNames.Command.pause, "true")
        try await life.run(2)
        _ = try await cluster.admin.delete(TrafficResources.destinationRules, TestCluster.key)
        try await life.run(1)
        let service = try #require(try await cluster.service())
        #expect(service.tree["spec"] == (try requireDocument(SampleRollout.service))["spec"])
        try await life.run(3)
        let status = try await cluster.status()
        #expect(status.phase == .rolledBack)
        #expect(status.progress.waitingFor.contains("DestinationRule shop/reviews was deleted"))
        let before = life.transport.writes.count
        try await life.run(30)
        #expect(life.transport.writes.count == before)
        try await cluster.create(SampleRollout.rule, TrafficResources.destinationRules)
        try await cluster.annotate(RolloutNames.Command.pause, nil)
        try await cluster.annotate(RolloutNames.Command.retry, cluster.now.rfc3339)
        try await life.run(20)
        #expect(try await cluster.weights() == ["v1": 75, "v2": 25])
    }

    /// The way back heals nothing where a route of the user's own leads to a subset that went with the DestinationRule.
    @Test func aSubsetThatTheUsersOwnRouteNamesIsMissed() async throws {
        let service = SampleRollout.service.replacing("host: reviews}", with: "host: reviews, subset: v1}")
        let (cluster, life) = try await HandEditTests.begun(service: service)
        _ = try await cluster.admin.delete(TrafficResources.destinationRules, TestCluster.key)
        try await life.run(5)
        let status = try await cluster.status()
        #expect(status.phase == .rolledBack)
        let lost = "VirtualService shop/reviews leads to subset v1 by itself, which nobody defines"
        let remedy = "requests fail until DestinationRule shop/reviews is created again"
        #expect(status.progress.waitingFor.contains("\(lost): \(remedy)"), "\(status.progress.waitingFor)")
        #expect(status.condition(.degraded)?.message.contains(remedy) == true)
        #expect(!status.progress.waitingFor.contains("find a way"))
    }

    @Test func aDestinationRuleThatIsDeletedDuringAPromotionByCopyIsMadeAgain() async throws {
        let cluster = try await TestCluster()
        try await cluster.deploy("reviews-v1", version: "v1")
        _ = try await cluster.step()
        try await cluster.rollOut(SampleRollout.spec("steps: [{setWeight: 50}]\npromotion: {mode: CopyTemplate}"))
        let life = try DirectRollout(cluster)
        try await life.run(2)
        try await cluster.deploy("reviews-v2", version: "v2")
        try await life.run(60) { try await $0.status().phase == .promoting }
        _ = try await cluster.admin.delete(TrafficResources.destinationRules, TestCluster.key)
        try await life.run(1)
        #expect(try await cluster.find(TrafficResources.destinationRules, "reviews") != nil)
        try await life.run(to: .completed, within: 120)
    }

    @Test func atRestOursComeBackWithoutARollout() async throws {
        let (cluster, life) = try await Self.made()
        try await cluster.annotate(RolloutNames.Command.promote, "full")
        try await life.run(to: .completed, within: 60)
        _ = try await cluster.admin.delete(TrafficResources.virtualServices, TestCluster.key)
        try await life.run(3)
        #expect(try await cluster.weights() == ["v2": 100])
        #expect(try await cluster.status().phase == .completed)
        #expect(try await life.events().count { $0.reason == "RouteDeleted" } == 1)
    }
}
