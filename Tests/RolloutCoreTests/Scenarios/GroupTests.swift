internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import Testing

@testable internal import RolloutCore

/// Members of a group that leave it, come back, or are edited when others are done.
@Suite struct GroupTests {
    private static let steps = "[{setWeight: 10, hold: 3s}, {setWeight: 50, hold: 30s}]"

    private static func spec(_ name: String, _ steps: String, group: String? = "shop") -> String {
        """
        workload: {stable: {name: \(name)-v1, version: v1}, canary: {name: \(name)-v2, version: v2}}
        host: \(name)
        \(group.map { "group: \($0)" } ?? "")
        steps: \(steps)
        progressDeadline: 120s
        """
    }

    /// Two members on their way.
    private static func underWay(
        _ first: String = steps,
        _ second: String = steps
    ) async throws -> (TestCluster, DirectRollout) {
        let cluster = try await TestCluster()
        for (name, steps) in [("reviews", first), ("ratings", second)] {
            try await cluster.deploy("\(name)-v1", version: "v1")
            _ = try await cluster.step()
            try await cluster.rollOut(spec(name, steps), name: name)
        }
        let life = try DirectRollout(cluster)
        try await life.run(2)
        for name in ["reviews", "ratings"] { try await cluster.deploy("\(name)-v2", version: "v2") }
        return (cluster, life)
    }

    /// Both at 50 percent, in the middle of their holds.
    private static func halfWay() async throws -> (TestCluster, DirectRollout) {
        let (cluster, life) = try await underWay()
        try await life.run(60) { try await Self.weights($0) == [50, 50] }
        #expect(try await weights(cluster) == [50, 50])
        return (cluster, life)
    }

    private static func weights(_ cluster: TestCluster) async throws -> [Int64] {
        [try await cluster.weights("reviews")["v2"] ?? 0, try await cluster.weights("ratings")["v2"] ?? 0]
    }

    private static func phases(_ cluster: TestCluster) async throws -> [RolloutPhase?] {
        [try await cluster.status("reviews").phase, try await cluster.status("ratings").phase]
    }

    private static func change(_ name: String, _ spec: Tree, _ cluster: TestCluster) async throws {
        let key = ObjectKey(namespace: "shop", name: name)
        _ = try await cluster.admin.patch(RolloutNames.resource, key, .merge(["spec": spec]))
    }

    private static func delete(_ name: String, _ cluster: TestCluster) async throws {
        _ = try await cluster.admin.delete(RolloutNames.resource, ObjectKey(namespace: "shop", name: name))
    }

    private static func departure(_ cluster: TestCluster, _ name: String = "reviews") async throws -> String? {
        try await cluster.status(name).conditions.first { $0.type == "GroupMemberLeft" }?.message
    }

    private static func left(_ life: DirectRollout) async throws -> [String] {
        try await life.events().filter { $0.reason == "GroupMemberLeft" && $0.type == "Warning" }.map(\.note)
    }

    @Test("A member that is deleted holds the others, who say so, also in the next process, until it is there again")
    func aDeletedMemberIsMissed() async throws {
        let (cluster, life) = try await Self.halfWay()
        try await Self.delete("ratings", cluster)
        try await life.run(40)
        #expect(try await cluster.weights("reviews")["v2"] == 50)
        let words = "MeshRollout ratings of group shop was deleted in the middle; create it again"
        #expect(try await Self.departure(cluster)?.contains(words) == true)
        let status = try await cluster.status()
        #expect(status.progress.reason == "AwaitingGroup" && status.progress.waitingFor.contains(words))
        #expect(status.progress.until != nil)
        #expect(status.condition(.degraded)?.reason == "GroupMemberLeft")
        #expect(try await Self.left(life).count == 1)
        let next = try DirectRollout(cluster)
        try await next.run(20)
        #expect(try await cluster.weights("reviews")["v2"] == 50)
        #expect(try await Self.departure(cluster)?.contains(words) == true)
        try await cluster.rollOut(Self.spec("ratings", Self.steps), name: "ratings")
        try await next.run(3)
        #expect(try await Self.departure(cluster) == nil)
        try await next.run(200) { try await Self.phases($0) == [.completed, .completed] }
        #expect(try await Self.phases(cluster) == [.completed, .completed])
        #expect(try await Self.left(next).count == 1, "it is told once")
    }

    @Test("Who is not there again in time takes the others back: together, or not at all")
    func aMemberThatStaysAwayTakesTheOthersBack() async throws {
        let (cluster, life) = try await Self.halfWay()
        try await Self.delete("ratings", cluster)
        try await life.run(110)
        #expect(try await cluster.weights("reviews")["v2"] == 50)
        try await life.run(to: .rolledBack, within: 40)
        let status = try await cluster.status()
        #expect(status.verdict?.cause == "GroupFailed")
        #expect(status.verdict?.message.contains("ratings of group shop was deleted") == true)
        #expect(try await Self.departure(cluster) == nil)
    }

    @Test func aPauseKeepsTheOthersFromGoingBack() async throws {
        let (cluster, life) = try await Self.halfWay()
        try await cluster.annotate(RolloutNames.Command.pause, "true")
        try await life.run(2)
        try await Self.delete("ratings", cluster)
        try await life.run(200)
        #expect(try await cluster.weights("reviews")["v2"] == 50)
        let text = try await Self.departure(cluster)
        #expect(text?.contains("progressDeadline") == false, "\(text ?? "")")
        try await cluster.annotate(RolloutNames.Command.pause, nil)
        try await life.run(100)
        #expect(try await cluster.weights("reviews")["v2"] == 50, "the deadline counts from the end of the pause")
        try await life.run(to: .rolledBack, within: 60)
    }

