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
        let told = try await life.events().filter { $0.reason == "OrderRefused" }
        #expect(told.count == 1 && told.first?.note.contains("\(Command.promote): the rollout had gone back") == true)
    }

    @Test("At rest orders are taken off and an Event names them; a pause is about the resource and stays")
    func ordersAtRestAreTakenOffAndTold() async throws {
        let cluster = try await SampleRollout.cluster()
        let life = try DirectRollout(cluster)
        try await life.run(2)
        try await cluster.annotate(Command.promote, "full@v0")
        try await cluster.annotate(Command.approve, "1")
        try await cluster.annotate(Command.abort, "no")
        try await cluster.annotate(Command.pause, "false")
        try await life.run(5)
        let left = try await cluster.find(RolloutNames.resource, "reviews")?.annotations ?? [:]
        #expect(Set(left.keys).isDisjoint(with: [Command.promote, Command.approve, Command.abort]))
        #expect(left[Command.pause] == "false")
        let events = try await life.events().filter { $0.reason == "OrderRefused" }
        #expect(events.count == 1 && events.first?.type == "Warning", "\(events)")
        let note = events.first?.note ?? ""
        let names = [Command.approve, Command.promote, Command.abort].joined(separator: ", ")
        #expect(note.contains("\(names): no rollout is under way"), "\(note)")
        #expect(note.contains("version v1 serves; are taken off"), "\(note)")
    }

    @Test("An abort that is older than the rollout does not end it", arguments: ["no", "no @@TARGET"])
    func anAbortFromBeforeTheStart(_ text: String) async throws {
        // What the target will be called is seen in another cluster.
        let other = try await HandEditTests.begun().0
        let target = try #require(try await other.status().progress.target)
        let cluster = try await SampleRollout.cluster()
        let life = try DirectRollout(cluster)
        try await life.run(2)
        // Both between two looks of the operator.
        try await cluster.annotate(Command.abort, text.replacing("TARGET", with: target))
        try await cluster.deploy("reviews-v2", version: "v2")
        try await life.run(to: .completed)
        let events = try await life.events()
        #expect(!events.contains { $0.reason == "RollingBack" }, "\(events)")
        let refused = events.filter { $0.reason == "OrderRefused" }
        #expect(refused.count == 1, "\(refused)")
        #expect(refused.first?.note.contains("the rollout of version v2 has not begun yet") == true, "\(refused)")
    }

    @Test("An abort that comes right after the last approval goes back, or is told to be too late")
    func anAbortAfterTheApproval() async throws {
        let cluster = try await SampleRollout.cluster(
            SampleRollout.spec(
                """
                virtualServices: [{name: reviews}]
                destinationRule: {name: reviews}
                steps: [{setWeight: 100}, {approve: true}]
                """
            )
        )
        let life = try DirectRollout(cluster)
        try await cluster.deploy("reviews-v2", version: "v2")
        try await life.run(60) { try await $0.status().progress.reason == "AwaitingApproval" }
        try await cluster.annotate(Command.approve, "2")
        try await life.run(60) {
            try await $0.find(RolloutNames.resource, "reviews")?.annotations[RolloutNames.Annotation.serving] != nil
        }
        try await cluster.annotate(Command.abort, "no")
        try await life.run(20)
        #expect(try await cluster.status().phase == .completed)
        #expect(try await cluster.find(RolloutNames.resource, "reviews")?.annotations[Command.abort] == nil)
        let told = try await life.events().filter { $0.reason == "OrderRefused" }
        #expect(told.count == 1 && told.first?.note.contains("version v2 serves") == true, "\(told)")
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
