internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import MeshBase
internal import RolloutControl
internal import RolloutEngine
internal import Testing

@testable internal import RolloutCore

/// Gates, approvals and groups.
@Suite struct GateTests {
    static func spec(_ steps: String, _ more: String = "") -> String {
        SampleRollout.spec(
            """
            virtualServices: [{name: reviews}]
            destinationRule: {name: reviews}
            steps: \(steps)
            analysis: {interval: 2s, failureLimit: 1, gates: [{name: go, url: "http://gate"}, {name: news, url: "http://news", type: Event}]}
            \(more)
            """
        )
    }

    @Test func aGateThatFailsTooOftenGivesEverythingBack() async throws {
        let cluster = try await SampleRollout.cluster(Self.spec("[{setWeight: 20}, {setWeight: 60}]"))
        let life = try DirectRollout(cluster)
        life.asker.answer { name, question in name == "go" && question.weight >= 60 ? .failed : .passed }
        try await cluster.deploy("reviews-v2", version: "v2")
        try await life.run(to: .rolledBack, within: 100)
        let status = try await cluster.status()
        #expect(status.progress.waitingFor.contains("gate go failed 2 times"), "\(status.progress.waitingFor)")
        #expect(try await cluster.weights() == ["v1": 100, "v2": 0], "what failed gets nothing")
        let news = life.asker.asked.filter { $0.name == "news" }.map(\.reason)
        #expect(news.contains("RollingBack") || news.contains("RolledBack"), "\(news)")
        try await life.run(10)
        let before = life.transport.writes.count
        try await life.run(100)
        #expect(life.transport.writes.count == before, "what has failed is not tried again by itself")
    }

    @Test("With the verdict the Jobs of the analysis end, once, also by an operator that comes up afterwards")
    func jobsEndWithTheVerdict() async throws {
        let analysis =
            "analysis: {interval: 2s, failureLimit: 0, gates: [{name: go, url: 'http://gate'}], "
            + "metrics: [{name: load, job: {template: {spec: {containers: []}}}}]}"
        let objects = "virtualServices: [{name: reviews}]\ndestinationRule: {name: reviews}"
        let cluster = try await SampleRollout.cluster(
            SampleRollout.spec("\(objects)\nsteps: [{setWeight: 20}, {setWeight: 60}]\n\(analysis)")
        )
        let life = try DirectRollout(cluster)
        life.asker.answer { name, question in name == "load" ? .inconclusive : .passed }
        try await cluster.deploy("reviews-v2", version: "v2")
        try await life.run(30)
        #expect(life.asker.ended == [], "a step whose Job runs")
        life.asker.answer { name, question in name == "go" ? .failed : .inconclusive }
        try await life.run(to: .rolledBack, within: 100)
        try await life.run(30)
        #expect(life.asker.ended == ["shop/reviews in shop"])
        let next = try DirectRollout(cluster)
        try await next.run(5)
        #expect(next.asker.ended == ["shop/reviews in shop"])
    }

    @Test func aGateThatDoesNotPassKeepsTheStep() async throws {
        // A person may stand behind it, whom no deadline hurries.
        let spec = Self.spec("[{setWeight: 20}]", "progressDeadline: 60s")
        let cluster = try await SampleRollout.cluster(spec)
        let life = try DirectRollout(cluster)
        life.asker.answer { name, _ in name == "go" ? .inconclusive : .passed }
        try await cluster.deploy("reviews-v2", version: "v2")
        try await life.run(200)
        #expect(try await cluster.weights() == ["v1": 80, "v2": 20])
        #expect(try await cluster.status().progress.reason == "AwaitingGate")
        let words = Set(life.asker.asked.filter { $0.name == "go" }.map { "\($0.phase) \($0.reason)" })
        #expect(words == ["Progressing AwaitingGate"], "a gate is told where the rollout stands")
        let asked = life.asker.asked.filter { $0.name == "go" }.count
        #expect(asked > 50 && asked < 130, "asked \(asked) times in 200 s at an interval of 2 s")
        life.asker.answer { _, _ in .passed }
        try await life.run(to: .completed, within: 60)
    }

    /// A metric that never says anything of use, such as NaN, holds no longer than a step may go without progress.
    @Test func aMetricWithoutAVerdictEndsTheRolloutInTime() async throws {
        let analysis =
            "analysis: {interval: 2s, window: 4s, prometheus: {address: 'http://prom'}, metrics: [{name: rate, query: q, max: 1}]}"
        let cluster = try await SampleRollout.cluster(
            SampleRollout.spec(
                """
                virtualServices: [{name: reviews}]
                destinationRule: {name: reviews}
                steps: [{setWeight: 20}]
                progressDeadline: 60s
                \(analysis)
                """
            )
        )
        let life = try DirectRollout(cluster)
        life.asker.answer { _, _ in .inconclusive }
        try await cluster.deploy("reviews-v2", version: "v2")
        try await life.run(40)
        #expect(try await cluster.weights() == ["v1": 80, "v2": 20])
        let waiting = try await cluster.status().progress.waitingFor
        #expect(waiting.contains("gate rate") && waiting.contains("it has until"), "\(waiting)")
        try await life.run(to: .rolledBack, within: 100)
        let told = try await cluster.status().progress.waitingFor
        #expect(told.contains("gate rate gave no verdict in time"), "\(told)")
    }

