internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import MeshTestKit
internal import Testing

@testable internal import OperatorCore

/// What the status says of a mesh whose pods do not come up, as seen by the watches that are there anyway.
@Suite struct PodTroubleLifeTests {
    static let place = "istio-system"

    /// Makes a pod of the Deployment `istiod` that cannot pull its image.
    static func makePod(_ cluster: TestCluster) async throws -> ObjectKey {
        let key = ObjectKey(namespace: place, name: "istiod-5d8f-abc")
        let set = GroupVersionKind(group: "apps", version: "v1", kind: "ReplicaSet")
        var pod = KubeObject(
            kind: .pod,
            key: key,
            labels: ["app": "istiod", "pod-template-hash": "5d8f", MeshNames.Label.managedBy: "meshoperator"]
        )
        pod.ownerReferences = [
            OwnerReference(kind: set, name: "istiod-5d8f", uid: "u", blocksOwnerDeletion: false)
        ]
        pod.tree["spec"] = ["containers": [["name": "discovery", "image": "nowhere/pilot:1"]]]
        _ = try await cluster.admin.create(.pods, pod)
        return key
    }

    static func report(_ state: Tree, _ key: ObjectKey, _ cluster: TestCluster) async throws {
        let container: Tree = ["name": "discovery", "ready": false, "state": state]
        let status: Tree = ["status": ["containerStatuses": [container]]]
        _ = try await cluster.admin.patchStatus(.pods, key, .merge(status))
    }

    @Test func namesThePodTheReasonAndTheMessage() async throws {
        try await withVirtualTime { clock in
            let cluster = try await TestCluster()
            let live = try LiveOperator(cluster, clock)
            cluster.breakWorkload("istiod")
            try await live.whileRunning { live in
                await clock.advance(by: .seconds(1))
                try await cluster.create("{profile: default}")
                try await live.pass(10)
                #expect(try await cluster.condition("Degraded")?.status == .isFalse)
                let pod = try await Self.makePod(cluster)
                try await Self.report(
                    ["waiting": ["reason": "ImagePullBackOff", "message": "Back-off pulling image nowhere/pilot:1"]],
                    pod,
                    cluster
                )
                try await live.pass(10)
                let words = [
                    "Deployment istio-system/istiod",
                    "pod istiod-5d8f-abc: ImagePullBackOff: container discovery: Back-off pulling image nowhere/pilot:1",
                ]
                for type in ["Ready", "Reconciled", "Progressing", "Degraded"] {
                    let condition = try #require(try await cluster.condition(type))
                    for word in words { #expect(condition.message.contains(word), "\(condition)") }
                }
                let degraded = try #require(try await cluster.condition("Degraded"))
                #expect(degraded.status == .isTrue && degraded.reason == "WorkloadsNotReady")
                let status = MeshOperatorStatus(lenient: try #require(try await cluster.resource()?.tree["status"]))
                let pilot = try #require(status.components.first { $0.name == "pilot" })
                for word in words { #expect(!pilot.ready && pilot.message.contains(word), "\(pilot)") }
                #expect(status.phase == .installing)

                // At rest it is told once, and asks the API server nothing.
                live.transport.forget()
                try await live.pass(300)
                #expect(live.transport.writes.isEmpty, "\(live.transport.writes)")

                _ = try await cluster.admin.delete(.pods, pod, DeleteOptions(gracePeriodSeconds: 0))
                cluster.breakWorkload("istiod", false)
                try await live.untilReady(within: 60)
                #expect(try await cluster.condition("Degraded")?.status == .isFalse)
            }
        }
    }

    @Test func aPausedMeshSaysItToo() async throws {
        let (cluster, life) = try await LifeTests.settled()
        cluster.breakWorkload("istiod")
        _ = try await cluster.step()
        let pod = try await Self.makePod(cluster)
        try await Self.report(["waiting": ["reason": "CreateContainerConfigError"]], pod, cluster)
        try await cluster.change("{paused: true}")
        try await life.settle()
        let ready = try #require(try await cluster.condition("Ready"))
        #expect(ready.status == .isFalse && ready.message.contains("CreateContainerConfigError"), "\(ready)")
    }
}
