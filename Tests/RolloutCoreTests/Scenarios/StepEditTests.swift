internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import RolloutEngine
internal import Testing

@testable internal import RolloutCore

/// Steps that people edit in the middle of a rollout.
@Suite struct StepEditTests {
    /// The steps of ``waiting()`` without the first one.
    private static let shorter = "[{setWeight: 20}, {approve: true}, {setWeight: 50, hold: 20s}, {setWeight: 100}]"

    private static func spec(_ steps: String) -> String {
        SampleRollout.spec("virtualServices: [{name: reviews}]\ndestinationRule: {name: reviews}\nsteps: \(steps)")
    }

    private static func change(_ cluster: TestCluster, _ steps: String) async throws {
        let patch = Patch.merge(["spec": ["steps": try requireDocument(steps)]])
        _ = try await cluster.admin.patch(RolloutNames.resource, TestCluster.key, patch)
    }

    /// A rollout that waits for its approval at 20 percent.
    private static func waiting() async throws -> (TestCluster, DirectRollout) {
        let steps = "[{setWeight: 10}, {setWeight: 20}, {approve: true}, {setWeight: 50, hold: 20s}, {setWeight: 100}]"
        let cluster = try await SampleRollout.cluster(spec(steps))
        let life = try DirectRollout(cluster)
        try await cluster.deploy("reviews-v2", version: "v2")
        try await life.run(30) { try await $0.status().progress.reason == "AwaitingApproval" }
        #expect(try await cluster.status().progress.step == 3)
        return (cluster, life)
    }

    @Test func aFinishedStepRemovedPassesNoApprovalOver() async throws {
        let (cluster, life) = try await Self.waiting()
        try await Self.change(cluster, Self.shorter)
        try await life.run(60)
        #expect(try await cluster.weights() == ["v1": 80, "v2": 20])
        let progress = try await cluster.status().progress
        #expect(progress.reason == "AwaitingApproval")
        #expect(progress.step == 2)
        try await cluster.annotate(RolloutNames.Command.approve, "2")
        try await life.run(to: .completed)
        let told = try await life.events().filter { $0.reason == "StepsChanged" }
        #expect(told.count == 1)
        #expect(told.first?.type == "Normal")
        #expect(told.first?.note.contains("step 3 (20%)") == true)
        #expect(told.first?.note.contains("step 1 of 4 (20%)") == true)
    }

    @Test func weightsMovedByHandWithTheRecordGonePassNoApprovalOver() async throws {
        let steps = "[{setWeight: 10, hold: 2s}, {approve: true}, {setWeight: 50, hold: 5s}, {setWeight: 100}]"
        let cluster = try await SampleRollout.cluster(Self.spec(steps))
        let life = try DirectRollout(cluster)
        try await cluster.deploy("reviews-v2", version: "v2")
        try await life.run(30) { try await $0.status().progress.reason == "AwaitingApproval" }
        var service = try #require(try await cluster.service())
        service.annotations = [:]
        let route = """
            [{route: [{destination: {host: reviews, subset: v1}, weight: 0}, {destination: {host: reviews, subset: v2}, weight: 100}]}]
            """
        service.tree.set(try requireDocument(route), at: ["spec", "http"])
        _ = try await cluster.admin.update(TrafficResources.virtualServices, service)
        try await life.run(60)
        #expect(try await cluster.weights() == ["v1": 90, "v2": 10])
        let progress = try await cluster.status().progress
        #expect(progress.reason == "AwaitingApproval")
        #expect(progress.step == 2)
        try await cluster.annotate(RolloutNames.Command.approve, "2")
        try await life.run(to: .completed)
        let told = try await life.events().filter { $0.reason == "MovedByHand" }
        #expect(told.count == 1)
        #expect(told.first?.type == "Warning")
    }

    @Test func anApprovalOfOtherStepsDoesNotCount() async throws {
        let (cluster, life) = try await Self.waiting()
        // Of a step further on, as it was when it was given.
        try await cluster.annotate(RolloutNames.Command.approve, "2,5")
        try await life.run(3)
        try await Self.change(cluster, Self.shorter)
        try await life.run(60)
        #expect(try await cluster.weights() == ["v1": 80, "v2": 20])
        #expect(try await cluster.status().progress.reason == "AwaitingApproval")
        let object = try await cluster.admin.get(RolloutNames.resource, TestCluster.key)
        #expect(object.annotations[RolloutNames.Command.approve] == nil)
    }

    @Test func whereThePresentShareIsNoStepAnyMoreItGoesBackToTheOneBelow() async throws {
        let (cluster, life) = try await Self.waiting()
        try await Self.change(cluster, "[{setWeight: 5, hold: 60s}, {setWeight: 100}]")
        try await life.run(30)
        #expect(try await cluster.weights() == ["v1": 95, "v2": 5])
        #expect(try await cluster.status().progress.reason == "Holding")
    }

    @Test("An edit to steps that are all larger asks before it goes there")
    func aLargerFirstStepIsAskedFor() async throws {
        let (cluster, life) = try await Self.waiting()
        try await Self.change(cluster, "[{setWeight: 60, hold: 20s}, {setWeight: 100}]")
        try await life.run(60)
        #expect(try await cluster.weights() == ["v1": 80, "v2": 20])
        let progress = try await cluster.status().progress
        #expect(progress.reason == "AwaitingApproval")
        #expect(progress.step == 0)
        #expect(progress.waitingFor.contains("60%, and 20% have moved"), "\(progress.waitingFor)")
        try await cluster.annotate(RolloutNames.Command.approve, "0")
        try await life.run(10)
        #expect(try await cluster.weights() == ["v1": 40, "v2": 60])
        try await life.run(to: .completed)
    }

