internal import ControllerKit
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import RolloutControl
internal import Testing

@testable internal import RolloutCore

/// A side that serves and goes down in the middle of a rollout: said at once, and nothing goes forward by itself.
@Suite struct StableWatchTests {
    static let short = SampleRollout.spec(
        """
        virtualServices: [{name: reviews}]
        destinationRule: {name: reviews}
        steps: [{setWeight: 25, hold: 30s}, {setWeight: 50, hold: 10m}]
        """
    )

    private static func told(_ life: DirectRollout) async throws -> [String] {
        try await life.events().filter { $0.reason == "StableDown" }.map(\.note)
    }

    @Test func theRolloutStaysWhereItIsUntilTheStableSideIsUp() async throws {
        let (cluster, life) = try await HandEditTests.begun(Self.short)
        cluster.breakWorkload("reviews-v1")
        _ = try await cluster.step()
        try await life.run(3)
        let text = "Deployment reviews-v1, which gets 75%, has no ready replicas (0/2)"
        #expect(try await Self.told(life) == [text])
        var status = try await cluster.status()
        #expect(status.progress.reason == "Holding" && status.progress.waitingFor.hasSuffix(text))
        let condition = status.conditions.first { $0.type == "StableDown" }
        #expect(condition?.state == .yes && condition?.message == text)
        try await life.run(700)
        #expect(try await cluster.weights() == ["v1": 75, "v2": 25], "beyond hold and progressDeadline")
        status = try await cluster.status()
        #expect(status.progress.reason == "Obstructed" && status.phase == .progressing)
        #expect(status.progress.waitingFor.contains("meshctl rollout promote"))
        #expect(try await Self.told(life) == [text], "once")
        cluster.breakWorkload("reviews-v1", false)
        _ = try await cluster.step()
        try await life.run(5)
        #expect(try await cluster.weights() == ["v1": 50, "v2": 50])
        #expect(try await cluster.status().conditions.allSatisfy { $0.type != "StableDown" })
    }

    @Test func aStableSideThatIsDeletedIsNamed() async throws {
        let (cluster, life) = try await HandEditTests.begun(Self.short)
        _ = try await cluster.admin.delete(.deployments, ObjectKey(namespace: "shop", name: "reviews-v1"))
        _ = try await cluster.step()
        try await life.run(100)
        #expect(try await cluster.weights() == ["v1": 75, "v2": 25])
        let told = try await Self.told(life)
        #expect(told.count == 1 && told.first?.hasSuffix("which gets 75%, is not there (0/0 ready)") == true, "\(told)")
    }

    @Test func aPersonMaySendItsRequestsOn() async throws {
        let (cluster, life) = try await HandEditTests.begun(Self.short)
        cluster.breakWorkload("reviews-v1")
        _ = try await cluster.step()
        try await life.run(60)
        #expect(try await cluster.weights() == ["v1": 75, "v2": 25])
        try await cluster.annotate(RolloutNames.Command.promote, "full")
        try await life.run(5)
        #expect(try await cluster.weights()["v2"] == 100)
    }
}
