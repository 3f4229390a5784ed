internal import DataTree
internal import Testing

struct PlacementTests {
    private static func pod(_ spec: Tree) -> Tree {
        var spec = spec
        spec["containers"] = [["name": "m", "image": "i:1"]]
        return ["apiVersion": "v1", "kind": "Pod", "metadata": ["name": "p"], "spec": spec]
    }

    private func priorityClass(_ name: String, _ value: Int64, isDefault: Bool = false) -> Tree {
        [
            "apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": ["name": .string(name)],
            "value": .integer(value), "globalDefault": .bool(isDefault), "preemptionPolicy": "Never",
        ]
    }

    /// The spec, the class that pods without one get, and what comes of it.
    private static let cases: [(Tree, String?, Int, String?, String?)] = [
        ([:], nil, 201, "0", "PreemptLowerPriority"), ([:], "usual", 201, "7", "Never"),
        (["priorityClassName": "high"], "usual", 201, "1000", "Never"),
        (["priorityClassName": "system-node-critical"], nil, 201, "2000001000", "PreemptLowerPriority"),
        (["priorityClassName": "none"], nil, 403, nil, nil), (["priority": 5], nil, 403, nil, nil),
        (["priorityClassName": "high", "priority": 1000], nil, 201, "1000", "Never"),
    ]

    @Test(arguments: cases)
    func priorities(spec: Tree, standard: String?, status: Int, priority: String?, policy: String?) async throws {
        let server = await TestServer()
        let path = "/apis/scheduling.k8s.io/v1/priorityclasses"
        try await server.send("POST", path, priorityClass("high", 1000))
        if let standard { try await server.send("POST", path, priorityClass(standard, 7, isDefault: true)) }
        let answer = try await server.send("POST", "/api/v1/namespaces/default/pods", Self.pod(spec))
        #expect(answer.status == status, "\(answer.body)")
        #expect(answer["spec.priority"] == priority)
        #expect(answer["spec.preemptionPolicy"] == policy)
    }

    /// The pod's own tolerations, and how many it has in the end.
    private static let tolerationCases: [([Tree], Int)] = [
        ([], 2), ([["operator": "Exists"]], 1), ([["key": "node.kubernetes.io/not-ready", "operator": "Exists"]], 2),
        ([["key": "node.kubernetes.io/not-ready", "operator": "Exists", "effect": "NoSchedule"]], 3),
    ]

    @Test(arguments: tolerationCases)
    func tolerations(own: [Tree], count: Int) async throws {
        let server = await TestServer()
        let pod = Self.pod(["tolerations": .array(own)])
        let answer = try await server.send("POST", "/api/v1/namespaces/default/pods", pod)
        #expect(answer.body.value(at: "spec", "tolerations")?.array?.count == count)
    }

    @Test func newNodesTakeNoPods() async throws {
        let server = await TestServer()
        let taint: Tree = ["key": "node.kubernetes.io/not-ready", "effect": "NoSchedule"]
        for (name, taints) in [("a", Tree.null), ("b", [taint])] {
            let node: Tree = [
                "apiVersion": "v1", "kind": "Node", "metadata": ["name": .string(name)], "spec": ["taints": taints],
            ]
            let answer = try await server.send("POST", "/api/v1/nodes", node)
            #expect(answer.body.value(at: "spec", "taints") == [taint])
        }
    }
}
