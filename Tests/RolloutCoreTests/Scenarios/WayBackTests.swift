internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import MeshBase
internal import RolloutControl
internal import RolloutEngine
internal import Synchronization
internal import Testing

@testable internal import RolloutCore

/// The way back is told before it is gone, what cannot be told goes back all the same, and what keeps it is named and bounded.
@Suite struct WayBackTests {
    private static func shifted() async throws -> (TestCluster, DirectRollout) {
        let cluster = try await SampleRollout.cluster()
        let life = try DirectRollout(cluster)
        try await cluster.deploy("reviews-v2", version: "v2")
        try await life.run(60) { try await $0.weights()["v2"] == 25 }
        return (cluster, life)
    }

    @Test func theStatusTellsOfItBeforeAnythingGoesBack() async throws {
        let (cluster, life) = try await Self.shifted()
        try await cluster.annotate(RolloutNames.Command.abort, "no")
        try await life.reconcile()
        let status = try await cluster.status()
        #expect(status.phase == .rollingBack)
        #expect(status.progress.waitingFor.contains("a person asks to go back: no"), "\(status.progress.waitingFor)")
        #expect(try await cluster.weights()["v2"] == 25)
        try await life.reconcile()
        #expect(try await cluster.weights() == ["": 100], "and at once afterwards it does")
        try await life.run(5)
        #expect(try await life.events().filter { $0.reason == "RollingBack" }.count == 1)
    }

    @Test func aStatusThatCannotBeWrittenKeepsNothingFromGoingBack() async throws {
        let (cluster, life) = try await Self.shifted()
        try await cluster.annotate(RolloutNames.Command.abort, "no")
        life.transport.setRule { request, _ in
            let isStatus = request.path.hasSuffix("/status") && request.method != .get
            return isStatus ? .refuse(status: 500, reason: "InternalError") : nil
        }
        for _ in 0..<3 { try? await life.reconcile() }
        #expect(try await cluster.weights() == ["": 100])
    }

    /// A copy is taken back, and the image of the stable workload cannot be pulled any more.
    @Test func whatKeepsTheStableSideDownIsNamedAtOnceAndFailsAtTheDeadline() async throws {
        let cluster = try await SampleRollout.cluster(
            SampleRollout.spec(
                """
                virtualServices: [{name: reviews}]
                destinationRule: {name: reviews}
                steps: [{setWeight: 50}]
                promotion: {mode: CopyTemplate, scaleDownDelay: 5s}
                progressDeadline: 60s
                """
            )
        )
        let life = try DirectRollout(cluster)
        try await cluster.deploy("reviews-v2", version: "v2")
        try await life.run(90) { try await $0.status().phase == .promoting }
        cluster.breakWorkload("reviews-v1")
        try await cluster.ready("reviews-v1")
        try await cluster.create(
            """
            apiVersion: v1
            kind: Pod
            metadata: {name: reviews-v1-x, namespace: shop, labels: {app: reviews, version: v1}}
            spec: {containers: [{name: app, image: "reviews:v1"}]}
            """,
            .pods
        )
        let waiting: Tree = ["reason": "ImagePullBackOff", "message": "Back-off pulling image reviews:v1"]
        let container: Tree = ["name": "app", "ready": false, "state": ["waiting": waiting]]
        let key = ObjectKey(namespace: "shop", name: "reviews-v1-x")
        _ = try await cluster.admin.patchStatus(.pods, key, .merge(["status": ["containerStatuses": [container]]]))
        try await cluster.annotate(RolloutNames.Command.abort, "odd")
        try await life.run(5)
        var status = try await cluster.status()
        let words = "Deployment reviews-v1 does not come up: pod reviews-v1-x: ImagePullBackOff: container app:"
        #expect(status.phase == .rollingBack && status.progress.reason == "RollbackObstructed", "\(status.progress)")
        #expect(status.progress.waitingFor.contains(words), "\(status.progress.waitingFor)")
        #expect(status.condition(.degraded)?.message.contains("pod reviews-v1-x: ImagePullBackOff") == true)
        try await life.run(70)
        status = try await cluster.status()
        #expect(status.phase == .failed && status.progress.reason == "RollbackStalled", "\(status.progress)")
        #expect(status.progress.waitingFor.contains("nothing has gone back since"), "\(status.progress.waitingFor)")
        #expect(try await cluster.weights()["v2"] == 100, "the canary, which passed everything, goes on serving")
        cluster.breakWorkload("reviews-v1", false)
        try await life.run(to: .rolledBack, within: 60)
        let counts = try await EventTests.counted(life)
        #expect(counts["RollbackObstructed"] == 1 && counts["RollbackStalled"] == 1, "\(counts)")
    }

    /// A pod of the stable side, made of the template with a hash.
    private static func makePod(_ cluster: TestCluster, _ name: String, _ hash: String, _ status: Tree) async throws {
        try await cluster.create(
            """
            apiVersion: v1
            kind: Pod
            metadata: {name: \(name), namespace: shop, labels: {app: reviews, version: v1, pod-template-hash: "\(hash)"}}
            spec: {containers: [{name: app, image: "reviews:v1"}]}
            """,
            .pods
        )
        let key = ObjectKey(namespace: "shop", name: name)
        _ = try await cluster.admin.patchStatus(.pods, key, .merge(["status": status]))
    }

