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

/// Who writes routes that are kept from a version that failed, and what the status says while that gets requests.
@Suite struct ShieldFightTests {
    /// A rollout that a gate has ended and whose routes stay with the side that serves.
    static func shielded() async throws -> (cluster: TestCluster, life: DirectRollout) {
        let cluster = try await SampleRollout.cluster(GateTests.spec("[{setWeight: 20}, {setWeight: 60}]"))
        let life = try DirectRollout(cluster)
        life.asker.answer { name, question in name == "go" && question.weight >= 60 ? .failed : .passed }
        try await cluster.deploy("reviews-v2", version: "v2")
        try await life.run(to: .rolledBack, within: 100)
        try await life.run(10)
        #expect(try await cluster.weights() == ["v1": 100, "v2": 0])
        return (cluster, life)
    }

    private static func types(_ cluster: TestCluster) async throws -> Set<String> {
        Set(try await cluster.status().conditions.filter { $0.state == .yes }.map(\.type))
    }

    /// What the conditions say of the routes as they are is true.
    private static func expectTruth(_ cluster: TestCluster, _ when: String) async throws -> Bool {
        let isOpen = try await cluster.weights()[""] != nil
        let types = try await types(cluster)
        #expect(types.contains("Exposed") == isOpen, "\(when): \(types)")
        #expect(types.contains("Shielded") == !isOpen, "\(when): \(types)")
        return isOpen
    }

    @Test(
        "A tool that applies its manifest each second is put back each time, named with the remedy, and wins no second"
    )
    func applies() async throws {
        let (cluster, life) = try await Self.shielded()
        let before = life.transport.writes.count
        var open = 0
        for second in 1...60 {
            try await HandEditTests.applyAgain(cluster)
            try await life.run(1)
            if try await Self.expectTruth(cluster, "second \(second)") { open += 1 }
            let conflict = try await cluster.status().conditions.first { $0.type == "FieldConflict" }
            #expect((conflict != nil) == (second > 1), "second \(second)")
            #expect(conflict?.message.contains("argocd-controller") ?? true)
            #expect(conflict?.message.contains("ignoreDifferences") ?? true)
        }
        #expect(open == 0, "put back each second")
        let writes = life.transport.writes.dropFirst(before)
        #expect(writes.count { $0.path.contains("virtualservices") } <= 61, "no hot fight")
        #expect(writes.count { $0.path.contains("meshrollouts") } <= 20, "the status does not follow each count")
        // Who writes twice within a second wins the rest of it, which is told.
        for _ in 0..<2 {
            try await HandEditTests.applyAgain(cluster)
            try await life.reconcile()
        }
        #expect(try await Self.expectTruth(cluster, "twice within a second"))
        let words = try await cluster.status().conditions.first { $0.type == "Exposed" }?.message ?? ""
        #expect(words.contains("was changed by argocd-controller") && words.contains("within 1 s"), "\(words)")
        #expect(words.contains("ignoreDifferences"), "\(words)")
        #expect(try await cluster.status().condition(.degraded)?.message.contains("argocd-controller") == true)
        try await life.run(8)
        #expect(try await !Self.expectTruth(cluster, "at the end"))
        try await life.run(620)
        #expect(try await !Self.types(cluster).contains("FieldConflict"), "it is over")
        let counts = try await EventTests.counted(life)
        #expect(counts["PutBack"] == 1 && counts["FieldConflict"] == 1 && counts["Restored"] == nil, "\(counts)")
        #expect(try await life.events().allSatisfy { !$0.note.contains("at rest") })
    }

    @Test("A route that is made anew is kept from the failed version again, and nothing is called restored")
    func replaced() async throws {
        let (cluster, life) = try await Self.shielded()
        for _ in 0..<2 {
            _ = try await cluster.admin.delete(TrafficResources.virtualServices, TestCluster.key)
            try await cluster.create(SampleRollout.service, TrafficResources.virtualServices)
            try await life.run(10)
            #expect(try await !Self.expectTruth(cluster, "replaced"))
            #expect(try await cluster.weights() == ["v1": 100, "v2": 0])
        }
        #expect(try await Self.types(cluster).contains("FieldConflict"), "twice is a fight")
        let rule = try #require(try await cluster.find(TrafficResources.destinationRules, "reviews"))
        #expect(rule.tree.value(at: "spec", "subsets")?.array?.count == 2, "its subsets stay")
        try await cluster.scale("reviews-v2", 0)
        try await life.run(15)
        #expect(try await cluster.weights() == ["": 100])
        let counts = try await EventTests.counted(life)
        #expect(counts["Restored"] == 1 && counts["Shielded"] == 2, "\(counts)")
    }

