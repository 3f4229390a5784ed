internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import MeshAPI
internal import MeshBase
internal import Testing

@testable internal import RolloutCore

/// A canary that has nothing ready gets nothing, and a replica that restarts ends no rollout.
@Suite struct CanaryWatchTests {
    @Test func aCanaryWithNothingReadyGivesItsShareToTheOtherSide() async throws {
        let (cluster, life) = try await HandEditTests.begun()
        cluster.breakWorkload("reviews-v2")
        _ = try await cluster.step()
        try await life.run(3)
        #expect(try await cluster.weights() == ["v1": 75, "v2": 25], "a missed probe moves nothing")
        try await life.run(5)
        #expect(try await cluster.weights() == ["v1": 100, "v2": 0])
        var status = try await cluster.status()
        #expect(status.progress.step == 1 && status.progress.weight == 0 && status.phase == .progressing)
        #expect(
            status.progress.waitingFor
                == "waiting for Deployment reviews-v2: 0/2 ready; its requests go to Deployment reviews-v1 until it is up"
        )
        let writes = life.transport.writes.count
        try await life.run(60)
        #expect(life.transport.writes.count == writes)
        cluster.breakWorkload("reviews-v2", false)
        try await life.run(5)
        #expect(try await cluster.weights() == ["v1": 75, "v2": 25])
        status = try await cluster.status()
        #expect(status.progress.reason == "Holding", "the hold begins anew")
        let told = try await life.events().filter { $0.reason == "Withdrawn" }
        #expect(
            told.map(\.note) == [
                "Deployment reviews-v2 has no ready replicas; its 25% go to Deployment reviews-v1 until it has"
            ]
        )
        #expect(told.first?.type == "Warning")
    }

    @Test func aCanaryThatStaysAwayEndsTheRolloutAtTheDeadline() async throws {
        let (cluster, life) = try await HandEditTests.begun(HandEditTests.held + "\nprogressDeadline: 60s")
        try await life.run(100)
        #expect(try await cluster.status().progress.reason == "Holding")
        cluster.breakWorkload("reviews-v2")
        _ = try await cluster.step()
        try await life.run(50)
        #expect(try await cluster.status().progress.reason == "Preparing", "the deadline counts from when it broke")
        try await life.run(to: .rolledBack, within: 20)
        #expect(try await cluster.status().progress.waitingFor.contains("too long"))
    }

    @Test func testUsersAndCopiesAreWithdrawnToo() async throws {
        let cluster = try await SampleRollout.cluster(
            SampleRollout.spec(
                """
                virtualServices: [{name: reviews}]
                destinationRule: {name: reviews}
                steps: [{match: [{headers: {x-test: {exact: "yes"}}}], hold: 10m}, {setWeight: 50}]
                capacity: {minReadyPercent: 0}
                """
            )
        )
        let life = try DirectRollout(cluster)
        try await cluster.deploy("reviews-v2", version: "v2")
        func routes() async throws -> Int {
            try await cluster.service()?.tree.value(at: "spec", "http")?.array?.count ?? 0
        }
        try await life.run(30) { _ in try await routes() == 2 }
        cluster.breakWorkload("reviews-v2")
        _ = try await cluster.step()
        try await life.run(10)
        #expect(try await routes() == 1)
        cluster.breakWorkload("reviews-v2", false)
        try await life.run(5)
        #expect(try await routes() == 2)
    }

    @Test func aReplicaThatRestartsLateInALongHoldEndsNothing() async throws {
        let (cluster, life) = try await HandEditTests.begun(HandEditTests.held + "\nprogressDeadline: 60s")
        try await life.run(200)
        let canary = try #require(try await cluster.find(.deployments, "reviews-v2"))
        _ = try await cluster.report(canary, .deployments, ["readyReplicas": 1, "availableReplicas": 1])
        try await life.reconcile()
        #expect(try await cluster.status().progress.reason == "Preparing")
        _ = try await cluster.step()
        try await life.run(3)
        #expect(try await cluster.status().progress.reason == "Holding")
        #expect(try await cluster.weights() == ["v1": 75, "v2": 25])
    }

    @Test func whenAStepIsLate() {
        let began = Timestamp(seconds: 1_000)
        var memory = RolloutMemory()
        func settled(_ isSettled: Bool, _ after: Int, _ began: Timestamp = began) -> Timestamp {
            memory.settled(began, isSettled, deadline: .seconds(60), now: Timestamp(seconds: 1_000 + Int64(after)))
        }
        #expect(settled(false, 10) == began)
        #expect(settled(true, 100) == Timestamp(seconds: 1_100))
        #expect(settled(false, 150) == Timestamp(seconds: 1_100))
        let next = Timestamp(seconds: 1_160)
        #expect(settled(false, 165, next) == next, "another step")
        memory = RolloutMemory()
        #expect(settled(false, 70) == Timestamp(seconds: 1_070), "a new process gives a late step another deadline")
        #expect(settled(false, 90) == Timestamp(seconds: 1_070))
    }
}
