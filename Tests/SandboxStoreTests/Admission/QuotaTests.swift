internal import DataTree
internal import SandboxStore
internal import Testing

/// What ResourceQuotas and LimitRanges of a namespace do to what is created there.
@Suite struct QuotaTests {
    private static let space = "/api/v1/namespaces/default"

    private static func quota(_ hard: Tree, _ more: [(String, Tree)] = []) -> Tree {
        var spec: Tree = ["hard": hard]
        for (key, value) in more { spec[key] = value }
        return ["apiVersion": "v1", "kind": "ResourceQuota", "metadata": ["name": "q"], "spec": spec]
    }

    private static func pod(_ name: String, _ resources: Tree = [:]) -> Tree {
        [
            "apiVersion": "v1", "kind": "Pod", "metadata": ["name": .string(name)],
            "spec": ["containers": [["name": "c", "image": "i", "resources": resources]]],
        ]
    }

    private static func server(_ objects: (String, Tree)...) async throws -> TestServer {
        let server = await TestServer()
        for (plural, object) in objects {
            let made = try await server.send("POST", "\(space)/\(plural)", object)
            #expect(made.status == 201, "\(made["message"] ?? "")")
        }
        return server
    }

    @Test func objectsAreCounted() async throws {
        let server = try await Self.server(("resourcequotas", Self.quota(["pods": "1", "count/configmaps": "2"])))
        #expect(try await server.send("POST", "\(Self.space)/pods", Self.pod("a")).status == 201)
        let refused = try await server.send("POST", "\(Self.space)/pods", Self.pod("b"))
        #expect(refused.status == 403)
        #expect(
            refused["message"]
                == #"pods "b" is forbidden: exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1"#
        )
        for name in ["a", "b"] {
            #expect(try await server.send("POST", "\(Self.space)/configmaps", configMap(name)).status == 201)
        }
        #expect(try await server.send("POST", "\(Self.space)/configmaps", configMap("c")).status == 403)
        // What is gone makes room; a change takes none.
        #expect(try await server.send("DELETE", "\(Self.space)/configmaps/a").status == 200)
        #expect(try await server.send("PUT", "\(Self.space)/configmaps/b", configMap("b", ["x": "y"])).status == 200)
        #expect(try await server.send("POST", "\(Self.space)/configmaps", configMap("c")).status == 201)
    }

    @Test func computeIsSummedAndMustBeNamed() async throws {
        let server = try await Self.server(
            ("resourcequotas", Self.quota(["requests.cpu": "1", "limits.memory": "1Gi"]))
        )
        let silent = try await server.send("POST", "\(Self.space)/pods", Self.pod("a"))
        #expect(
            silent["message"]
                == #"pods "a" is forbidden: failed quota: q: must specify limits.memory for: c; requests.cpu for: c"#
        )
        let small: Tree = ["requests": ["cpu": "600m"], "limits": ["memory": "100Mi"]]
        #expect(try await server.send("POST", "\(Self.space)/pods", Self.pod("a", small)).status == 201)
        let refused = try await server.send("POST", "\(Self.space)/pods", Self.pod("b", small))
        #expect(
            refused["message"]
                == #"pods "b" is forbidden: exceeded quota: q, requested: requests.cpu=600m, used: requests.cpu=600m, "#
                + "limited: requests.cpu=1"
        )
        // Deployments are not pods.
        #expect(refused.status == 403)
    }

    @Test(
        arguments: [
            (["scopes": ["BestEffort"]], 403), (["scopes": ["NotBestEffort"]], 201), (["scopes": ["Terminating"]], 201),
            (["scopes": ["NotTerminating"]], 403),
            (
                [
                    "scopeSelector": [
                        "matchExpressions": [["scopeName": "PriorityClass", "operator": "In", "values": ["x"]]]
                    ]
                ],
                201
            ),
        ] as [(Tree, Int)]
    )
    func scopesChoose(_ more: Tree, _ status: Int) async throws {
        let entries = (more.object?.entries ?? []).map { ($0.key, $0.value) }
        let server = try await Self.server(("resourcequotas", Self.quota(["pods": "0"], entries)))
        #expect(try await server.send("POST", "\(Self.space)/pods", Self.pod("a")).status == status)
    }

    @Test func aServiceThatBecomesALoadBalancerIsCounted() async throws {
        let server = try await Self.server(("resourcequotas", Self.quota(["services.loadbalancers": "0"])))
        let service: Tree = [
            "apiVersion": "v1", "kind": "Service", "metadata": ["name": "s"], "spec": ["ports": [["port": 80]]],
        ]
        #expect(try await server.send("POST", "\(Self.space)/services", service).status == 201)
        let type = "application/merge-patch+json"
        let patch: Tree = ["spec": ["type": "LoadBalancer"]]
        let refused = try await server.send("PATCH", "\(Self.space)/services/s", patch, type: type)
        #expect(refused.status == 403)
        let labels: Tree = ["metadata": ["labels": ["a": "b"]]]
        #expect(try await server.send("PATCH", "\(Self.space)/services/s", labels, type: type).status == 200)
    }

    // MARK: LimitRanges

    private static func range(_ limit: Tree) -> Tree {
        ["apiVersion": "v1", "kind": "LimitRange", "metadata": ["name": "l"], "spec": ["limits": [limit]]]
    }

    @Test func containersTakeDefaults() async throws {
        let limit: Tree = [
            "type": "Container", "default": ["cpu": "500m", "memory": "64Mi"], "defaultRequest": ["cpu": "100m"],
        ]
        let server = try await Self.server(("limitranges", Self.range(limit)))
        let made = try await server.send("POST", "\(Self.space)/pods", Self.pod("a", ["limits": ["memory": "1Gi"]]))
        #expect(made["spec.containers.0.resources.limits"] == #"{"cpu":"500m","memory":"1Gi"}"#)
        #expect(made["spec.containers.0.resources.requests.cpu"] == "100m")
        let note = made.body.value(at: "metadata", "annotations", "kubernetes.io/limit-ranger")
        #expect(note == "LimitRanger plugin set: cpu request for container c; cpu limit for container c")
    }

    @Test(
        arguments: [
            (
                ["type": "Container", "min": ["cpu": "100m"]], ["requests": ["cpu": "50m"]],
                "minimum cpu usage per Container is 100m, but request is 50m"
            ),
            (
                ["type": "Container", "max": ["cpu": "1"]], ["limits": ["cpu": "2"]],
                "maximum cpu usage per Container is 1, but limit is 2"
            ),
            (
                ["type": "Pod", "max": ["memory": "1Gi"]], [:],
                "maximum memory usage per Pod is 1Gi.  No limit is specified"
            ),
            (
                ["type": "Container", "maxLimitRequestRatio": ["cpu": "2"]],
                ["requests": ["cpu": "1"], "limits": ["cpu": "3"]],
                "cpu max limit to request ratio per Container is 2, but provided ratio is 3.000000"
            ),
        ] as [(Tree, Tree, String)]
    )
    func boundsHold(_ limit: Tree, _ resources: Tree, _ message: String) async throws {
        let server = try await Self.server(("limitranges", Self.range(limit)))
        let refused = try await server.send("POST", "\(Self.space)/pods", Self.pod("a", resources))
        #expect(refused.status == 403)
        #expect(refused["message"] == #"pods "a" is forbidden: "# + message)
    }
}
