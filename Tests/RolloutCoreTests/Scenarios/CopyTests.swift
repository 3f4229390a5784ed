internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import MeshBase
internal import Testing

@testable internal import RolloutCore

/// A promotion by copy hears people, other releases and the deadline, and is taken back without a user noticing.
@Suite struct CopyTests {
    private typealias Command = RolloutNames.Command

    private static func spec(_ more: String = "") -> String {
        SampleRollout.spec(
            """
            virtualServices: [{name: reviews}]
            destinationRule: {name: reviews}
            steps: [{setWeight: 50}]
            promotion: {mode: CopyTemplate, scaleDownDelay: 5s}
            \(more)
            """
        )
    }

    /// A promotion that has come so far that this share is still on the canary.
    private static func promoting(_ weight: Int64, _ more: String = "") async throws -> (TestCluster, DirectRollout) {
        let cluster = try await SampleRollout.cluster(spec(more))
        let life = try DirectRollout(cluster)
        try await cluster.deploy("reviews-v2", version: "v2")
        if weight == 100 {
            // A stable side that is down while it serves would hold the steps.
            try await life.run(90) { try await $0.weights()["v2"] == 100 }
            cluster.breakWorkload("reviews-v1")
            try await cluster.ready("reviews-v1")
        }
        try await life.run(90) { cluster in
            let share = try await cluster.weights()["v2"]
            return try await cluster.status().phase == .promoting && share == weight
        }
        #expect(try await cluster.weights()["v2"] == weight)
        return (cluster, life)
    }

    private static func template(_ cluster: TestCluster) async throws -> Tree? {
        try await cluster.find(.deployments, "reviews-v1")?.tree.value(at: "spec", "template")
    }

    private static func image(_ cluster: TestCluster) async throws -> String? {
        try await template(cluster)?.value(at: "spec", "containers")?[0]?["image"]?.string
    }

    @Test func aPauseKeepsTheShareAndTheDeadline() async throws {
        let (cluster, life) = try await Self.promoting(50, "progressDeadline: 30s")
        try await cluster.annotate(Command.pause, "true")
        try await life.run(2)
        let share = try await cluster.weights()["v2"]
        let before = life.transport.writes.count
        try await life.run(300)
        #expect(life.transport.writes.count == before, "nothing is written")
        #expect(try await cluster.weights()["v2"] == share)
        #expect(try await cluster.status().phase == .paused)
        #expect(try await cluster.status().progress.reason == "Paused")
        try await cluster.annotate(Command.pause, nil)
        try await life.run(to: .completed, within: 90)
        #expect(try await Self.image(cluster) == "reviews:v2")
    }

    @Test(arguments: [100, 50] as [Int64]) func anAbortPutsTheTemplateBack(weight: Int64) async throws {
        let (cluster, life) = try await Self.promoting(weight)
        #expect(try await Self.image(cluster) == "reviews:v2")
        cluster.breakWorkload("reviews-v1")
        try await cluster.annotate(Command.abort, "odd")
        try await life.run(200)
        // The stable workload does not come up: the canary, which passed everything, carries all of it, however long it takes.
        #expect(try await cluster.weights()["v2"] == 100)
        #expect(try await Self.image(cluster) == "reviews:v1")
        var status = try await cluster.status()
        #expect(status.phase == .rollingBack)
        #expect(status.progress.waitingFor == "waiting for Deployment reviews-v1 with the template it had: 0/2 ready")
        cluster.breakWorkload("reviews-v1", false)
        try await life.run(to: .rolledBack, within: 30)
        try await life.run(10)
        status = try await cluster.status()
        #expect(status.progress.waitingFor.hasPrefix("a person asks to go back: odd; "))
        #expect(try await cluster.service()?.tree["spec"] == (try requireDocument(SampleRollout.service))["spec"])
        #expect(try await cluster.service()?.annotations == ["team": "shop"])
        let counts = try await EventTests.counted(life)
        #expect(counts["RollingBack"] == 1 && counts["TemplateRestored"] == 1 && counts["Restored"] == 1, "\(counts)")
    }

    @Test func theTemplateIsPutBackExactly() async throws {
        let cluster = try await SampleRollout.cluster(Self.spec())
        let before = try await Self.template(cluster)
        let life = try DirectRollout(cluster)
        try await cluster.deploy("reviews-v2", version: "v2")
        try await life.run(90) { try await Self.image($0) == "reviews:v2" }
        // An upgrade of the mesh meanwhile is not taken back with it.
        let label: Tree = ["metadata": ["labels": ["istio.io/rev": "1-30-3"]]]
        let key = ObjectKey(namespace: "shop", name: "reviews-v1")
        _ = try await cluster.admin.patch(.deployments, key, .strategic(["spec": ["template": label]]))
        try await cluster.annotate(Command.abort, "odd")
        try await life.run(to: .rolledBack, within: 60)
        var expected = try #require(before)
        expected.set("1-30-3", at: ["metadata", "labels", "istio.io/rev"])
        #expect(try await Self.template(cluster) == expected)
    }