    @Test("A member whose spec.group is gone goes on by itself; the others hold until it is promoted")
    func aMemberThatIsTakenOutGoesOnAlone() async throws {
        let slower = "[{setWeight: 10, hold: 3s}, {setWeight: 50, hold: 70s}]"
        let (cluster, life) = try await Self.underWay(Self.steps, slower)
        try await life.run(60) { try await Self.weights($0) == [50, 50] }
        try await Self.change("ratings", ["group": .null], cluster)
        try await life.run(50)
        #expect(try await cluster.status().progress.reason == "AwaitingGroup")
        #expect(try await Self.weights(cluster) == [50, 50])
        let text = try await Self.departure(cluster) ?? ""
        #expect(text.contains("ratings left group shop in the middle: its spec.group is gone"), "\(text)")
        try await life.run(to: .completed, within: 60, "ratings")
        try await life.run(to: .completed, within: 20)
        #expect(try await Self.departure(cluster) == nil)
        let told = try await Self.left(life)
        #expect(told.count == 2, "\(told)")
        #expect(told.contains { $0.contains("it goes on by itself, and reviews of the group wait") }, "\(told)")
    }

    @Test("Those that stay go on without who left once they are given another group")
    func anotherGroupLeavesNobodyOut() async throws {
        let (cluster, life) = try await Self.halfWay()
        try await Self.delete("ratings", cluster)
        try await life.run(60)
        #expect(try await cluster.status().progress.reason == "AwaitingGroup")
        try await Self.change("reviews", ["group": "rest"], cluster)
        try await life.run(to: .completed, within: 20)
    }

    @Test("A member that is moved to another group while others stay in the old one goes nowhere, nor do they")
    func aMemberThatIsMovedHolds() async throws {
        let (cluster, life) = try await Self.halfWay()
        try await Self.change("ratings", ["group": "other"], cluster)
        try await life.run(60)
        #expect(try await Self.weights(cluster) == [50, 50])
        #expect(try await Self.departure(cluster)?.contains("its spec.group is other; set it back") == true)
        let moved = try await Self.departure(cluster, "ratings") ?? ""
        #expect(moved.contains("changed from shop to other in the middle, and MeshRollout reviews is in"), "\(moved)")
        // A group that all are moved to is the same group under another name.
        try await Self.change("reviews", ["group": "other"], cluster)
        try await life.run(60) { try await Self.phases($0) == [.completed, .completed] }
        #expect(try await Self.phases(cluster) == [.completed, .completed])
    }

    @Test("A member edited once another is promoted goes on; that the other is refused ends nothing")
    func aPromotedMemberHoldsNobody() async throws {
        let (cluster, life) = try await Self.underWay(
            "[{setWeight: 10, hold: 3s}, {setWeight: 100, hold: 3s}]",
            "[{setWeight: 10, hold: 3s}, {setWeight: 100, hold: 20s}]"
        )
        try await life.run(120) { cluster in
            let ratings = try await cluster.find(RolloutNames.resource, "ratings")
            return ratings?.annotations[RolloutNames.Annotation.serving] != nil
        }
        let promoted = try await cluster.find(RolloutNames.resource, "ratings")
        #expect(promoted?.annotations[RolloutNames.Annotation.serving] != nil)
        #expect(try await cluster.status("reviews").phase == .progressing)
        let steps = "[{setWeight: 5, hold: 20s}, {setWeight: 100, hold: 20s}, {hold: 3s}]"
        try await Self.change("reviews", ["steps": try requireDocument(steps)], cluster)
        try await life.run(15)
        let place = try await cluster.status("reviews").progress
        #expect(place.step == 2 && place.steps == 3 && place.reason == "Holding", "\(place)")
        let ratings = try await cluster.status("ratings")
        #expect(ratings.progress.reason == "PreflightFailed", "its steps are less than those of reviews")
        #expect(ratings.phase == .failed && ratings.verdict == nil)
        try await life.run(60)
        #expect(try await cluster.status("reviews").stable == "v2")
        #expect(try await cluster.weights("reviews") == ["v2": 100])
    }

    @Test("What is awaited of a member with nothing to roll out is said with a remedy")
    func aMemberAtRestIsNamedWithARemedy() async throws {
        let (cluster, life) = try await Self.underWay()
        try await life.run(200) { try await Self.phases($0) == [.completed, .completed] }
        let template: Tree = ["spec": ["template": ["spec": ["terminationGracePeriodSeconds": 7]], "replicas": 2]]
        _ = try await cluster.admin.patch(
            .deployments,
            ObjectKey(namespace: "shop", name: "reviews-v1"),
            .merge(template)
        )
        try await life.run(40)
        let progress = try await cluster.status().progress
        #expect(progress.reason == "AwaitingGroup", "\(progress)")
        #expect(progress.waitingFor.contains("MeshRollout ratings of the group (Completed"), "\(progress.waitingFor)")
        #expect(progress.waitingFor.contains("take spec.group off here"), "\(progress.waitingFor)")
        try await Self.change("reviews", ["group": .null], cluster)
        try await life.run(to: .completed, within: 100)
    }

    @Test func whoStepsTogetherIsWrittenDownAndReadBack() {
        let names = (0..<600).map { "member-\($0)-\(String(repeating: "x", count: 40))" }
        let many = GroupMembership(group: "shop", members: names)
        #expect(many.members.count < 600 && many.tree.jsonText().utf8.count < 8_100, "a record stays readable")
        #expect(GroupMembership(many.tree) == many)
        let alone = GroupMembership(group: "shop", members: [])
        #expect(GroupMembership(alone.tree) == alone, "that all others are done is known as well")
        #expect(GroupMembership(["name": "shop"]) == nil)
    }
}
