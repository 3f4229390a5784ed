internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import MeshTestKit
internal import Testing

@testable internal import RolloutCore

/// What a rollout waits for that keeps a side from carrying more is looked at again once it changes.
@Suite struct CapacityWakeTests {
    private static let scaler = ObjectKey(namespace: "shop", name: "canary")

    private static func bound(_ most: Int64) -> Tree { ["spec": ["maxReplicas": .integer(most)]] }

    /// Four replicas serve, the canary may have three.
    private static func obstructed(_ live: LiveRollout) async throws {
        let cluster = live.cluster
        try await cluster.deploy("reviews-v1", version: "v1", replicas: 4)
        try await cluster.create(
            """
            apiVersion: autoscaling/v2
            kind: HorizontalPodAutoscaler
            metadata: {name: canary, namespace: shop}
            spec:
              minReplicas: 1
              maxReplicas: 3
              scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: reviews-v2}
              metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 80}}}]
            """,
            .horizontalPodAutoscalers
        )
        _ = try await cluster.step()
        try await live.pass(3)
        try await cluster.rollOut(SampleRollout.spec("steps: [{setWeight: 75, hold: 2s}]\nprogressDeadline: 600s"))
        try await live.pass(5)
        try await cluster.deploy("reviews-v2", version: "v2", replicas: 1)
        try await live.pass(40)
        let waiting = try await cluster.status().progress
        #expect(waiting.reason == "Obstructed", "\(waiting)")
        #expect(waiting.waitingFor.contains("canary allows 3 replicas and 100% needs 4; raise maxReplicas"))
    }

    @Test("A raised maxReplicas is followed at once, and the autoscaler's status wakes nobody")
    func raised() async throws {
        try await withVirtualTime { clock in
            let live = try LiveRollout(try await TestCluster(), clock)
            try await live.whileRunning { live in
                try await Self.obstructed(live)
                let admin = live.cluster.admin
                var before = live.transport.passed.count
                for count in 1...5 {
                    let status: Tree = ["status": ["currentReplicas": .integer(Int64(count)), "desiredReplicas": 1]]
                    _ = try await admin.patchStatus(.horizontalPodAutoscalers, Self.scaler, .merge(status))
                    try await live.pass(1)
                }
                #expect(live.transport.passed.count == before, "\(live.transport.passed.suffix(3))")
                _ = try await admin.patch(.horizontalPodAutoscalers, Self.scaler, .merge(Self.bound(5)))
                try await live.pass(5)
                let canary = try await live.cluster.find(.deployments, "reviews-v2")
                #expect(canary?.tree.value(at: "spec", "replicas") == 4)
                try await live.pass(20)
                #expect(try await live.cluster.weights()["v2"] == 100)
                before = live.transport.passed.count
                _ = try await admin.delete(.horizontalPodAutoscalers, Self.scaler)
                try await live.pass(2)
                #expect(live.transport.passed.count > before, "that it is gone matters too")
            }
        }
    }

    @Test("An autoscaler of others wakes nobody")
    func ofOthers() async throws {
        try await withVirtualTime { clock in
            let live = try LiveRollout(try await TestCluster(), clock)
            try await live.whileRunning { live in
                try await Self.obstructed(live)
                let before = live.transport.passed.count
                let admin = live.cluster.admin
                var other = try await admin.get(.horizontalPodAutoscalers, Self.scaler)
                for field in ["uid", "resourceVersion", "creationTimestamp", "managedFields", "generation"] {
                    other.tree.set(nil, at: ["metadata", field])
                }
                other.tree.set("other", at: ["metadata", "name"])
                other.tree.set("StatefulSet", at: ["spec", "scaleTargetRef", "kind"])
                _ = try await admin.create(.horizontalPodAutoscalers, other)
                try await live.pass(5)
                #expect(live.transport.passed.count == before, "\(live.transport.passed.suffix(3))")
            }
        }
    }
}