    @Test func aTemplateOfSomebodyElseStays() async throws {
        let (cluster, life) = try await Self.promoting(100)
        try await cluster.annotate(Command.pause, "true")
        let next: Tree = ["spec": ["template": ["spec": ["containers": [["name": "app", "image": "reviews:fix"]]]]]]
        let key = ObjectKey(namespace: "shop", name: "reviews-v1")
        _ = try await cluster.admin.patch(.deployments, key, .strategic(next))
        cluster.breakWorkload("reviews-v1", false)
        try await cluster.annotate(Command.abort, "mine")
        try await life.run(to: .rolledBack, within: 60)
        #expect(try await Self.image(cluster) == "reviews:fix")
    }

    @Test func aStableSideThatNeverComesUpEndsAtTheDeadline() async throws {
        let (cluster, life) = try await Self.promoting(100, "progressDeadline: 20s")
        try await life.run(40) { try await $0.status().phase == .rollingBack }
        try await life.run(1)
        #expect(try await Self.image(cluster) == "reviews:v1")
        #expect(try await cluster.weights()["v2"] == 100)
        cluster.breakWorkload("reviews-v1", false)
        try await life.run(to: .rolledBack, within: 30)
        let back = try await life.events().first { $0.reason == "RollingBack" }
        #expect(back?.note.contains("ProgressDeadlineExceeded: waiting for Deployment reviews-v1 with the new") == true)
        #expect(try await cluster.status().condition(.degraded)?.state == .yes)
    }

    @Test func aSlowReturnIsProgress() async throws {
        let (cluster, life) = try await Self.promoting(25, "progressDeadline: 15s")
        let stable = try #require(try await cluster.find(.deployments, "reviews-v1"))
        _ = try await cluster.report(stable, .deployments, ["readyReplicas": 1, "availableReplicas": 1])
        try await life.reconcile()
        #expect(try await cluster.status().progress.waitingFor.contains("1/2 ready"))
        #expect(try await cluster.status().phase == .promoting, "the deadline counts from the last portion")
        try await life.run(to: .completed, within: 90)
        #expect(try await Self.image(cluster) == "reviews:v2")
    }

    @Test func aStableSideThatBreaksOnTheWayLeavesTheTrafficToTheCanary() async throws {
        let (cluster, life) = try await Self.promoting(50)
        cluster.breakWorkload("reviews-v1")
        _ = try await cluster.step()
        try await life.run(3)
        #expect(try await cluster.weights()["v2"] == 100)
        cluster.breakWorkload("reviews-v1", false)
        try await life.run(to: .completed, within: 120)
    }

    @Test func aCanaryThatIsScaledAwayHandsOverAndIsTakenBack() async throws {
        let (cluster, life) = try await Self.promoting(50)
        try await cluster.scale("reviews-v2", 0)
        try await life.run(15)
        #expect(try await cluster.weights() == ["": 100])
        #expect(try await Self.image(cluster) == "reviews:v1")
        #expect(try await cluster.status().phase == .idle)
        let why = "Deployment reviews-v2 was scaled to nothing at step 2 of 2 of the rollout of version v2"
        #expect(try await cluster.status().progress.waitingFor.contains(why))
    }

    @Test func aRetryGoesThroughAllOfItAgain() async throws {
        let (cluster, life) = try await Self.promoting(50)
        try await cluster.annotate(Command.abort, "odd")
        try await life.run(to: .rolledBack, within: 60)
        try await life.run(10)
        try await cluster.annotate(Command.abort, nil)
        try await cluster.annotate(Command.retry, cluster.now.rfc3339)
        try await life.run(to: .completed, within: 200)
        #expect(try await Self.image(cluster) == "reviews:v2")
    }

    @Test func deletionInTheMiddlePutsTheTemplateBack() async throws {
        let (cluster, life) = try await Self.promoting(50)
        _ = try await cluster.admin.delete(RolloutNames.resource, TestCluster.key)
        try await life.run(20)
        #expect(try await cluster.find(RolloutNames.resource, "reviews") == nil)
        #expect(try await Self.image(cluster) == "reviews:v1")
        #expect(try await cluster.service()?.annotations == ["team": "shop"])
    }
}

extension TestCluster {
    /// Reports all replicas of a workload as ready, once.
    func ready(_ name: String) async throws {
        guard let object = try await find(.deployments, name) else { return }
        let replicas = object.tree.value(at: "spec", "replicas") ?? 1
        _ = try await report(object, .deployments, ["readyReplicas": replicas, "availableReplicas": replicas])
    }
}