    @Test func aStepWaitsForApproval() async throws {
        let cluster = try await SampleRollout.cluster(Self.spec("[{setWeight: 20}, {approve: true}]"))
        let life = try DirectRollout(cluster)
        try await cluster.deploy("reviews-v2", version: "v2")
        try await life.run(60)
        #expect(try await cluster.weights() == ["v1": 80, "v2": 20])
        #expect(try await cluster.status().progress.reason == "AwaitingApproval")
        #expect(try await cluster.status().place == "2/3")
        try await cluster.annotate(RolloutNames.Command.approve, "2")
        try await life.run(to: .completed, within: 60)
        try await life.run(3)
        let annotations = try await cluster.find(RolloutNames.resource, "reviews")?.annotations ?? [:]
        #expect(annotations[RolloutNames.Command.approve] == nil, "it does not steer the next rollout")
    }

    @Test func manualRollbackWaitsForAPerson() async throws {
        let cluster = try await SampleRollout.cluster(Self.spec("[{setWeight: 20}]", "rollback: Manual"))
        let life = try DirectRollout(cluster)
        life.asker.answer { name, _ in name == "go" ? .failed : .passed }
        try await cluster.deploy("reviews-v2", version: "v2")
        try await life.run(to: .failed, within: 60)
        try await life.run(60)
        #expect(try await cluster.weights() == ["v1": 80, "v2": 20])
        try await cluster.annotate(RolloutNames.Command.abort, "enough")
        try await life.run(to: .rolledBack, within: 60)
    }

    @Test func blueGreenAsksForItsPromotionBeforeTheTrafficMoves() async throws {
        let cluster = try await SampleRollout.cluster(
            SampleRollout.spec(
                """
                strategy: BlueGreen
                virtualServices: [{name: reviews}]
                destinationRule: {name: reviews}
                steps: [{match: [{headers: {x-preview: {exact: "green"}}}]}]
                analysis: {interval: 1s, gates: [{name: smoke, url: "http://gate", type: ConfirmPromotion}]}
                """
            )
        )
        let life = try DirectRollout(cluster)
        life.asker.answer { _, _ in .inconclusive }
        try await cluster.deploy("reviews-v2", version: "v2")
        try await life.run(30)
        #expect(try await cluster.weights() == ["v1": 100, "v2": 0])
        #expect(life.asker.asked.contains { $0.name == "smoke" && $0.weight == 0 })
        life.asker.answer { _, _ in .passed }
        try await life.run(to: .completed, within: 60)
    }

    // MARK: Groups

    static func group(_ first: String, _ second: String) async throws -> TestCluster {
        let cluster = try await TestCluster()
        for (name, steps) in [("reviews", first), ("ratings", second)] {
            try await cluster.deploy("\(name)-v1", version: "v1")
            _ = try await cluster.step()
            try await cluster.rollOut(
                """
                workload: {stable: {name: \(name)-v1, version: v1}, canary: {name: \(name)-v2, version: v2}}
                host: \(name)
                group: shop
                steps: \(steps)
                analysis: {interval: 1s, failureLimit: 0, gates: [{name: \(name), url: "http://gate"}]}
                """,
                name: name
            )
        }
        return cluster
    }

    @Test func aGroupStepsTogether() async throws {
        let cluster = try await Self.group(
            "[{setWeight: 10, hold: 5s}, {setWeight: 50, hold: 5s}]",
            "[{setWeight: 10, hold: 20s}, {setWeight: 50}]"
        )
        let life = try DirectRollout(cluster)
        try await cluster.deploy("reviews-v2", version: "v2")
        try await life.run(20)
        #expect(try await cluster.weights()["v2"] ?? 0 == 0, "it waits for the other to have something to roll out")
        try await cluster.deploy("ratings-v2", version: "v2")
        var seen: Set<[Int64]> = []
        try await life.run(200) { cluster in
            seen.insert([
                try await cluster.weights("reviews")["v2"] ?? 0, try await cluster.weights("ratings")["v2"] ?? 0,
            ])
            let phases = [try await cluster.status("reviews").phase, try await cluster.status("ratings").phase]
            return phases == [.completed, .completed]
        }
        #expect(try await cluster.status("reviews").phase == .completed)
        #expect(try await cluster.status("ratings").phase == .completed)
        let allowed: Set<[Int64]> = [
            [0, 0], [10, 0], [0, 10], [10, 10], [50, 10], [10, 50], [50, 50], [100, 50], [50, 100], [100, 100],
        ]
        #expect(seen.subtracting(allowed) == [], "\(seen)")
    }