    private static func makeReplicaSet(_ cluster: TestCluster, _ hash: String, number: Int) async throws {
        let owner = try #require(try await cluster.find(.deployments, "reviews-v1"))
        var set = KubeObject(kind: .replicaSet, key: ObjectKey(namespace: "shop", name: "reviews-v1-\(hash)"))
        set.labels = ["app": "reviews", "version": "v1", "pod-template-hash": hash]
        set.annotations = ["deployment.kubernetes.io/revision": "\(number)"]
        set.ownerReferences = [
            OwnerReference(kind: owner.kind, name: owner.name, uid: owner.uid ?? "", isController: true)
        ]
        let labels: Tree = ["app": "reviews", "version": "v1", "pod-template-hash": .string(hash)]
        set.tree["spec"] = [
            "replicas": 1, "selector": ["matchLabels": labels],
            "template": ["metadata": ["labels": labels], "spec": ["containers": [["name": "app", "image": "x"]]]],
        ]
        _ = try await cluster.admin.create(.replicaSets, set)
    }

    @Test("The way back names a pod of the template that is wanted, not one of the template that was given up")
    func theCauseIsOfThePresentTemplate() async throws {
        let cluster = try await SampleRollout.cluster(
            SampleRollout.spec(
                """
                virtualServices: [{name: reviews}]
                destinationRule: {name: reviews}
                steps: [{setWeight: 50}]
                promotion: {mode: CopyTemplate, scaleDownDelay: 5s}
                progressDeadline: 600s
                """
            )
        )
        let life = try DirectRollout(cluster)
        try await cluster.deploy("reviews-v2", version: "v2")
        try await life.run(90) { try await $0.status().phase == .promoting }
        cluster.breakWorkload("reviews-v1")
        // The template that was copied made the ReplicaSet b; with the abort that of the template before counts again, as number 3.
        try await Self.makeReplicaSet(cluster, "b", number: 2)
        try await Self.makeReplicaSet(cluster, "f", number: 3)
        let waiting: Tree = ["reason": "ImagePullBackOff", "message": "Back-off pulling image reviews:v2"]
        let unready: Tree = ["type": "Ready", "status": "False", "reason": "ContainersNotReady"]
        func condition(_ since: Timestamp) -> Tree {
            var result = unready
            result["message"] = "containers with unready status: [app]"
            result["lastTransitionTime"] = .string(since.rfc3339)
            return result
        }
        try await Self.makePod(
            cluster,
            "reviews-v1-b-1",
            "b",
            ["containerStatuses": [["name": "app", "ready": false, "state": ["waiting": waiting]]]]
        )
        try await cluster.annotate(RolloutNames.Command.abort, "odd")
        try await life.run(3)
        let began = cluster.now
        try await Self.makePod(
            cluster,
            "reviews-v1-f-1",
            "f",
            [
                "conditions": [condition(began)],
                "containerStatuses": [["name": "app", "ready": false, "state": ["running": [:]]]],
            ]
        )
        try await life.run(10)
        var progress = try await cluster.status().progress
        #expect(progress.reason == "RollingBack", "on its way up a pod is not ready either: \(progress)")
        try await life.run(60)
        progress = try await cluster.status().progress
        let words = "pod reviews-v1-f-1: NotReady: containers with unready status: [app]"
        #expect(progress.reason == "RollbackObstructed" && progress.waitingFor.contains(words), "\(progress)")
        #expect(!progress.waitingFor.contains("ImagePullBackOff"))
    }

    /// All of it would get nothing at all: the canary that failed a gate is up, the stable side is not.
    @Test func aStableSideWithNothingReadyGetsNothingBackByItself() async throws {
        let spec = GateTests.spec("[{setWeight: 20}, {setWeight: 60, hold: 600s}]", "progressDeadline: 150s")
        let cluster = try await SampleRollout.cluster(spec)
        let life = try DirectRollout(cluster)
        let isRed = Mutex(false)
        life.asker.answer { name, _ in name == "go" && isRed.withLock(\.self) ? .failed : .passed }
        try await cluster.deploy("reviews-v2", version: "v2")
        try await life.run(60) { try await $0.weights()["v2"] == 60 }
        cluster.breakWorkload("reviews-v1")
        _ = try await cluster.admin.patchStatus(
            .deployments,
            ObjectKey(namespace: "shop", name: "reviews-v1"),
            .merge(["status": ["readyReplicas": 0, "availableReplicas": 0]])
        )
        isRed.withLock { $0 = true }
        try await life.run(140)
        #expect(try await cluster.weights()["v2"] == 60)
        #expect(try await cluster.status().phase == .rollingBack)
        try await life.run(30)
        #expect(try await cluster.status().progress.reason == "RollbackStalled")
        #expect(try await cluster.weights()["v2"] == 60)
        cluster.breakWorkload("reviews-v1", false)
        try await life.run(to: .rolledBack, within: 60)
        #expect(try await cluster.weights()["v2"] == 0)
    }

    /// Somebody else is first with every write.
    @Test func whoIsAlwaysFirstIsNamed() async throws {
        let (cluster, life) = try await HandEditTests.begun()
        life.transport.setRule { request, _ in
            let isRoute = request.path.hasSuffix("/virtualservices/reviews") && request.method != .get
            return isRoute ? .refuse(status: 409, reason: "Conflict") : nil
        }
        try await cluster.annotate(RolloutNames.Command.abort, "no")
        for _ in 0..<4 { try? await life.reconcile() }
        let told = try #require(try await cluster.status().conditions.first { $0.type == "FieldConflict" })
        #expect(told.message.contains("was overtaken by others 6 times in a row"), "\(told.message)")
        #expect(told.message.contains("kubectl-edit wrote VirtualService shop/reviews last"), "\(told.message)")
        #expect(try await cluster.status().condition(.degraded)?.reason == "FieldConflict")
        life.transport.setRule { _, _ in nil }
        try await life.run(to: .rolledBack, within: 30)
        #expect(try await cluster.status().conditions.allSatisfy { $0.type != "FieldConflict" })
        #expect(try await life.events().filter { $0.reason == "FieldConflict" }.count == 1)
    }
}
