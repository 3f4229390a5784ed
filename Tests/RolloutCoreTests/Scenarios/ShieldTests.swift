internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import MeshBase
internal import RolloutControl
internal import RolloutEngine
internal import SandboxStore
internal import Testing

@testable internal import RolloutCore

/// A version that failed gets no requests, also where the user's routes name no subset.
@Suite struct ShieldTests {
    /// A rollout that a gate has ended, with the failed version still up, and the routes as they were before.
    private static func failed() async throws -> (cluster: TestCluster, life: DirectRollout, before: Tree?) {
        let cluster = try await SampleRollout.cluster(GateTests.spec("[{setWeight: 20}, {setWeight: 60}]"))
        let before = try await cluster.service()?.tree["spec"]
        let life = try DirectRollout(cluster)
        life.asker.answer { name, question in name == "go" && question.weight >= 60 ? .failed : .passed }
        try await cluster.deploy("reviews-v2", version: "v2")
        try await life.run(to: .rolledBack, within: 100)
        return (cluster, life, before)
    }

    /// Whether routes led to the host without a subset at some time since `revision`.
    private static func wasOpen(_ cluster: TestCluster, since revision: UInt64) -> Bool {
        let resource = TrafficResources.virtualServices
        let name = GroupResource(group: resource.kind.group, resource: resource.plural)
        return cluster.core.storage.changes(in: name, after: revision).contains { change in
            let routes = change.after?.tree.value(at: "spec", "http")?.array ?? []
            return routes.flatMap { $0["route"]?.array ?? [] }.contains { $0["destination"]?["subset"] == nil }
        }
    }

    @Test func aFailedVersionGetsNothingUntilItIsDown() async throws {
        let (cluster, life, before) = try await Self.failed()
        try await life.run(10)
        #expect(try await cluster.weights() == ["v1": 100, "v2": 0])
        let told = try await cluster.status()
        let words = told.progress.waitingFor
        #expect(words.contains("stays with version v1"), "\(words)")
        #expect(words.contains("kubectl -n shop scale deployment reviews-v2 --replicas=0"), "\(words)")
        let shield = told.conditions.first { $0.type == "Shielded" }
        #expect(shield?.state == .yes && shield?.message.contains("--replicas=0") == true)
        #expect(told.condition(.degraded)?.message.contains("stays with version v1") == true)
        let writes = life.transport.writes.count
        try await life.run(100)
        #expect(life.transport.writes.count == writes, "nothing is written meanwhile")

        try await cluster.scale("reviews-v2", 0)
        try await life.run(15)
        let service = try await cluster.service()
        #expect(service?.tree["spec"] == before && service?.annotations == ["team": "shop"], "exactly as it was")
        let rule = try #require(try await cluster.find(TrafficResources.destinationRules, "reviews"))
        #expect(rule.tree["spec"]?.object?.keys.contains("subsets") == false, "\(rule.tree.jsonText())")
        #expect(try await cluster.status().phase == .idle)
        #expect(try await cluster.status().conditions.allSatisfy { $0.type != "Shielded" })
        let counts = try await EventTests.counted(life)
        #expect(counts["Shielded"] == 1 && counts["Restored"] == 1 && counts["Exposed"] == nil, "\(counts)")
    }

    @Test func aPersonWhoAbortsHasRoutesBackAtOnce() async throws {
        let cluster = try await SampleRollout.cluster()
        let before = try await cluster.service()?.tree["spec"]
        let life = try DirectRollout(cluster)
        try await cluster.deploy("reviews-v2", version: "v2")
        try await life.run(60) { try await $0.weights()["v2"] == 25 }
        try await cluster.annotate(RolloutNames.Command.abort, "no")
        try await life.run(to: .rolledBack, within: 20)
        try await life.run(10)
        #expect(try await cluster.service()?.tree["spec"] == before)
        let words = try await cluster.status().progress.waitingFor
        #expect(words.contains("Deployment reviews-v2 with 2 ready gets requests"), "\(words)")
        #expect(try await cluster.status().conditions.contains { $0.type == "Exposed" && $0.state == .yes })
        let exposed = try await life.events().filter { $0.reason == "Exposed" }
        #expect(exposed.count == 1 && exposed.first?.type == "Warning", "\(exposed)")
        #expect(exposed.first?.note.contains("--replicas=0") == true, "\(exposed)")
    }

    @Test func anAbortAfterwardsGivesRoutesBackAndSteersNothingElse() async throws {
        let (cluster, life, before) = try await Self.failed()
        try await cluster.annotate(RolloutNames.Command.abort, "give it back")
        try await life.run(15)
        #expect(try await cluster.service()?.tree["spec"] == before)
        #expect(try await cluster.status().phase == .rolledBack)
        let annotations = try await cluster.find(RolloutNames.resource, "reviews")?.annotations ?? [:]
        #expect(annotations[RolloutNames.Command.abort] == nil, "it has been obeyed")
    }

    @Test(arguments: [true, false]) func theNextAttemptBeginsWithoutAGap(_ isRetried: Bool) async throws {
        let (cluster, life, before) = try await Self.failed()
        try await life.run(5)
        let start = cluster.core.storage.revision
        life.asker.answer { _, _ in .passed }
        if isRetried {
            try await cluster.annotate(RolloutNames.Command.retry, cluster.now.rfc3339)
        } else {
            let container: Tree = ["name": "app", "image": "reviews:v3"]
            let image: Tree = ["spec": ["template": ["spec": ["containers": [container]]]]]
            let key = ObjectKey(namespace: "shop", name: "reviews-v2")
            _ = try await cluster.admin.patch(.deployments, key, .strategic(image))
        }
        try await life.run(to: .completed, within: 200)
        try await life.run(10)
        #expect(!Self.wasOpen(cluster, since: start))
        let original = before?.value(at: "http")?.array?.first
        var promoted = try #require(try await cluster.service()?.tree.value(at: "spec", "http")?.array?.first)
        #expect(promoted["route"]?.array?.count == 1, "\(promoted.jsonText())")
        promoted["route"] = original?["route"]
        #expect(promoted == original, "what is not of the rollout is as it was")
        #expect(try await cluster.service()?.annotations == ["team": "shop"])
    }

    @Test func aManifestAppliedMeanwhileIsPutBack() async throws {
        let (cluster, life, _) = try await Self.failed()
        try await life.run(10)
        let live = try #require(try await cluster.service())
        let routes = try requireDocument(SampleRollout.service).value(at: "spec", "http") ?? .null
        _ = try await cluster.admin.patch(
            TrafficResources.virtualServices,
            live.key,
            .merge(["spec": ["http": routes]])
        )
        try await life.run(3)
        #expect(try await cluster.weights() == ["v1": 100, "v2": 0])
        #expect(try await cluster.status().phase == .rolledBack)
        #expect(try await life.events().filter { $0.reason == "PutBack" }.count == 1)
    }

    /// Without its subset the side that serves would get nothing either.
    @Test func aDeletedDestinationRuleGivesRoutesBackAtOnce() async throws {
        let (cluster, life, before) = try await Self.failed()
        try await life.run(3)
        _ = try await cluster.admin.delete(TrafficResources.destinationRules, TestCluster.key)
        try await life.run(1)
        #expect(try await cluster.service()?.tree["spec"] == before)
    }
}