    @Test("While an edit waits for its approval gates are asked for the share that is live; a red one ends it")
    func gatesAreAskedWhileAnEditWaits() async throws {
        let analysis = """
            analysis:
              interval: 2s
              window: 2s
              failureLimit: 1
              prometheus: {address: 'http://prom'}
              metrics: [{name: errors, query: q, max: 1}]
              gates: [{name: stop, url: 'http://stop', type: Rollback}]
            """
        for (name, cause) in [("errors", "GateFailed"), ("stop", "GateAsksToGoBack")] {
            let steps = "[{setWeight: 20}, {approve: true}, {setWeight: 100}]"
            let cluster = try await SampleRollout.cluster(Self.spec(steps) + "\n" + analysis)
            let life = try DirectRollout(cluster)
            life.asker.answer { name, _ in name == "stop" ? .inconclusive : .passed }
            try await cluster.deploy("reviews-v2", version: "v2")
            try await life.run(60) { try await $0.status().progress.reason == "AwaitingApproval" }
            try await Self.change(cluster, "[{setWeight: 60, hold: 20s}, {setWeight: 100}]")
            try await life.run(20)
            #expect(try await cluster.status().progress.step == 0)
            let asked = life.asker.asked.filter { $0.step == 0 && $0.weight == 20 }
            #expect(Set(asked.map(\.name)) == ["errors", "stop"], "\(asked)")
            #expect(asked.count < 30, "not more often than at its interval: \(asked.count)")
            life.asker.answer { gate, _ in
                guard gate == name else { return gate == "stop" ? .inconclusive : .passed }
                return gate == "stop" ? .rollBack : .failed
            }
            try await life.run(to: .rolledBack, within: 30)
            #expect(try await cluster.status().verdict?.cause == cause)
        }
    }

    @Test("A side that serves and goes down while an edit waits is told of")
    func theStableSideIsWatchedWhileAnEditWaits() async throws {
        let (cluster, life) = try await Self.waiting()
        try await Self.change(cluster, "[{setWeight: 60, hold: 20s}, {setWeight: 100}]")
        try await life.run(5)
        try await cluster.scale("reviews-v1", 0)
        try await life.run(10)
        #expect(try await cluster.status().conditions.contains { $0.type == "StableDown" })
        try await cluster.annotate(RolloutNames.Command.approve, "0")
        try await life.run(10)
        #expect(try await cluster.weights() == ["v1": 80, "v2": 20], "an approval alone moves no users")
    }

    @Test("Steps for test users that are edited to shares ask before the first of them")
    func sharesInPlaceOfTestUsersAreAskedFor() async throws {
        let steps = "[{match: [{headers: {user: {exact: ann}}}], hold: 60s}, {setWeight: 50}]"
        let cluster = try await SampleRollout.cluster(Self.spec(steps))
        let life = try DirectRollout(cluster)
        try await cluster.deploy("reviews-v2", version: "v2")
        try await life.run(30) { try await $0.status().progress.reason == "Holding" }
        try await Self.change(cluster, "[{setWeight: 60, hold: 20s}, {setWeight: 100}]")
        try await life.run(60)
        #expect(try await cluster.weights() == ["v1": 100, "v2": 0])
        let progress = try await cluster.status().progress
        #expect(progress.reason == "AwaitingApproval", "\(progress.waitingFor)")
        #expect(progress.waitingFor.contains("60%, and 0% have moved"), "\(progress.waitingFor)")
        try await cluster.annotate(RolloutNames.Command.approve, "0")
        try await life.run(10)
        #expect(try await cluster.weights() == ["v1": 40, "v2": 60])
    }

    @Test("What test users get is a part of the steps: once it is edited the step begins anew")
    func otherMatchesAreOtherSteps() async throws {
        func steps(_ user: String) -> String {
            "[{match: [{headers: {user: {exact: \(user)}}}], hold: 60s}, {setWeight: 50}]"
        }
        let cluster = try await SampleRollout.cluster(Self.spec(steps("ann")))
        let life = try DirectRollout(cluster)
        try await cluster.deploy("reviews-v2", version: "v2")
        try await life.run(50)
        #expect(try await cluster.status().progress.reason == "Holding")
        try await Self.change(cluster, steps("bob"))
        try await life.run(40)
        #expect(
            try await cluster.status().progress.reason == "Holding",
            "the hold counts for bob from when bob got there"
        )
        #expect(try await life.events().contains { $0.reason == "StepsChanged" })
    }

    @Test func aPauseKeepsTheShareAcrossAnEdit() async throws {
        let (cluster, life) = try await Self.waiting()
        try await cluster.annotate(RolloutNames.Command.pause, "true")
        try await life.run(3)
        try await Self.change(cluster, "[{setWeight: 5}, {approve: true}, {setWeight: 100}]")
        try await life.run(30)
        #expect(try await cluster.weights() == ["v1": 80, "v2": 20])
        try await cluster.annotate(RolloutNames.Command.pause, nil)
        try await life.run(30)
        #expect(try await cluster.weights() == ["v1": 95, "v2": 5])
        #expect(try await cluster.status().progress.reason == "AwaitingApproval")
    }
}
