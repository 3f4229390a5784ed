internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import MeshBase
internal import MeshTestKit
internal import Testing

@testable internal import RolloutCore

/// What the two sides can be, and what they can carry.
@Suite struct SidesTests {
    @Test func scalesTheCanaryUpBeforeItsWeightRises() async throws {
        let cluster = try await SampleRollout.cluster(
            SampleRollout.spec(
                """
                virtualServices: [{name: reviews}]
                destinationRule: {name: reviews}
                steps: [{setWeight: 10, hold: 5s}, {setWeight: 50, hold: 60s}]
                """
            )
        )
        try await cluster.scale("reviews-v1", 10)
        _ = try await cluster.step()
        let life = try DirectRollout(cluster)
        try await cluster.deploy("reviews-v2", version: "v2", replicas: 1)
        try await life.run(40) { cluster in
            let weight = try await cluster.weights()["v2"] ?? 0
            let canary = try await cluster.find(.deployments, "reviews-v2")
            let ready = canary?.tree.value(at: "status", "readyReplicas")?.integer ?? 0
            #expect(ready * 10 >= weight, "\(ready) replicas do not carry \(weight)%")
            return weight == 50
        }
        #expect(try await cluster.weights()["v2"] == 50)
        try await cluster.annotate(RolloutNames.Command.abort, "no")
        try await life.run(to: .rolledBack)
        try await life.run(3)
        let canary = try await cluster.find(.deployments, "reviews-v2")
        #expect(canary?.tree.value(at: "spec", "replicas") == 1, "what the rollout scaled goes back")
    }

    @Test func saysWhenAnAutoscalerAllowsTooFew() async throws {
        let cluster = try await SampleRollout.cluster(
            SampleRollout.spec(
                """
                virtualServices: [{name: reviews}]
                destinationRule: {name: reviews}
                steps: [{setWeight: 50, hold: 60s}]
                progressDeadline: 60s
                """
            )
        )
        try await cluster.scale("reviews-v1", 10)
        _ = try await cluster.step()
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
        let life = try DirectRollout(cluster)
        try await cluster.deploy("reviews-v2", version: "v2", replicas: 1)
        try await life.run(15)
        let status = try await cluster.status()
        #expect(status.progress.reason == "Obstructed")
        #expect(status.progress.waitingFor.contains("HorizontalPodAutoscaler canary allows 3 replicas"))
        #expect(try await cluster.weights()["v2"] ?? 0 == 0)
        try await life.run(to: .rolledBack)
        let short = try await life.events().filter { $0.reason == "CapacityShort" }
        #expect(short.map(\.type) == ["Warning"], "before anybody is moved")
        #expect(short.first?.note.contains("allows Deployment reviews-v2 3 replicas, and 100% needs 10 by now") == true)
    }

    @Test func aCanaryThatNeverComesUpGoesBack() async throws {
        let cluster = try await SampleRollout.cluster(
            SampleRollout.spec(
                """
                virtualServices: [{name: reviews}]
                destinationRule: {name: reviews}
                progressDeadline: 30s
                """
            )
        )
        let life = try DirectRollout(cluster)
        cluster.breakWorkload("reviews-v2")
        try await cluster.deploy("reviews-v2", version: "v2")
        try await life.run(10)
        #expect(try await cluster.status().phase == .preparing)
        #expect(try await cluster.status().progress.waitingFor.contains("0/2"))
        try await life.run(to: .rolledBack)
        #expect(try await cluster.status().progress.waitingFor.contains("too long"))
        #expect(try await cluster.weights() == ["v1": 100, "v2": 0], "were it to come up late it got nothing")
    }

