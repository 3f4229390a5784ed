internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import Testing

@Suite struct DiscoveryTests {
    private static let aggregatedCore: Tree = [
        "kind": "APIGroupDiscoveryList",
        "items": [
            [
                "metadata": [:],
                "versions": [
                    [
                        "version": "v1", "freshness": "Current",
                        "resources": [
                            [
                                "resource": "pods", "responseKind": ["kind": "Pod"], "scope": "Namespaced",
                                "singularResource": "pod", "verbs": ["get", "list"], "shortNames": ["po"],
                                "categories": ["all"],
                                "subresources": [["subresource": "status"], ["subresource": "eviction"]],
                            ], ["resource": "broken"],
                        ],
                    ]
                ],
            ]
        ],
    ]
    private static let aggregatedGroups: Tree = [
        "kind": "APIGroupDiscoveryList",
        "items": [
            [
                "metadata": ["name": "apps"],
                "versions": [
                    [
                        "version": "v1",
                        "resources": [
                            ["resource": "deployments", "responseKind": ["kind": "Deployment"], "scope": "Namespaced"]
                        ],
                    ]
                ],
            ],
            ["metadata": ["name": "metrics.k8s.io"], "versions": [["version": "v1beta1", "freshness": "Stale"]]],
        ],
    ]

    @Test func aggregated() async throws {
        let transport = ScriptedTransport(.json(Self.aggregatedCore), .json(Self.aggregatedGroups))
        let discovery = try await transport.client().discover()
        #expect(transport.requests.map(\.path) == ["/api", "/apis"])
        #expect(
            transport.requests[0].headers["Accept"]
                == "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,"
                + "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json"
        )
        let pods = try #require(discovery.resources.first)
        #expect(pods.resource == .pods)
        #expect((pods.verbs, pods.subresources) == (["get", "list"], ["status", "eviction"]))
        #expect(discovery.resource(for: .deployment) == .deployments)
        #expect(discovery.unavailable == ["metrics.k8s.io/v1beta1"])
        #expect(discovery.groups.map(\.name) == ["", "apps", "metrics.k8s.io"])
    }

    @Test func oneByOne() async throws {
        let groups: Tree = [
            "kind": "APIGroupList",
            "groups": [
                [
                    "name": "apps", "versions": [["version": "v1beta1"], ["version": "v1"]],
                    "preferredVersion": ["version": "v1"],
                ]
            ],
        ]
        let core: Tree = [
            "kind": "APIResourceList",
            "resources": [
                ["name": "pods", "kind": "Pod", "namespaced": true, "singularName": "pod", "shortNames": ["po"]],
                ["name": "pods/status", "kind": "Pod", "namespaced": true],
                ["name": "nodes", "kind": "Node", "namespaced": false],
            ],
        ]
        let apps: Tree = ["resources": [["name": "deployments", "kind": "Deployment", "namespaced": true]]]
        let transport = ScriptedTransport(
            .json(["kind": "APIVersions", "versions": ["v1"]]),
            .json(core),
            .json(groups),
            .json(apps),
            .text("", status: 503)
        )
        let discovery = try await transport.client().discover()
        #expect(transport.requests.map(\.path) == ["/api", "/api/v1", "/apis", "/apis/apps/v1", "/apis/apps/v1beta1"])
        #expect(discovery.resources.map(\.resource) == [.pods, .nodes, .deployments])
        #expect(discovery.resources[0].subresources == ["status"])
        #expect(discovery.unavailable == ["apps/v1beta1"])
    }

    @Test(arguments: [
        ("pods", APIResource.pods), ("Pod", .pods), ("po", .pods), ("deployments.apps", .deployments),
        ("deployment.v1.apps", .deployments), ("pods.v1", .pods), ("pods.apps", nil), ("deployments.v2.apps", nil),
        ("", nil),
        (".", nil), ("none", nil),
    ])
    func names(text: String, resource: APIResource?) async throws {
        let transport = ScriptedTransport(.json(Self.aggregatedCore), .json(Self.aggregatedGroups))
        #expect(try await transport.client().discover().resource(named: text) == resource)
    }

    @Test func failures() async {
        for answer in [HTTPResponse.text("", status: 500), .json(["kind": "Pod"]), .json([])] {
            #expect(await kubeError { _ = try await ScriptedTransport(answer).client().discover() } != nil)
        }
    }
}
