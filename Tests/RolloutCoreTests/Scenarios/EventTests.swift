internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import RolloutEngine
internal import Testing

@testable internal import RolloutCore

/// Each transition of a MeshRollout is one Event that reads well.
@Suite struct EventTests {
    /// The Events by reason, and those that are no sentence for people.
    static func counted(_ life: DirectRollout) async throws -> [String: Int] {
        let events = try await life.events()
        var result: [String: Int] = [:]
        for event in events {
            result[event.reason, default: 0] += 1
            #expect(event.note.count > 8 && !event.note.contains("  "), "\(event)")
            let isBad = warnings.contains(event.reason)
            #expect(event.type == (isBad ? "Warning" : "Normal"), "\(event)")
        }
        return result
    }

    static let warnings: Set<String> = [
        "GateFailed", "GateUnavailable", "GateAsksToGoBack", "MovedByHand", "PutBack", "FieldConflict", "RouteDeleted",
        "RollingBack", "RolledBack", "Failed", "PreflightFailed", "CommandUnreadable", "Withdrawn", "Exposed",
        "RollbackObstructed", "RollbackStalled", "TestUsersLeftOut", "Forbidden", "APIUnavailable",
        "OrderRefused", "CapacityShort",
    ]

    @Test func aRolloutToItsEnd() async throws {
        let cluster = try await SampleRollout.cluster()
        let life = try DirectRollout(cluster)
        try await life.run(2)
        try await cluster.deploy("reviews-v2", version: "v2")
        try await life.run(to: .completed)
        try await life.run(30)
        let status = try await cluster.status()
        #expect(status.place == "4/4" && status.progress.weight == 100 && status.progress.reason == "Completed")
        #expect(status.stable == "v2" && status.canary == "v2")
        #expect(status.condition(.ready)?.reason == "Completed")
        let wanted = [
            "Starting": 1, "Preparing": 1, "StepStarted": 4, "Holding": 3, "Promoted": 1, "Completed": 1, "Scaled": 1,
            "Retired": 1,
        ]
        #expect(try await Self.counted(life) == wanted)
        let notes = try await life.events().map(\.note)
        for text in [
            "from version v1 to v2, in 4 steps", "step 2 of 4: 25%", "version v2 serves, 4 steps are done",
            "Deployment reviews-v1 is scaled from 2 to 0", "Deployment reviews-v1, which was replaced, is down",
        ] {
            #expect(notes.contains { $0.contains(text) }, "\(text) is not among \(notes)")
        }
    }

