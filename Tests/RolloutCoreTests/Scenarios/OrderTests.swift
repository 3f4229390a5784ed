internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import MeshBase
internal import Testing

@testable internal import RolloutCore

/// Orders of people count for the rollout they were given for, and for no other.
@Suite struct OrderTests {
    private typealias Command = RolloutNames.Command

    private static func nextRelease(_ cluster: TestCluster) async throws {
        let spec: Tree = ["spec": ["template": ["spec": ["containers": [["name": "app", "image": "reviews:v3"]]]]]]
        let key = ObjectKey(namespace: "shop", name: "reviews-v1")
        _ = try await cluster.admin.patch(.deployments, key, .strategic(spec))
        try await cluster.scale("reviews-v1", 2)
    }

    /// A promotion that is asked for at the very end, from a status that still shows the rollout, must not carry the next one through.
    @Test(arguments: [Command.promote, Command.approve, Command.abort]) func aLateOrderDoesNotSteerTheNextRollout(
        name: String
    ) async throws {
        let cluster = try await SampleRollout.cluster()
        let life = try DirectRollout(cluster)
        try await cluster.deploy("reviews-v2", version: "v2")
        try await life.run(60) { try await $0.weights()["v2"] == 25 }
        let target = try #require(try await cluster.status().progress.target)
        #expect(target.hasPrefix("v2+"))
        try await life.run(to: .completed)
        try await life.run(15)
        let text =
            name == Command.promote ? "full@\(target)" : name == Command.approve ? "1@\(target)" : "no @@\(target)"
        try await cluster.annotate(name, text)
        try await Self.nextRelease(cluster)
        var seen: [Int64] = []
        var seconds = 0
        try await life.run(100) { cluster in
            seconds += 1
            let weight = try await cluster.weights()["v1"] ?? 0
            if seen.last != weight { seen.append(weight) }
            return weight == 100
        }
        #expect(seen == [0, 5, 25, 50, 100])
        #expect(seconds > 20, "holds are kept")
    }

    @Test func ordersOfTheTargetUnderWayCount() async throws {
        let (cluster, life) = try await HandEditTests.begun()
        let target = try #require(try await cluster.status().progress.target)
        try await cluster.annotate(Command.promote, "1@\(target)")
        try await life.run(5)
        #expect(try await cluster.weights() == ["v1": 50, "v2": 50])
        try await cluster.annotate(Command.abort, "odd @@\(target)")
        try await life.run(to: .rolledBack, within: 20)
        #expect(try await cluster.status().progress.waitingFor.hasPrefix("a person asks to go back: odd; "))
    }

    @Test func ordersThatComeAfterTheEndAreTakenOff() async throws {
        let (cluster, life) = try await HandEditTests.begun()
        try await cluster.annotate(Command.abort, "no")
        try await life.run(to: .rolledBack, within: 20)
        try await life.run(10)
        try await cluster.annotate(Command.promote, "full")
        try await life.run(3)
        let left = try await cluster.find(RolloutNames.resource, "reviews")?.annotations ?? [:]
        #expect(left[Command.promote] == nil)
        try await cluster.annotate(Command.retry, cluster.now.rfc3339)
        try await life.run(100)
        #expect(try await cluster.weights() == ["v1": 75, "v2": 25], "its holds are kept")
    }

    @Test func ordersForAnotherTargetAreTakenOffAtRest() async throws {
        let cluster = try await SampleRollout.cluster()
        let life = try DirectRollout(cluster)
        try await cluster.annotate(Command.promote, "full@v0")
        try await cluster.annotate(Command.approve, "1")
        try await life.run(3)
        let left = try await cluster.find(RolloutNames.resource, "reviews")?.annotations ?? [:]
        #expect(left[Command.promote] == nil)
        #expect(left[Command.approve] == "1", "what is for any target is kept for the next one")
    }

    @Test func whatCannotBeReadIsToldOncePerValue() async throws {
        let (cluster, life) = try await HandEditTests.begun()
        try await cluster.annotate(Command.approve, "x")
        try await cluster.annotate(Command.promote, "half")
        try await life.run(5)
        let type = "CommandUnreadable"
        func told() async throws -> String? {
            try await cluster.status().conditions.first { $0.type == type }?.message
        }
        let first = try #require(try await told())
        #expect(first.contains(#""x" cannot be read; write steps"#) && first.contains(#""half" cannot be read"#))
        // Another process says nothing that the status says already.
        let next = try DirectRollout(cluster)
        try await next.run(5)
        try await cluster.annotate(Command.promote, "most")
        try await next.run(3)
        let second = try #require(try await told())
        #expect(second.contains(#""most" cannot be read"#) && !second.contains("half"))
        try await cluster.annotate(Command.approve, nil)
        try await cluster.annotate(Command.promote, nil)
        try await next.run(3)
        #expect(try await told() == nil)
        let events = try await next.events().filter { $0.reason == type }
        #expect(events.count == 1 && events.first?.note.contains("most") == true, "\(events)")
        #expect(events.first?.type == "Warning")
    }
}
