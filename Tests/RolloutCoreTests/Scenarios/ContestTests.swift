internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import MeshBase
internal import MeshTestKit
internal import RolloutControl
internal import Testing

@testable internal import RolloutCore

/// Who changed what a rollout wrote, how often, and what comes of it.
@Suite struct ContestTests {
    static let start = Timestamp(seconds: 1_790_000_000)

    static func at(_ seconds: Int) -> Timestamp { start + .seconds(seconds) }

    // MARK: Counting

    @Test func oneEditOfEachOfTwoWritersIsNoFight() {
        var count = ContestCount().counted(.routes, by: "argocd-controller", now: Self.at(0))
        #expect(count.mayPutBack(.weights, by: "kubectl-edit", now: Self.at(1)) == Self.at(1))
        #expect(count.mayPutBack(.weights, by: "argocd-controller", now: Self.at(1)) == Self.at(1))
        count = count.counted(.weights, by: "kubectl-edit", now: Self.at(1))
        #expect(count.fight(now: Self.at(2)) == nil)
        #expect(count.mayPutBack(.routes, by: "argocd-controller", now: Self.at(0)) == Self.at(1))
        count = count.counted(.routes, by: "argocd-controller", now: Self.at(1))
        let fight = count.fight(now: Self.at(61))
        #expect(fight?.writer == "argocd-controller")
        #expect(fight?.times == 2)
        #expect(fight?.since == Self.at(0))
    }

    @Test func theSameEditWaitsTwiceAsLongEachTimeAndAMinuteInTheEnd() {
        var (count, now) = (ContestCount(), 0)
        var waits: [Int] = []
        for _ in 0..<10 {
            count = count.counted(.routes, by: "a", now: Self.at(now))
            let next = count.mayPutBack(.routes, by: "a", now: Self.at(now))
            waits.append(Int((next - Self.at(now)).components.seconds))
            now += waits.last ?? 0
        }
        #expect(waits == [1, 2, 4, 8, 16, 32, 60, 60, 60, 60])
        #expect(count.mayPutBack(.routes, by: "a", patience: .seconds(5), now: Self.at(now - 60)) == Self.at(now - 55))
    }

    @Test func anEditIsForgottenAfterTenMinutes() {
        let count = ContestCount().counted(.routes, by: "a", now: Self.at(0)).counted(
            .routes,
            by: "a",
            now: Self.at(70)
        )
        #expect(count.fight(now: Self.at(669)) != nil)
        #expect(count.fight(now: Self.at(670)) == nil)
        #expect(count.mayPutBack(.routes, by: "a", now: Self.at(670)) == Self.at(670))
        #expect(count.counted(.routes, by: "a", now: Self.at(670)).entries.map(\.times) == [1])
    }

    @Test func manyWritersAreNoWayAroundTheWait() {
        var count = ContestCount()
        for index in 0..<ContestCount.rushLimit { count = count.counted(.routes, by: "w\(index)", now: Self.at(index)) }
        #expect(count.mayPutBack(.routes, by: "another", now: Self.at(10)) == Self.at(65))
        for index in 0..<50 { count = count.counted(.routes, by: "x\(index)", now: Self.at(100 + index)) }
        #expect(count.entries.count <= 8, "it does not grow")
    }

    @Test func isReadAsItIsWritten() {
        let count = ContestCount().counted(.routes, by: "a", now: Self.at(0)).counted(
            .subsets,
            by: "b",
            now: Self.at(9)
        )
        #expect(ContestCount(count.tree) == count)
        for odd: Tree in [.null, 7, [["writer": "a"]], [["writer": "a", "edit": "Odd", "since": "x", "last": "y"]]] {
            #expect(ContestCount(odd).entries.isEmpty)
        }
    }

    @Test(arguments: [
        (
            #"[{"time":"2026-01-01T00:00:09Z","manager":"flux","fieldsV1":{"f:spec":{"f:hosts":{}}}},{"time":"2026-01-01T00:00:01Z","manager":"kubectl-edit","fieldsV1":{"f:spec":{"f:http":{}}}}]"#,
            "kubectl-edit"
        ),
        (
            #"[{"time":"2026-01-01T00:00:09Z","manager":"flux","fieldsV1":{"f:spec":{"f:hosts":{}}}},{"manager":"mesh-operator","fieldsV1":{"f:spec":{"f:http":{}}}}]"#,
            "flux"
        ),
        (
            #"[{"time":"2026-01-01T00:00:09Z","manager":"status","subresource":"status","fieldsV1":{"f:spec":{"f:http":{}}}}]"#,
            "somebody"
        ),
        ("[]", "somebody"),
    ]) func tellsWhoOwnsTheRoutes(fields: String, writer: String) throws {
        var object = KubeObject(kind: TrafficResources.virtualServices.kind, key: TestCluster.key)
        object.tree.set(try Tree(json: fields), at: ["metadata", "managedFields"])
        #expect(ForeignWrite(object, besides: "mesh-operator", fields: ["http", "tls", "tcp"]).writer == writer)
    }