    @Test("Members whose steps are edited one after the other do not pass each other")
    func aGroupWaitsForStepsThatWereEditedInSome() async throws {
        let steps = "[{setWeight: 10, hold: 5s}, {setWeight: 50, hold: 5s}]"
        let more = "[{setWeight: 1}, {setWeight: 5}, {setWeight: 10, hold: 5s}, {setWeight: 50, hold: 5s}]"
        let cluster = try await Self.group(steps, steps)
        let life = try DirectRollout(cluster)
        try await cluster.deploy("reviews-v2", version: "v2")
        try await cluster.deploy("ratings-v2", version: "v2")
        func edit(_ name: String, _ steps: String) async throws {
            let key = ObjectKey(namespace: "shop", name: name)
            let patch = Patch.merge(["spec": ["steps": try requireDocument(steps)]])
            _ = try await cluster.admin.patch(RolloutNames.resource, key, patch)
        }
        try await life.run(40) { cluster in
            let weights = [try await cluster.weights("reviews")["v2"], try await cluster.weights("ratings")["v2"]]
            return weights == [10, 10]
        }
        try await edit("reviews", more)
        try await life.run(60)
        for name in ["reviews", "ratings"] {
            #expect(try await cluster.weights(name)["v2"] == 10, "\(name)")
            let progress = try await cluster.status(name).progress
            #expect(progress.reason == "AwaitingGroup", "\(name): \(progress.waitingFor)")
            #expect(progress.waitingFor.contains("give all members as many"), "\(progress.waitingFor)")
        }
        try await edit("ratings", more)
        try await life.run(200) { cluster in
            let phases = [try await cluster.status("reviews").phase, try await cluster.status("ratings").phase]
            return phases == [.completed, .completed]
        }
        #expect(try await cluster.status("ratings").phase == .completed)
    }

    @Test func aGroupFailsTogether() async throws {
        let cluster = try await Self.group(
            "[{setWeight: 10, hold: 5s}, {setWeight: 50, hold: 5s}]",
            "[{setWeight: 10, hold: 5s}, {setWeight: 50, hold: 60s}]"
        )
        let life = try DirectRollout(cluster)
        life.asker.answer { name, question in name == "ratings" && question.weight == 50 ? .failed : .passed }
        try await cluster.deploy("reviews-v2", version: "v2")
        try await cluster.deploy("ratings-v2", version: "v2")
        try await life.run(to: .rolledBack, within: 120, "ratings")
        try await life.run(to: .rolledBack, within: 20, "reviews")
        #expect(try await cluster.weights("reviews")["v2"] ?? 0 == 0)
        let words = try await cluster.status("reviews").progress.waitingFor
        #expect(words.contains("MeshRollout ratings of the group failed: gate ratings failed"), "\(words)")
        #expect(!words.contains("next to go back"), "\(words)")
    }

    // MARK: Several VirtualServices

    @Test func movesSeveralVirtualServicesAndDelegates() async throws {
        let cluster = try await SampleRollout.cluster(
            SampleRollout.spec(
                """
                virtualServices: [{name: reviews}, {name: root}]
                destinationRule: {name: reviews}
                steps: [{setWeight: 30, hold: 60s}]
                """
            )
        )
        let texts = [
            """
            {apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: root, namespace: shop},
             spec: {hosts: [shop.example.com], gateways: [gw], http: [{match: [{uri: {prefix: /r}}], delegate: {name: leaf}}]}}
            """,
            """
            {apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: leaf, namespace: shop},
             spec: {http: [{route: [{destination: {host: reviews.shop.svc.cluster.local}}]}]}}
            """,
        ]
        for text in texts { try await cluster.create(text, TrafficResources.virtualServices) }
        let before = try await cluster.service("leaf")?.tree["spec"]
        let life = try DirectRollout(cluster)
        try await cluster.deploy("reviews-v2", version: "v2")
        try await life.run(20)
        #expect(try await cluster.weights() == ["v1": 70, "v2": 30])
        #expect(try await cluster.weights("leaf") == ["v1": 70, "v2": 30])
        #expect(try await cluster.service("root")?.annotations == [:])
        try await cluster.annotate(RolloutNames.Command.abort, "no")
        try await life.run(to: .rolledBack, within: 30)
        try await life.run(3)
        #expect(try await cluster.service("leaf")?.tree["spec"] == before)
        #expect(try await cluster.service("leaf")?.annotations == [:])
    }
}