    @Test("What is replaced after the group failed is kept from the failed version as well")
    func replacedAfterTheGroupFailed() async throws {
        let cluster = try await GateTests.group(
            "[{setWeight: 10}, {setWeight: 50, hold: 60s}]",
            "[{setWeight: 10}, {setWeight: 50}]"
        )
        let life = try DirectRollout(cluster)
        life.asker.answer { name, question in name == "ratings" && question.weight == 50 ? .failed : .passed }
        try await cluster.create(SampleRollout.service, TrafficResources.virtualServices)
        let service = Patch.merge(["spec": ["virtualServices": [["name": "reviews"]]]])
        _ = try await cluster.admin.patch(RolloutNames.resource, TestCluster.key, service)
        try await cluster.deploy("reviews-v2", version: "v2")
        try await cluster.deploy("ratings-v2", version: "v2")
        try await life.run(to: .rolledBack, within: 200)
        try await life.run(10)
        #expect(try await cluster.status().progress.waitingFor.contains("of the group failed"))
        for _ in 0..<2 {
            _ = try await cluster.admin.delete(TrafficResources.virtualServices, TestCluster.key)
            try await cluster.create(SampleRollout.service, TrafficResources.virtualServices)
            try await life.run(10)
            #expect(try await !Self.expectTruth(cluster, "replaced"))
            #expect(try await cluster.weights() == ["v1": 100, "v2": 0])
        }
    }

    @Test("An abort ends it for good, also where the route is replaced afterwards")
    func aborted() async throws {
        let (cluster, life) = try await Self.shielded()
        try await cluster.annotate(RolloutNames.Command.abort, "give it back")
        try await life.run(15)
        _ = try await cluster.admin.delete(TrafficResources.virtualServices, TestCluster.key)
        try await cluster.create(SampleRollout.service, TrafficResources.virtualServices)
        try await life.run(15)
        #expect(try await cluster.weights() == ["": 100])
        #expect(try await Self.types(cluster).contains("Exposed"))
    }

    @Test("What failed is not tried again by itself when it is scaled down and up, and gets nothing")
    func scaledUpAgain() async throws {
        let (cluster, life) = try await Self.shielded()
        try await cluster.scale("reviews-v2", 0)
        try await life.run(15)
        #expect(try await cluster.status().phase == .idle)
        let asked = life.asker.asked.count { $0.name == "go" }
        try await cluster.scale("reviews-v2", 2)
        try await life.run(30)
        #expect(try await cluster.status().phase == .rolledBack)
        #expect(try await cluster.status().progress.waitingFor.contains("gate go failed"))
        #expect(try await cluster.weights() == ["v1": 100, "v2": 0])
        #expect(life.asker.asked.count { $0.name == "go" } == asked, "no gate is asked")
        life.asker.answer { _, _ in .passed }
        try await cluster.annotate(RolloutNames.Command.retry, cluster.now.rfc3339)
        try await life.run(to: .completed, within: 200)
        let counts = try await EventTests.counted(life)
        #expect(counts["Starting"] == 2 && counts["PutBack"] == nil, "\(counts)")
    }

    @Test("That all is restored is told once, also where the failed version is gone at once")
    func deleted() async throws {
        let (cluster, life) = try await Self.shielded()
        let key = ObjectKey(namespace: "shop", name: "reviews-v2")
        _ = try await cluster.admin.delete(.deployments, key)
        for pod in try await cluster.admin.list(.pods).objects where pod.name.hasPrefix("reviews-v2") {
            _ = try await cluster.admin.delete(.pods, pod.key, DeleteOptions(gracePeriodSeconds: 0))
        }
        try await life.run(20)
        #expect(try await cluster.weights() == ["": 100])
        let counts = try await EventTests.counted(life)
        #expect(counts["Restored"] == 1 && counts["Exposed"] == nil, "\(counts)")
    }
}