    @Test func aHoldLosesTheTimeItsShareWasOff() {
        let object = KubeObject(kind: RolloutNames.kind, key: TestCluster.key)
        var run = RolloutRun(object: object, spec: MeshRolloutSpec(), now: Self.at(0))
        run.progress.settledSince = Self.at(0).rfc3339Micro
        run.interrupt(from: Self.at(100), to: Self.at(107))
        #expect(run.progress.settledTime == Self.at(7))
        run.interrupt(from: Self.at(200), to: Self.at(200))
        #expect(run.progress.settledTime == Self.at(8), "times are known to the second")
        run.interrupt(from: Self.at(300), to: Self.at(361))
        #expect(run.progress.settledTime == nil, "after a longer time it begins anew")
        run.progress.settledSince = Self.at(0).rfc3339Micro
        run.interrupt(from: nil, to: Self.at(9))
        #expect(run.progress.settledTime == nil)
    }

    // MARK: In a cluster

    static func editWeights(_ cluster: TestCluster) async throws {
        var http = try #require(try await cluster.service()?.tree.value(at: "spec", "http")?.array)
        var route = http[0]["route"]?.array ?? []
        for index in route.indices { route[index]["weight"] = 50 }
        http[0]["route"] = .array(route)
        let patch = Patch.merge(["spec": ["http": .array(http)]])
        _ = try await cluster.admin.patch(TrafficResources.virtualServices, TestCluster.key, patch)
    }

    @Test func aHandEditAfterAnApplyIsPutBackAtOnceAndIsNoFight() async throws {
        let (cluster, life) = try await HandEditTests.begun()
        try await HandEditTests.applyAgain(cluster)
        try await life.run(3)
        try await Self.editWeights(cluster)
        #expect(try await cluster.weights() == ["v1": 50, "v2": 50])
        try await life.run(1)
        #expect(try await cluster.weights() == ["v1": 75, "v2": 25])
        try await life.run(5)
        #expect(try await cluster.status().conditions.contains { $0.type == "FieldConflict" } == false)
        let told = try await life.events().filter { $0.reason == "PutBack" }.map(\.note)
        #expect(told.count == 2, "\(told)")
        #expect(told.contains { $0.contains("argocd-controller changed the routes of VirtualService shop/reviews") })
        #expect(told.contains { $0.contains("kubectl-edit changed the weights of VirtualService shop/reviews") })
    }

    @Test func anApplyEveryThreeMinutesDoesNotStarveTheRollout() async throws {
        let (cluster, life) = try await HandEditTests.begun()
        let before = life.transport.writes.count
        var seconds = 0
        var off = 0
        try await life.run(2_400) { cluster in
            seconds += 1
            if seconds % 180 == 0 { try await HandEditTests.applyAgain(cluster) }
            if try await cluster.weights()["v2"] == nil { off += 1 }
            return try await cluster.status().phase == .completed
        }
        let status = try await cluster.status()
        #expect(status.phase == .completed, "\(status.tree.jsonText())")
        // Two holds of ten minutes, a second lost to each apply and one a step.
        #expect((1_180...1_260).contains(seconds), "it took \(seconds) s")
        #expect(off <= 8, "the share was off for \(off) s")
        let writes = life.transport.writes.count - before
        #expect(writes < 60, "\(writes) writes")
        let events = try await life.events()
        #expect(events.count { $0.reason == "PutBack" } == 1)
        #expect(events.count { $0.reason == "FieldConflict" } == 1)
    }

