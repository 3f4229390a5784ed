internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import Testing

@testable internal import RolloutCore

/// DaemonSets have no replicas: the one that was replaced is taken off all nodes, and comes back with the next release.
@Suite struct DaemonSetTests {
    /// A release from `reviews-v1` to `reviews-v2` that is over, the replaced side taken down.
    private static func promoted(_ mode: String) async throws -> (TestCluster, DirectRollout) {
        let cluster = try await TestCluster()
        try await cluster.create(SampleRollout.service, TrafficResources.virtualServices)
        try await cluster.daemonSet("reviews-v1", version: "v1")
        _ = try await cluster.step()
        try await cluster.rollOut(
            """
            workload: {kind: DaemonSet, stable: {name: reviews-v1, version: v1}, canary: {name: reviews-v2, version: v2}}
            host: reviews
            virtualServices: [{name: reviews}]
            steps: [{setWeight: 50, hold: 2s}]
            promotion: {mode: \(mode), scaleDownDelay: 1s}
            """
        )
        let life = try DirectRollout(cluster)
        try await life.run(2)
        try await cluster.daemonSet("reviews-v2", version: "v2")
        try await life.run(to: .completed, within: 120)
        try await life.run(15)
        return (cluster, life)
    }

    private static func template(_ name: String, _ cluster: TestCluster) async throws -> Tree? {
        try await cluster.find(.daemonSets, name)?.tree.value(at: "spec", "template")
    }

    private static func parking(_ name: String, _ cluster: TestCluster) async throws -> Tree? {
        try await template(name, cluster)?.value(at: "spec", "nodeSelector", RolloutNames.parking)
    }

    private static func apply(_ image: String, to name: String, _ cluster: TestCluster) async throws {
        let spec: Tree = ["spec": ["template": ["spec": ["containers": [["name": "app", "image": .string(image)]]]]]]
        _ = try await cluster.admin.patch(.daemonSets, ObjectKey(namespace: "shop", name: name), .strategic(spec))
    }

    @Test("A replaced DaemonSet is taken off all nodes, and another template of it is the next release")
    func nextRelease() async throws {
        let (cluster, life) = try await Self.promoted("ScaleDown")
        #expect(try await cluster.weights() == ["v2": 100])
        #expect(try await Self.parking("reviews-v1", cluster) != nil)
        let before = life.transport.writes.count
        try await life.run(30)
        #expect(life.transport.writes.count == before, "it stays")
        try await Self.apply("reviews:v3", to: "reviews-v1", cluster)
        var seen: [Int64] = []
        try await life.run(60) { cluster in
            let weight = try await cluster.weights()["v1"] ?? 0
            if seen.last != weight { seen.append(weight) }
            return try await cluster.status().stable == "v1"
        }
        #expect(seen == [0, 50, 100], "by the steps")
        try await life.run(15)
        #expect(try await cluster.status().phase == .completed)
        #expect(try await Self.parking("reviews-v1", cluster) == nil)
        #expect(try await Self.parking("reviews-v2", cluster) != nil, "and so on")
        let notes = try await life.events().filter { $0.reason == "Scaled" }.map(\.note)
        #expect(notes.contains { $0.contains("DaemonSet reviews-v1 is taken off all nodes") }, "\(notes)")
        #expect(notes.contains { $0.contains("DaemonSet reviews-v1 has another template") }, "\(notes)")
    }

    @Test("A promotion by copy takes the canary off all nodes, and the next template of it brings it back")
    func copied() async throws {
        let (cluster, life) = try await Self.promoted("CopyTemplate")
        #expect(try await Self.parking("reviews-v2", cluster) != nil)
        #expect(try await Self.parking("reviews-v1", cluster) == nil)
        try await Self.apply("reviews:v3", to: "reviews-v2", cluster)
        func image(_ cluster: TestCluster) async throws -> Tree? {
            try await Self.template("reviews-v1", cluster)?["spec"]?["containers"]?[0]?["image"]
        }
        try await life.run(120) { try await image($0) == "reviews:v3" }
        #expect(try await image(cluster) == "reviews:v3", "by the steps of the next release")
        try await life.run(to: .completed, within: 120)
        try await life.run(15)
        #expect(try await Self.parking("reviews-v2", cluster) != nil)
        #expect(try await Self.parking("reviews-v1", cluster) == nil, "a copy has no part in it")
    }

    @Test("The command that people are told begins it too, and a restart or a selector of theirs begins nothing")
    func byHand() async throws {
        let (cluster, life) = try await Self.promoted("ScaleDown")
        let key = ObjectKey(namespace: "shop", name: "reviews-v1")
        let restart: Tree = ["metadata": ["annotations": ["kubectl.kubernetes.io/restartedAt": "now"]]]
        _ = try await cluster.admin.patch(.daemonSets, key, .merge(["spec": ["template": restart]]))
        try await life.run(5)
        #expect(try await Self.parking("reviews-v1", cluster) != nil)
        let own: Tree = ["spec": ["template": ["spec": ["nodeSelector": [RolloutNames.parking: "true"]]]]]
        _ = try await cluster.admin.patch(.daemonSets, key, .merge(own))
        try await life.run(5)
        #expect(try await Self.parking("reviews-v1", cluster) == "true")
        let command = RolloutNames.unparking("reviews-v1", in: "shop")
        let patch = try #require(command.split(separator: "'").dropFirst().first)
        _ = try await cluster.admin.patch(.daemonSets, key, .merge(try Tree(json: String(patch))))
        try await life.run(60) { try await $0.status().stable == "v1" }
        #expect(try await cluster.status().stable == "v1", "\(command)")
    }
}
