internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import Testing

@testable internal import RolloutCore

/// What ends a rollout because something else is wanted, what does not, and what is said about it.
@Suite struct SupersededTests {
    private static let canary = ObjectKey(namespace: "shop", name: "reviews-v2")

    private static func patchTemplate(_ cluster: TestCluster, _ template: Tree, of name: String) async throws {
        let key = ObjectKey(namespace: "shop", name: name)
        _ = try await cluster.admin.patch(.deployments, key, .strategic(["spec": ["template": template]]))
    }

    private static let injection: Tree = [
        "metadata": [
            "labels": ["istio.io/rev": "1-30-3", "sidecar.istio.io/inject": "true"],
            "annotations": [
                "meshoperator.io/moved-to": "1-30-3", "kubectl.kubernetes.io/restartedAt": "2026-11-26T07:00:00Z",
            ],
        ]
    ]

    @Test func whatAMeshUpgradeDoesToATemplateIsNoNewVersion() async throws {
        let (cluster, life) = try await HandEditTests.begun()
        for name in ["reviews-v1", "reviews-v2"] { try await Self.patchTemplate(cluster, Self.injection, of: name) }
        try await life.run(5)
        #expect(try await cluster.weights() == ["v1": 75, "v2": 25])
        #expect(try await cluster.status().progress.step == 1)
        #expect(try await life.events().count { $0.reason == "RollingBack" } == 0)
    }

    @Test func aMeshUpgradeOfTheReplacedSideBeginsNoRollout() async throws {
        let spec = SampleRollout.spec(
            """
            virtualServices: [{name: reviews}]
            destinationRule: {name: reviews}
            steps: [{setWeight: 50, hold: 3s}]
            promotion: {scaleDownDelay: 10m}
            """
        )
        let cluster = try await SampleRollout.cluster(spec)
        let life = try DirectRollout(cluster)
        try await cluster.deploy("reviews-v2", version: "v2")
        try await life.run(to: .completed)
        try await Self.patchTemplate(cluster, Self.injection, of: "reviews-v1")
        try await life.run(20)
        #expect(try await cluster.status().phase == .completed)
        #expect(try await cluster.weights() == ["v2": 100])
        #expect(try await life.events().count { $0.reason == "Starting" } == 1)
    }

    @Test(arguments: ["deleted", "scaled to nothing"]) func aCanaryThatGoesAwayIsToldAsTheReason(how: String)
        async throws
    {
        let (cluster, life) = try await HandEditTests.begun()
        if how == "deleted" {
            _ = try await cluster.admin.delete(.deployments, Self.canary)
        } else {
            try await cluster.scale("reviews-v2", 0)
        }
        try await life.run(20)
        let why = "Deployment reviews-v2 was \(how) at step 1 of 3 of the rollout of version v2"
        let status = try await cluster.status()
        #expect(status.phase == .idle)
        #expect(status.progress.waitingFor == "nothing to roll out; the last rollout ended: \(why)")
        #expect(status.condition(.ready)?.message == status.progress.waitingFor)
        #expect(status.condition(.degraded)?.state == .no)
        #expect(try await cluster.service()?.annotations == ["team": "shop"])
        // It stands in nobody's way: the same canary begins anew when it is there again.
        if how == "deleted" {
            try await cluster.deploy("reviews-v2", version: "v2")
        } else {
            try await cluster.scale("reviews-v2", 2)
        }
        try await life.run(30) { try await $0.status().progress.reason == "Holding" }
        #expect(try await cluster.weights() == ["v1": 75, "v2": 25])
        try await cluster.annotate(RolloutNames.Command.promote, "full")
        try await life.run(to: .completed)
        try await life.run(40)
        #expect(try await cluster.status().progress.waitingFor == "version v2 serves")
        let record = try await cluster.find(RolloutNames.resource, "reviews")?.annotations[
            RolloutNames.Annotation.record
        ]
        #expect(record == nil)
        let back = try await life.events().filter { $0.reason == "RollingBack" }
        #expect(back.map(\.note) == ["Superseded: \(why)"])
    }

    @Test func anotherTemplateIsToldInWordsOfTheCluster() async throws {
        let (cluster, life) = try await HandEditTests.begun()
        let next: Tree = ["spec": ["containers": [["name": "app", "image": "reviews:v3"]]]]
        try await Self.patchTemplate(cluster, next, of: "reviews-v2")
        try await life.run(30) { try await $0.status().progress.reason == "Holding" }
        #expect(try await cluster.weights() == ["v1": 75, "v2": 25], "it begins anew")
        let back = try await life.events().filter { $0.reason == "RollingBack" }
        let why =
            "Superseded: the template of Deployment reviews-v2 changed at step 1 of 3 of the rollout of version v2"
        #expect(back.map(\.note) == [why])
    }

    @Test func aCopyMovesNobodyToAnotherRevision() throws {
        func workload(_ version: String, _ metadata: Tree) -> KubeObject {
            var object = KubeObject(kind: .deployment, key: ObjectKey(namespace: "shop", name: "reviews-\(version)"))
            object.tree["spec"] = [
                "selector": ["matchLabels": ["app": "reviews", "version": .string(version)]],
                "template": ["metadata": metadata, "spec": ["image": .string(version)]],
            ]
            return object
        }
        let stable = workload(
            "v1",
            [
                "labels": ["app": "reviews", "version": "v1", "istio.io/rev": "1-30-3"],
                "annotations": ["meshoperator.io/moved-to": "1-30-3"],
            ]
        )
        let canary = workload(
            "v2",
            [
                "labels": ["app": "reviews", "version": "v2", "sidecar.istio.io/inject": "true", "tier": "web"],
                "annotations": ["meshoperator.io/moved-to": "1-29-6", "prometheus.io/scrape": "true"],
            ]
        )
        let copy = try #require(SideKeeper.template(of: canary, for: stable, versionLabel: "version"))
        #expect(
            copy == [
                "metadata": [
                    "labels": ["app": "reviews", "version": "v1", "tier": "web", "istio.io/rev": "1-30-3"],
                    "annotations": ["prometheus.io/scrape": "true", "meshoperator.io/moved-to": "1-30-3"],
                ],
                "spec": ["image": "v2"],
            ]
        )
    }
}
