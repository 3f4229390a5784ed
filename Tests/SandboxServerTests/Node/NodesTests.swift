internal import DataTree
internal import KubeAPI
internal import Testing

@testable internal import SandboxServer

@Suite(.timeLimit(.minutes(10))) struct NodesTests {
    static func node(_ name: String, cordoned: Bool = false, taint: String? = nil) -> KubeObject {
        var node = KubeObject(kind: .node, key: ObjectKey(name: name), labels: ["zone": "z-\(name)"])
        if cordoned { node.tree.set(true, at: ["spec", "unschedulable"]) }
        if let taint { node.tree.set([["key": .string(taint), "effect": "NoSchedule"]], at: ["spec", "taints"]) }
        node.tree["status"] = ["conditions": [["type": "Ready", "status": "True"]]]
        return node
    }

    static func pod(_ name: String, owner: String = "u1", spec: Tree = [:]) -> KubeObject {
        var pod = KubeObject(kind: .pod, key: ObjectKey(namespace: "shop", name: name))
        pod.ownerReferences = [OwnerReference(kind: .replicaSet, name: "r", uid: owner)]
        pod.tree["spec"] = spec
        return pod
    }

    @Test func podsOfOneWorkloadAreSpread() {
        let nodes = ["a", "b", "c"].map { Self.node($0) }
        var load = NodeLoad()
        load.place(ObjectKey(namespace: "shop", name: "x"), on: "a", of: "other")
        load.place(ObjectKey(namespace: "shop", name: "y"), on: "a", of: "other")
        var chosen: [String] = []
        for index in 0..<3 {
            let pod = Self.pod("p\(index)")
            guard let node = PodScheduler.choose(pod, nodes: nodes, load: load) else { continue }
            load.place(pod.key, on: node, of: NodeLoad.owner(of: pod))
            chosen.append(node)
        }
        #expect(chosen == ["b", "c", "a"])
        load.update(ObjectKey(namespace: "shop", name: "p0"), nil)
        #expect(load.count(on: "b") == 0)
        #expect(PodScheduler.choose(Self.pod("q"), nodes: nodes, load: load) == "b")
    }

    @Test(
        arguments: [
            ("{}", "a"), ("{nodeSelector: {zone: z-b}}", nil),
            ("{tolerations: [{key: held, operator: Exists}], nodeSelector: {zone: z-b}}", "b"),
            ("{tolerations: [{operator: Exists}], nodeSelector: {zone: z-c}}", "c"),
            (
                "{affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: "
                    + "[{matchExpressions: [{key: zone, operator: NotIn, values: [z-a]}]}]}}}}",
                nil
            ),
        ] as [(String, String?)]
    )
    func podsComeWhereTheyMay(_ spec: String, _ expected: String?) throws {
        let nodes = [Self.node("a"), Self.node("b", taint: "held"), Self.node("c", cordoned: true)]
        let pod = Self.pod("p", spec: try YAML.document(spec))
        #expect(PodScheduler.choose(pod, nodes: nodes, load: NodeLoad()) == expected)
    }

    @Test func refusalsSayWhy() throws {
        let nodes = [Self.node("a"), Self.node("b", taint: "held"), Self.node("c", cordoned: true)]
        let pod = Self.pod("p", spec: try YAML.document("{nodeSelector: {zone: nowhere}}"))
        #expect(
            PodScheduler.refusal(pod, nodes: nodes)
                == "0/3 nodes are available: 1 node(s) didn't match Pod's node affinity/selector, "
                + "1 node(s) had untolerated taint {held: }, 1 node(s) were unschedulable."
        )
    }

    @Test func workloadsUseAllNodesAndLeaveCordonedOnes() async throws {
        var configuration = SandboxConfiguration()
        configuration.nodes = 3
        try await TestCluster.with(configuration) { cluster in
            for name in ["mesh-sandbox", "mesh-sandbox-2", "mesh-sandbox-3"] {
                try await cluster.wait(.nodes, ObjectKey(name: name)) { node in
                    node?.conditions.isTrue("Ready") == true && node?.tree.value(at: "spec", "taints") == nil
                }
            }
            try await cluster.create(.deployments, ClusterTests.deployment("web", replicas: 3))
            try await cluster.wait(.deployments, ClusterTests.key("web")) { $0?.statusCount("readyReplicas") == 3 }
            let pods = try await cluster.send("GET", "/api/v1/namespaces/default/pods").body["items"]?.array ?? []
            #expect(Set(pods.compactMap { PodView(KubeObject($0)).node }).count == 3)
            let cordon: Tree = ["spec": ["unschedulable": true]]
            let type = "application/merge-patch+json"
            try await cluster.send("PATCH", "/api/v1/nodes/mesh-sandbox-2", cordon, type: type)
            try await cluster.wait(.nodes, ObjectKey(name: "mesh-sandbox-2")) { node in
                node?.tree.value(at: "spec", "taints")?[0]?["key"] == "node.kubernetes.io/unschedulable"
            }
            let away = try #require(pods.map { KubeObject($0) }.first { PodView($0).node == "mesh-sandbox-2" })
            let eviction: Tree = [
                "apiVersion": "policy/v1", "kind": "Eviction", "metadata": ["name": .string(away.name)],
            ]
            let answer = try await cluster.send(
                "POST",
                "/api/v1/namespaces/default/pods/\(away.name)/eviction",
                eviction
            )
            #expect(answer.status == 201)
            try await cluster.wait(.pods, away.key) { $0 == nil }
            try await cluster.wait(.deployments, ClusterTests.key("web")) { $0?.statusCount("readyReplicas") == 3 }
            let left = try await cluster.send("GET", "/api/v1/namespaces/default/pods").body["items"]?.array ?? []
            #expect(!left.contains { PodView(KubeObject($0)).node == "mesh-sandbox-2" })
        }
    }

    @Test func aSettledClusterWritesNothingAboutPods() async throws {
        try await TestCluster.with { cluster in
            var tree = ClusterTests.deployment("web", replicas: 1)
            tree.set(
                [["name": "main", "image": "web:1", "readinessProbe": ["tcpSocket": ["port": 80]]]],
                at: ["spec", "template", "spec", "containers"]
            )
            try await cluster.create(.deployments, tree)
            try await cluster.wait(.deployments, ClusterTests.key("web")) { $0?.statusCount("readyReplicas") == 1 }
            let pods = try await cluster.send("GET", "/api/v1/namespaces/default/pods").body["items"]?.array ?? []
            let pod = try #require(pods.first.map { KubeObject($0) })
            // A change of an annotation makes the node look again; it is the only write.
            let path = "/api/v1/namespaces/default/pods/\(pod.name)"
            let changed = try await cluster.send(
                "PATCH",
                path,
                ["metadata": ["annotations": ["a": "b"]]],
                type: "application/merge-patch+json"
            )
            try await cluster.create(
                .pods,
                [
                    "apiVersion": "v1", "kind": "Pod",
                    "metadata": ["name": "later", "namespace": "default"],
                    "spec": ["containers": [["name": "main", "image": "web:1"]]],
                ]
            )
            try await cluster.wait(.pods, ClusterTests.key("later")) { $0.map { PodView($0).isReady } ?? false }
            let after = try await cluster.send("GET", path)
            #expect(after.object.resourceVersion == changed.object.resourceVersion)
        }
    }
}