    @Test func aToolThatAppliesAllTheTimeEndsTheRolloutAtTheDeadlineWithoutAHotLoop() async throws {
        let (cluster, life) = try await HandEditTests.begun()
        let before = life.transport.writes.count
        var seconds = 0
        var moved: Set<Int64> = []
        var (promises, hasAnnounced): (Set<String>, Bool) = ([], false)
        try await life.run(1_200) { cluster in
            seconds += 1
            try await HandEditTests.applyAgain(cluster)
            moved.insert(try await cluster.weights()["v2"] ?? 0)
            let waits = try await cluster.status().progress.waitingFor
            if let range = waits.ranges(of: "put back next at ").last {
                promises.insert(String(waits[range.upperBound...]))
            }
            hasAnnounced = hasAnnounced || waits.contains("it is put back no more: everything goes back at ")
            return try await cluster.status().phase == .rolledBack
        }
        let status = try await cluster.status()
        #expect(status.phase == .rolledBack)
        #expect(
            status.progress.waitingFor.contains("argocd-controller keeps changing"),
            "\(status.progress.waitingFor)"
        )
        #expect((590...720).contains(seconds), "it took \(seconds) s")
        let promised = promises.compactMap { Timestamp(rfc3339: $0) }
        #expect(promised.allSatisfy { $0 < cluster.now }, "no put-back is promised that never comes")
        #expect(hasAnnounced, "that everything goes back is said before")
        #expect(moved == [0], "nothing moves forward meanwhile")
        #expect(life.transport.writes.count - before < 60, "\(life.transport.writes.count - before) writes")
    }

    @Test func aStepWithoutAShareWaitsAsWellWhileItsRoutesAreContested() async throws {
        let cluster = try await SampleRollout.cluster(
            SampleRollout.spec(
                """
                virtualServices: [{name: reviews}]
                destinationRule: {name: reviews}
                steps: [{match: [{headers: {x-test: {exact: "yes"}}}], hold: 30s}, {setWeight: 50, hold: 10m}]
                """
            )
        )
        let life = try DirectRollout(cluster)
        try await cluster.deploy("reviews-v2", version: "v2")
        try await life.run(30) { try await $0.status().progress.reason == "Holding" }
        try await HandEditTests.apply(7, cluster, life)
        try await HandEditTests.applyAgain(cluster)
        try await life.run(2)
        try await HandEditTests.applyAgain(cluster)
        try await life.run(40)
        let status = try await cluster.status()
        #expect(status.progress.step == 1, "test users get nothing of the canary, so its hold does not run")
        #expect(status.progress.reason == "Obstructed")
        try await life.run(90) { try await $0.status().progress.step == 2 }
        #expect(try await cluster.status().progress.step == 2)
    }

    @Test func aWholeReplacementBeginsAnewAndIsBounded() async throws {
        let (cluster, life) = try await HandEditTests.begun()
        var manifest = KubeObject(try requireDocument(SampleRollout.service))
        manifest.resourceVersion = try await cluster.service()?.resourceVersion
        _ = try await cluster.admin.update(TrafficResources.virtualServices, manifest)
        #expect(try await cluster.service()?.annotations[RolloutNames.Annotation.record] == nil)
        let before = life.transport.writes.count
        try await life.run(20)
        #expect(try await cluster.weights() == ["v1": 75, "v2": 25])
        #expect(try await cluster.status().progress.step == 1)
        #expect(life.transport.writes.count - before < 12)
        let told = try await life.events().filter { $0.reason == "RecordLost" }
        #expect(told.count == 1 && told.first?.note.contains("the record of step 1 with it") == true, "\(told)")
    }

    @Test("While a manifest has its way the status tells what it leads to, and that it is more than the step allows")
    func whatAManifestLeadsToIsTold() async throws {
        let (cluster, life) = try await HandEditTests.begun()
        #expect(try await cluster.status().progress.weight == 25)
        try await HandEditTests.apply(7, cluster, life)
        for _ in 0..<2 {
            try await HandEditTests.applyAgain(cluster)
            try await life.run(5)
            #expect(try await cluster.weights() == ["": 100])
            let status = try await cluster.status()
            let split =
                "which names no subset: requests are split by pods, 2 of 4 ready ones are the canary's (50%)"
            #expect(status.progress.weight == 50 && status.progress.stepWeight == 25)
            #expect(status.progress.reason == "Obstructed")
            #expect(status.progress.waitingFor.contains(split), "\(status.progress.waitingFor)")
            let exposed = status.conditions.first { $0.type == "Exposed" }?.message ?? ""
            #expect(exposed.contains("was changed by argocd-controller, \(split); the step allows 25%"), "\(exposed)")
            try await life.run(70) { try await $0.weights() == ["v1": 75, "v2": 25] }
            try await life.run(1)
            let after = try await cluster.status()
            #expect(after.progress.weight == 25)
            #expect(!after.conditions.contains { $0.type == "Exposed" })
        }
        let told = try await life.events().filter { $0.reason == "Exposed" }
        #expect(told.count == 1 && told.first?.type == "Warning", "\(told)")
    }

    private static let onlyCanary = """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: reviews, namespace: shop}
        spec:
          hosts: [reviews]
          http: [{name: primary, route: [{destination: {host: reviews, subset: v2}}]}]
        """

    @Test func aManifestThatLeadsToTheCanaryAloneIsTold() async throws {
        let (cluster, life) = try await HandEditTests.begun()
        let service = Self.onlyCanary
        let options = WriteOptions(fieldManager: "argocd-controller")
        let manifest = KubeObject(try requireDocument(service))
        _ = try await cluster.admin.apply(TrafficResources.virtualServices, manifest, force: true, options)
        try await life.run(3)
        let status = try await cluster.status()
        #expect(try await cluster.weights() == ["v2": 100])
        #expect(status.progress.weight == 100, "\(status.progress)")
        let exposed = status.conditions.first { $0.type == "Exposed" }?.message ?? ""
        #expect(exposed.contains("by which 100% of requests go to version v2; the step allows 25%"), "\(exposed)")
    }
}
