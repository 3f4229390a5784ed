internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import Testing

@testable internal import RolloutCore

/// What others do to the objects in the middle of a rollout.
@Suite struct HandEditTests {
    /// A rollout that holds at 25 percent.
    static let held = SampleRollout.spec(
        """
        virtualServices: [{name: reviews}]
        destinationRule: {name: reviews}
        steps: [{setWeight: 25, hold: 10m}, {setWeight: 50, hold: 10m}]
        """
    )

    static func begun(_ spec: String = held, service: String = SampleRollout.service) async throws -> (
        TestCluster, DirectRollout
    ) {
        let cluster = try await SampleRollout.cluster(spec, service: service)
        let life = try DirectRollout(cluster)
        try await cluster.deploy("reviews-v2", version: "v2")
        try await life.run(30) { try await $0.status().progress.reason == "Holding" }
        #expect(try await cluster.weights() == ["v1": 75, "v2": 25])
        return (cluster, life)
    }

    /// Applies the manifest of the VirtualService as a GitOps tool does.
    static func applyAgain(_ cluster: TestCluster) async throws {
        let manifest = KubeObject(try requireDocument(SampleRollout.service))
        let options = WriteOptions(fieldManager: "argocd-controller")
        _ = try await cluster.admin.apply(TrafficResources.virtualServices, manifest, force: true, options)
    }

    /// Applies the manifest again as soon as it was put back; the seventh time is followed by a wait of a minute.
    static func apply(_ times: Int, _ cluster: TestCluster, _ life: DirectRollout) async throws {
        for _ in 0..<times {
            try await applyAgain(cluster)
            let applied = try await cluster.service()?.tree["spec"]
            try await life.run(40) { try await $0.service()?.tree["spec"] != applied }
        }
    }

    @Test func putsTheStepBackAtOnceAndInAFightOnceAMinute() async throws {
        let (cluster, life) = try await Self.begun()
        try await Self.applyAgain(cluster)
        #expect(try await cluster.weights() == ["": 100])
        try await life.run(2)
        #expect(try await cluster.weights() == ["v1": 75, "v2": 25])
        #expect(try await cluster.status().conditions.contains { $0.type == "FieldConflict" } == false)
        try await Self.applyAgain(cluster)
        try await life.run(2)
        #expect(try await cluster.weights() == ["v1": 75, "v2": 25], "applied twice is no fight")
        try await Self.apply(5, cluster, life)
        #expect(try await cluster.weights() == ["v1": 75, "v2": 25])
        try await Self.applyAgain(cluster)
        try await life.run(30)
        #expect(try await cluster.weights() == ["": 100], "it is not fought over")
        let status = try await cluster.status()
        #expect(status.progress.step == 1)
        #expect(status.progress.reason == "Obstructed")
        try await life.run(40)
        #expect(try await cluster.weights() == ["v1": 75, "v2": 25])
        let conflict = try #require(try await cluster.status().conditions.first { $0.type == "FieldConflict" })
        #expect(conflict.message.contains("argocd-controller"))
        let before = life.transport.writes.count
        try await life.run(20)
        #expect(life.transport.writes.count == before)
    }

    @Test func keepsWhatTheUserChangesBesides() async throws {
        let (cluster, life) = try await Self.begun()
        var http = try #require(try await cluster.service()?.tree.value(at: "spec", "http")?.array)
        http[http.count - 1]["timeout"] = "9s"
        let patch = Patch.merge(["spec": ["http": .array(http), "exportTo": ["."]]])
        _ = try await cluster.admin.patch(TrafficResources.virtualServices, TestCluster.key, patch)
        try await cluster.annotate(RolloutNames.Command.abort, "no")
        try await life.run(to: .rolledBack)
        try await life.run(3)
        let spec = try requireDocument(
            """
            {hosts: [reviews], exportTo: ["."], http: [{name: primary, timeout: 9s, route: [{destination: {host: reviews}}]}]}
            """
        )
        #expect(try await cluster.service()?.tree["spec"] == spec)
    }

    @Test func weightsSetByHandGoBack() async throws {
        let (cluster, life) = try await Self.begun()
        var http = try #require(try await cluster.service()?.tree.value(at: "spec", "http")?.array)
        http[0].set(
            try requireDocument(
                "[{destination: {host: reviews, subset: v1}, weight: 1}, {destination: {host: reviews, subset: v2}, weight: 99}]"
            ),
            at: ["route"]
        )
        _ = try await cluster.admin.patch(
            TrafficResources.virtualServices,
            TestCluster.key,
            .merge(["spec": ["http": .array(http)]])
        )
        try await life.run(2)
        #expect(try await cluster.weights() == ["v1": 75, "v2": 25])
        #expect(try await cluster.status().progress.step == 1)
    }