    @Test func aCanaryThatBreaksGoesBackAtOnceWhenItServesNobody() async throws {
        let cluster = try await SampleRollout.cluster()
        let life = try DirectRollout(cluster)
        try await cluster.deploy("reviews-v2", version: "v2")
        try await life.run(60) { try await $0.weights()["v2"] == 50 }
        // The stable side has shrunk in the meantime: all at once would be too much for it.
        try await cluster.scale("reviews-v1", 1)
        _ = try await cluster.step()
        try await cluster.annotate(RolloutNames.Command.abort, "no")
        var seen: [Int64] = []
        cluster.breakWorkload("nothing")
        try await life.run(30) { cluster in
            let weight = try await cluster.weights()["v2"] ?? 0
            if seen.last != weight { seen.append(weight) }
            return weight == 0
        }
        let stable = try await cluster.find(.deployments, "reviews-v1")
        #expect(stable?.tree.value(at: "spec", "replicas") == 2, "it is scaled up first")
        #expect(seen.last == 0)
    }

    @Test func anAutoscalerThatRaisesTheStableSideRaisesWhatTheCanaryNeeds() async throws {
        let cluster = try await SampleRollout.cluster(
            SampleRollout.spec(
                """
                virtualServices: [{name: reviews}]
                destinationRule: {name: reviews}
                steps: [{setWeight: 10, hold: 5s}, {setWeight: 50, hold: 60s}]
                """
            )
        )
        let life = try DirectRollout(cluster)
        try await cluster.deploy("reviews-v2", version: "v2", replicas: 1)
        try await life.run(20) { try await $0.weights()["v2"] == 10 }
        try await cluster.scale("reviews-v1", 12)
        try await life.run(40) { cluster in
            let weight = try await cluster.weights()["v2"] ?? 0
            let canary = try await cluster.find(.deployments, "reviews-v2")
            let ready = canary?.tree.value(at: "status", "readyReplicas")?.integer ?? 0
            if weight == 50 { #expect(ready >= 6, "\(ready) replicas do not carry half of what 12 do") }
            return weight == 50
        }
        #expect(try await cluster.weights()["v2"] == 50)
    }

    @Test func aPromotionByCopyGivesTrafficToNobodyWhoIsNotReady() async throws {
        let cluster = try await SampleRollout.cluster(
            SampleRollout.spec(
                """
                virtualServices: [{name: reviews}]
                destinationRule: {name: reviews}
                steps: [{setWeight: 50}, {setWeight: 100, hold: 5s}]
                promotion: {mode: CopyTemplate, scaleDownDelay: 5s}
                """
            )
        )
        let life = try DirectRollout(cluster)
        try await cluster.deploy("reviews-v2", version: "v2")
        try await life.run(60) { try await $0.weights()["v2"] == 100 }
        cluster.breakWorkload("reviews-v1")
        try await life.run(40)
        #expect(try await cluster.weights()["v2"] == 100, "the stable side is not ready with the new template")
        #expect(try await cluster.status().phase == .promoting)
        #expect(try await cluster.status().progress.reason == "Promoting")
        cluster.breakWorkload("reviews-v1", false)
        var seen: [Int64] = []
        try await life.run(120) { cluster in
            let weight = try await cluster.weights()["v2"] ?? 0
            if seen.last != weight { seen.append(weight) }
            return try await cluster.status().phase == .completed
        }
        #expect(seen == [100, 75, 50, 25, 0], "no thundering herd")
        let stable = try await cluster.find(.deployments, "reviews-v1")
        let template = stable?.tree.value(at: "spec", "template")
        #expect(template?.value(at: "spec", "containers")?[0]?["image"] == "reviews:v2")
        #expect(template?.value(at: "metadata", "labels", "version") == "v1", "it keeps the labels it is found by")
        let http = try await cluster.service()?.tree["spec"]
        #expect(http == (try requireDocument(SampleRollout.service))["spec"], "routes are the user's again")
        try await life.run(20)
        let canary = try await cluster.find(.deployments, "reviews-v2")
        #expect(canary?.tree.value(at: "spec", "replicas") == 0)
    }

    @Test(arguments: ["StatefulSet", "Pods"]) func otherWorkloadsMoveToo(kind: String) async throws {
        let cluster = try await TestCluster()
        try await cluster.create(SampleRollout.service, TrafficResources.virtualServices)
        let names =
            kind == "Pods"
            ? "{version: v1}, canary: {version: v2}"
            : "{name: reviews-v1, version: v1}, canary: {name: reviews-v2, version: v2}"
        func start(_ version: String) async throws {
            if kind == "StatefulSet" {
                try await cluster.deploy("reviews-\(version)", version: version, kind: kind)
                return
            }
            let pod = try await cluster.create(
                """
                apiVersion: v1
                kind: Pod
                metadata: {name: reviews-\(version), namespace: shop, labels: {app: reviews, version: \(version)}}
                spec: {containers: [{name: app, image: x}]}
                """,
                .pods
            )
            let ready: Tree = ["status": ["phase": "Running", "conditions": [["type": "Ready", "status": "True"]]]]
            _ = try await cluster.admin.patchStatus(.pods, pod.key, .merge(ready))
        }
        try await cluster.create(
            """
            apiVersion: v1
            kind: Service
            metadata: {name: reviews, namespace: shop}
            spec: {selector: {app: reviews}, ports: [{port: 80}]}
            """,
            .services
        )
        try await start("v1")
        _ = try await cluster.step()
        try await cluster.rollOut(
            """
            workload: {kind: \(kind), stable: \(names)}
            host: reviews
            virtualServices: [{name: reviews}]
            steps: [{setWeight: 50, hold: 2s}]
            promotion: {scaleDownDelay: 1s}
            """
        )
        let life = try DirectRollout(cluster)
        try await life.run(3)
        #expect(try await cluster.status().phase == .idle)
        try await start("v2")
        try await life.run(to: .completed, within: 60)
        #expect(try await cluster.weights() == ["v2": 100])
    }

    @Test func theNextReleaseGoesTheOtherWay() async throws {
        let cluster = try await SampleRollout.cluster()
        let life = try DirectRollout(cluster)
        try await cluster.deploy("reviews-v2", version: "v2")
        try await life.run(to: .completed)
        try await life.run(15)
        let spec: Tree = ["spec": ["template": ["spec": ["containers": [["name": "app", "image": "reviews:v3"]]]]]]
        let old = ObjectKey(namespace: "shop", name: "reviews-v1")
        _ = try await cluster.admin.patch(.deployments, old, .strategic(spec))
        try await life.run(5)
        #expect(try await cluster.status().phase == .completed, "nobody runs it yet")
        try await cluster.scale("reviews-v1", 2)
        var seen: [Int64] = []
        try await life.run(100) { cluster in
            let weight = try await cluster.weights()["v1"] ?? 0
            if seen.last != weight { seen.append(weight) }
            return weight == 100
        }
        #expect(seen == [0, 5, 25, 50, 100])
        try await life.run(20)
        #expect(try await cluster.status().stable == "v1")
        #expect(try await cluster.weights() == ["v1": 100])
    }

    @Test func aManifestFromBeforeThePromotionDoesNotCutTrafficOff() async throws {
        let service = SampleRollout.service.replacing("{host: reviews}", with: "{host: reviews, subset: v1}")
        let cluster = try await SampleRollout.cluster(service: service)
        let life = try DirectRollout(cluster)
        try await cluster.deploy("reviews-v2", version: "v2")
        try await life.run(to: .completed)
        try await life.run(15)
        let manifest = KubeObject(try requireDocument(service))
        let options = WriteOptions(fieldManager: "argocd-controller")
        _ = try await cluster.admin.apply(TrafficResources.virtualServices, manifest, force: true, options)
        #expect(try await cluster.weights() == ["v1": 100])
        try await life.run(2)
        #expect(try await cluster.weights() == ["v2": 100])
    }
}
