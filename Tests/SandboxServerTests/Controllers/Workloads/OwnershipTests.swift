internal import DataTree
internal import KubeAPI
internal import Testing

@testable internal import SandboxServer

/// Who controls what, and what sets remember, as users see it.
@Suite(.timeLimit(.minutes(10))) struct OwnershipTests {
    static let merge = "application/merge-patch+json"

    @Test func aReplicaSetLetsGoWhatIsRelabelledAndTakesItBack() async throws {
        try await TestCluster.with { cluster in
            try await cluster.create(.deployments, ClusterTests.deployment("web", replicas: 1))
            try await cluster.wait(.deployments, ClusterTests.key("web")) { $0?.statusCount("readyReplicas") == 1 }
            let pods = try await cluster.send("GET", "/api/v1/namespaces/default/pods").body["items"]?.array ?? []
            let pod = try #require(pods.first.map { KubeObject($0) })
            let path = "/api/v1/namespaces/default/pods/\(pod.name)"
            try await cluster.send("PATCH", path, ["metadata": ["labels": ["app": "debug"]]], type: Self.merge)
            try await cluster.wait(.pods, pod.key) { $0?.ownerReferences.isEmpty == true }
            try await cluster.wait(.deployments, ClusterTests.key("web")) { $0?.statusCount("readyReplicas") == 1 }
            try await cluster.send("PATCH", path, ["metadata": ["labels": ["app": "web"]]], type: Self.merge)
            // It is the older one of two now, so that the younger one goes.
            try await cluster.wait(.pods, pod.key) { $0?.controllerReference?.kind.kind == "ReplicaSet" }
            let set = try #require(pod.controllerReference)
            try await cluster.wait(.replicaSets, ClusterTests.key(set.name)) { $0?.statusCount("replicas") == 1 }
        }
    }

    @Test func aDeploymentTakesOnTheReplicaSetsOfItsPredecessor() async throws {
        try await TestCluster.with { cluster in
            try await cluster.create(.deployments, ClusterTests.deployment("web", replicas: 1))
            try await cluster.wait(.deployments, ClusterTests.key("web")) { $0?.statusCount("readyReplicas") == 1 }
            let path = "/apis/apps/v1/namespaces/default/deployments"
            try await cluster.send("DELETE", "\(path)/web?propagationPolicy=Orphan")
            try await cluster.wait(.deployments, ClusterTests.key("web")) { $0 == nil }
            let made = try await cluster.create(.deployments, ClusterTests.deployment("web", replicas: 1))
            try await cluster.wait(.deployments, ClusterTests.key("web")) { $0?.statusCount("readyReplicas") == 1 }
            let sets = try await cluster.send("GET", "/apis/apps/v1/namespaces/default/replicasets").body["items"]
            #expect(sets?.array?.count == 1)
            #expect(sets?[0].map { KubeObject($0).controllerReference?.uid } == made.uid)
        }
    }

    @Test func belowThePartitionPodsKeepTheRevisionTheyHad() async throws {
        try await TestCluster.with { cluster in
            var tree = ClusterTests.deployment("db", replicas: 2)
            tree["kind"] = "StatefulSet"
            tree.set("db", at: ["spec", "serviceName"])
            let claim: Tree = [
                "metadata": ["name": "data"],
                "spec": ["accessModes": ["ReadWriteOnce"], "resources": ["requests": ["storage": "1Gi"]]],
            ]
            tree.set([claim], at: ["spec", "volumeClaimTemplates"])
            tree.set(["rollingUpdate": ["partition": 1]], at: ["spec", "updateStrategy"])
            try await cluster.create(.statefulSets, tree)
            try await cluster.wait(.statefulSets, ClusterTests.key("db")) { $0?.statusCount("readyReplicas") == 2 }
            try await cluster.wait(.persistentVolumeClaims, ClusterTests.key("data-db-1")) { claim in
                claim?.tree.value(at: "status", "phase") == "Bound"
            }
            let path = "/apis/apps/v1/namespaces/default/statefulsets/db"
            let containers: Tree = [["name": "main", "image": "web:2"]]
            let change: Tree = ["spec": ["template": ["spec": ["containers": containers]]]]
            try await cluster.send("PATCH", path, change, type: Self.merge)
            try await cluster.wait(.statefulSets, ClusterTests.key("db")) { set in
                set?.statusCount("updatedReplicas") == 1 && set?.statusCount("readyReplicas") == 2
            }
            let first = try await cluster.send("GET", "/api/v1/namespaces/default/pods/db-0").object
            try await cluster.send("DELETE", "/api/v1/namespaces/default/pods/db-0")
            let again = try await cluster.wait(.pods, ClusterTests.key("db-0")) { pod in
                pod.map { $0.uid != first.uid && PodView($0).isReady } ?? false
            }
            #expect(again?.tree.value(at: "spec", "containers")?[0]?["image"] == "web:1")
            #expect(again?.labels[StatefulSetPlan.hashLabel] == first.labels[StatefulSetPlan.hashLabel])
            let revisions = try await cluster.send("GET", "/apis/apps/v1/namespaces/default/controllerrevisions")
            #expect(revisions.body["items"]?.array?.count == 2)
        }
    }
}