    @Test func aLostRecordIsInferredAndSkipsNothing() async throws {
        let (cluster, life) = try await Self.begun()
        let names = [
            RolloutNames.Annotation.record, RolloutNames.Annotation.original, RolloutNames.Annotation.holder,
        ]
        var annotations: Tree = [:]
        for name in names { annotations[name] = .null }
        let patch = Patch.merge(["metadata": ["annotations": annotations]])
        _ = try await cluster.admin.patch(TrafficResources.virtualServices, TestCluster.key, patch)
        try await life.run(3)
        let status = try await cluster.status()
        #expect(status.progress.step == 1)
        #expect(status.progress.reason == "Holding")
        #expect(try await cluster.weights() == ["v1": 75, "v2": 25])
        try await cluster.annotate(RolloutNames.Command.abort, "no")
        try await life.run(to: .rolledBack)
        #expect(try await cluster.weights()["v2"] ?? 0 == 0)
    }

    @Test func aWipedStatusBeginsTheHoldAnew() async throws {
        let (cluster, life) = try await Self.begun()
        try await life.run(300)
        _ = try await cluster.admin.patchStatus(RolloutNames.resource, TestCluster.key, .merge(["status": .null]))
        try await life.run(400)
        #expect(try await cluster.weights() == ["v1": 75, "v2": 25])
        try await life.run(300)
        #expect(try await cluster.weights() == ["v1": 50, "v2": 50])
    }

    @Test func aDeletedOrIdleCanaryEndsTheRollout() async throws {
        for isDeleted in [true, false] {
            let (cluster, life) = try await Self.begun()
            if isDeleted {
                _ = try await cluster.admin.delete(.deployments, ObjectKey(namespace: "shop", name: "reviews-v2"))
            } else {
                try await cluster.scale("reviews-v2", 0)
            }
            try await life.run(15)
            #expect(try await cluster.status().phase == .idle)
            #expect(try await cluster.service()?.annotations == ["team": "shop"])
            let rule = try await cluster.find(TrafficResources.destinationRules, "reviews")
            #expect(rule?.tree.value(at: "spec", "subsets") == nil)
        }
    }

    @Test func aNewTemplateBeginsAnew() async throws {
        let (cluster, life) = try await Self.begun()
        let spec: Tree = ["spec": ["template": ["spec": ["containers": [["name": "app", "image": "reviews:v2.1"]]]]]]
        _ = try await cluster.admin.patch(
            .deployments,
            ObjectKey(namespace: "shop", name: "reviews-v2"),
            .strategic(spec)
        )
        // The status tells of the way back first; then all goes back, and the new template begins, within one reconcile.
        try await life.run(1)
        #expect(try await cluster.status().phase == .rollingBack)
        try await life.run(1)
        #expect(try await life.events().contains { $0.reason == "RollingBack" && $0.note.contains("template of") })
        try await life.run(20)
        #expect(try await cluster.weights() == ["v1": 75, "v2": 25])
    }

    @Test func deletionGivesEverythingBack() async throws {
        let (cluster, life) = try await Self.begun()
        let subsets = try await cluster.find(TrafficResources.destinationRules, "reviews")
        #expect(subsets?.tree.value(at: "spec", "subsets")?.array?.count == 2)
        _ = try await cluster.admin.delete(RolloutNames.resource, TestCluster.key)
        try await life.run(20)
        #expect(try await cluster.find(RolloutNames.resource, "reviews") == nil)
        let wanted = try requireDocument(SampleRollout.service)
        #expect(try await cluster.service()?.tree["spec"] == wanted["spec"])
        #expect(try await cluster.service()?.annotations == ["team": "shop"])
        let rule = try await cluster.find(TrafficResources.destinationRules, "reviews")
        #expect(rule?.tree["spec"] == (try requireDocument(SampleRollout.rule))["spec"])
    }

    @Test func conflictsAreReadAnew() async throws {
        let cluster = try await SampleRollout.cluster(Self.held)
        let life = try DirectRollout(cluster) { _, write in
            write % 2 == 1 ? .refuse(status: 409, reason: "Conflict") : nil
        }
        try await cluster.deploy("reviews-v2", version: "v2")
        try await life.run(40)
        #expect(try await cluster.weights() == ["v1": 75, "v2": 25])
    }
}