    @Test func aGateThatFailsAndRecoversAndFailsAgain() async throws {
        let cluster = try await SampleRollout.cluster(
            SampleRollout.spec(
                """
                virtualServices: [{name: reviews}]
                destinationRule: {name: reviews}
                steps: [{setWeight: 20, hold: 20s}, {setWeight: 60}]
                analysis: {interval: 2s, failureLimit: 2, gates: [{name: go, url: "http://gate"}]}
                """
            )
        )
        let life = try DirectRollout(cluster)
        try await life.run(2)
        try await cluster.deploy("reviews-v2", version: "v2")
        try await life.run(30) { try await $0.status().progress.reason == "Holding" }
        life.asker.answer { _, _ in .failed }
        try await life.run(2)
        life.asker.answer { _, _ in .passed }
        try await life.run(4)
        life.asker.answer { _, _ in .failed }
        try await life.run(to: .rolledBack, within: 60)
        try await life.run(20)
        let wanted = [
            "Starting": 1, "Preparing": 1, "StepStarted": 1, "Holding": 1, "GatePassed": 2, "GateFailed": 2,
            "RollingBack": 1, "RolledBack": 1, "Shielded": 1,
        ]
        let counts = try await Self.counted(life)
        #expect(counts == wanted, "\(counts)")
        let back = try await life.events().first { $0.reason == "RollingBack" }
        #expect(
            back?.note.contains("GateFailed: gate go failed 3 times at step 1 of 3 (20%)") == true,
            "\(back?.note ?? "")"
        )
    }

    @Test func pausesBothWays() async throws {
        let (cluster, life) = try await HandEditTests.begun()
        try await cluster.annotate(RolloutNames.Command.pause, "true")
        try await life.run(3)
        try await cluster.annotate(RolloutNames.Command.pause, nil)
        try await life.run(3)
        func pause(_ isPaused: Bool) async throws {
            let patch = Patch.merge(["spec": ["paused": .bool(isPaused)]])
            _ = try await cluster.admin.patch(RolloutNames.resource, TestCluster.key, patch)
            try await life.run(3)
        }
        try await pause(true)
        try await pause(false)
        let counts = try await Self.counted(life)
        #expect(counts["Paused"] == 2)
        #expect(counts["Resumed"] == 2)
    }

    @Test func aPersonsSay() async throws {
        let cluster = try await SampleRollout.cluster(
            GateTests.spec("[{setWeight: 20}, {approve: true}]", "rollback: Manual")
        )
        let life = try DirectRollout(cluster)
        try await cluster.deploy("reviews-v2", version: "v2")
        try await life.run(60) { try await $0.status().progress.reason == "AwaitingApproval" }
        life.asker.answer { _, _ in .failed }
        try await life.run(to: .failed, within: 60)
        try await cluster.annotate(RolloutNames.Command.abort, "no good")
        try await life.run(to: .rolledBack, within: 60)
        try await life.run(10)
        let counts = try await Self.counted(life)
        #expect(counts["AwaitingApproval"] == 1)
        #expect(counts["Failed"] == 1)
        #expect(counts["RolledBack"] == 1)
        #expect(counts["Restored"] == 1)
        #expect(counts["Completed"] == nil && counts["NothingToDo"] == nil)
    }

    @Test("A subset that stays since another route names it is told of with the restored routes")
    func aSubsetThatStays() async throws {
        let route = "route: [{destination: {host: reviews, subset: v2}}]"
        let own = "    - {name: own, match: [{uri: {exact: /own}}], \(route)}\n"
        let service = SampleRollout.service.replacing("http:\n", with: "http:\n\(own)")
        let spec =
            "virtualServices: [{name: reviews, routes: [primary]}]\ndestinationRule: {name: reviews}\n"
            + "steps: [{setWeight: 20}, {approve: true}]"
        let cluster = try await SampleRollout.cluster(SampleRollout.spec(spec), service: service)
        let life = try DirectRollout(cluster)
        try await cluster.deploy("reviews-v2", version: "v2")
        try await life.run(60) { try await $0.status().progress.reason == "AwaitingApproval" }
        try await cluster.annotate(RolloutNames.Command.abort, "no good")
        try await life.run(to: .rolledBack, within: 60)
        try await life.run(30)
        let rule = try await cluster.find(TrafficResources.destinationRules, "reviews")
        let subsets = (rule?.tree.value(at: "spec", "subsets")?.array ?? []).compactMap { $0["name"]?.string }
        #expect(subsets == ["v2"])
        let told = try await life.events().filter { $0.reason == "Restored" }.map(\.note)
        let words = "names subset v2 of DestinationRule shop/reviews, which stays"
        #expect(told.contains { $0.contains(words) }, "\(told)")
        #expect(!told.contains { $0.contains("subsets are as they were") }, "\(told)")
    }

    @Test func aPromotionByCopy() async throws {
        let cluster = try await SampleRollout.cluster(
            SampleRollout.spec(
                """
                virtualServices: [{name: reviews}]
                destinationRule: {name: reviews}
                steps: [{setWeight: 50}]
                promotion: {mode: CopyTemplate, scaleDownDelay: 3s}
                """
            )
        )
        let life = try DirectRollout(cluster)
        try await life.run(2)
        try await cluster.deploy("reviews-v2", version: "v2")
        try await life.run(to: .completed, within: 200)
        try await life.run(10)
        let status = try await cluster.status()
        #expect(
            status.place == "2/2" && status.progress.weight == 100 && status.stable == "v1" && status.canary == "v1"
        )
        let wanted = [
            "Starting": 1, "Preparing": 1, "StepStarted": 2, "Promoting": 1, "Promoted": 1, "Completed": 1, "Scaled": 1,
            "Retired": 1,
        ]
        #expect(try await Self.counted(life) == wanted)
    }

    @Test func aReleaseThatIsTakenBackPromotesNothing() async throws {
        let cluster = try await SampleRollout.cluster()
        let life = try DirectRollout(cluster)
        try await cluster.deploy("reviews-v2", version: "v2")
        try await life.run(to: .completed)
        try await life.run(15)
        // The next release, which is scaled down in the middle.
        let spec: Tree = ["spec": ["template": ["spec": ["containers": [["name": "app", "image": "reviews:v3"]]]]]]
        let key = ObjectKey(namespace: "shop", name: "reviews-v1")
        _ = try await cluster.admin.patch(.deployments, key, .strategic(spec))
        try await cluster.scale("reviews-v1", 2)
        try await life.run(60) { try await $0.status().progress.reason == "Holding" }
        #expect(try await cluster.status().place == "1/4")
        try await cluster.scale("reviews-v1", 0)
        try await life.run(20)
        #expect(try await cluster.status().phase == .completed, "what was promoted before serves")
        #expect(try await cluster.status().stable == "v2")
        let counts = try await Self.counted(life)
        #expect(counts["Promoted"] == 1 && counts["Completed"] == 1, "\(counts)")
        #expect(counts["RollingBack"] == 1)
    }

    @Test func aGroupThatWaits() async throws {
        let cluster = try await GateTests.group(
            "[{setWeight: 10}, {setWeight: 50}]",
            "[{setWeight: 10, hold: 9s}, {setWeight: 50}]"
        )
        let life = try DirectRollout(cluster)
        try await cluster.deploy("reviews-v2", version: "v2")
        try await life.run(10)
        #expect(try await cluster.status("reviews").progress.reason == "AwaitingGroup")
        #expect(try await cluster.status("reviews").phase == .progressing)
        let waits = try await life.events().filter { $0.reason == "AwaitingGroup" }
        #expect(waits.count == 1 && waits.first?.note.contains("waits for MeshRollout ratings of the group") == true)
    }

    @Test func nothingIsToldAtRest() async throws {
        let cluster = try await SampleRollout.cluster()
        let life = try DirectRollout(cluster)
        try await life.run(60)
        #expect(try await life.events() == [])
    }
}
