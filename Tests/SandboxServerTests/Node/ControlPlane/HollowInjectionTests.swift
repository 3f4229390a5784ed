internal import DataTree
internal import KubeAPI
internal import Testing

@testable internal import SandboxServer

/// Injection as users see it: labelled namespaces, hollow control planes of several revisions, restarts.
@Suite(.timeLimit(.minutes(10))) struct HollowInjectionTests {
    static let system = "istio-system"

    /// What a control plane of `revision` consists of, as far as injection goes.
    static func install(_ revision: String, tag: String, in cluster: TestCluster) async throws {
        let suffix = revision == "default" ? "" : "-\(revision)"
        try await cluster.create(
            .configMaps,
            [
                "apiVersion": "v1", "kind": "ConfigMap",
                "metadata": [
                    "name": .string(InjectionSettings.mapName(revision: revision)), "namespace": .string(system),
                ],
                "data": [
                    "config": "policy: enabled", "values": .string(#"{"global":{"hub":"hub/istio","tag":"\#(tag)"}}"#),
                ],
            ]
        )
        try await cluster.create(.deployments, deployment("istiod\(suffix)", revision: revision, tag: tag))
        try await cluster.create(
            .services,
            [
                "apiVersion": "v1", "kind": "Service",
                "metadata": ["name": .string("istiod\(suffix)"), "namespace": .string(system)],
                "spec": [
                    "selector": ["app": .string("istiod\(suffix)")],
                    "ports": [["name": "https-webhook", "port": 443, "targetPort": 15017]],
                ],
            ]
        )
        try await cluster.create(.mutatingWebhookConfigurations, webhooks(revision, suffix))
    }

    static func deployment(_ name: String, revision: String, tag: String) -> Tree {
        [
            "apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": ["name": .string(name), "namespace": .string(system)],
            "spec": [
                "selector": ["matchLabels": ["app": .string(name)]],
                "template": [
                    "metadata": ["labels": ["app": .string(name)]],
                    "spec": [
                        "serviceAccountName": "istiod",
                        "containers": [
                            [
                                "name": "discovery", "image": .string("hub/istio/pilot:\(tag)"),
                                "args": ["discovery", "--domain", "cluster.local"],
                                "env": [["name": "REVISION", "value": .string(revision)]],
                            ]
                        ],
                    ],
                ],
            ],
        ]
    }

    static func webhooks(_ revision: String, _ suffix: String) -> Tree {
        let rule: Tree = ["operations": ["CREATE"], "apiGroups": [""], "apiVersions": ["v1"], "resources": ["pods"]]
        let service: Tree = ["name": .string("istiod\(suffix)"), "namespace": .string(system), "path": "/inject"]
        return [
            "apiVersion": "admissionregistration.k8s.io/v1", "kind": "MutatingWebhookConfiguration",
            "metadata": [
                "name": .string("istio-sidecar-injector\(suffix)"), "labels": ["istio.io/rev": .string(revision)],
            ],
            "webhooks": [
                [
                    "name": "namespace.sidecar-injector.istio.io", "rules": [rule], "failurePolicy": "Fail",
                    "sideEffects": "None", "admissionReviewVersions": ["v1"], "clientConfig": ["service": service],
                    "namespaceSelector": ["matchLabels": ["istio.io/rev": .string(revision)]],
                ]
            ],
        ]
    }

    static func prepare(_ cluster: TestCluster) async throws {
        try await cluster.create(.namespaces, ClusterTests.namespace(system))
        try await cluster.create(
            .serviceAccounts,
            [
                "apiVersion": "v1", "kind": "ServiceAccount",
                "metadata": ["name": "istiod", "namespace": .string(system)],
            ]
        )
    }

    static func allow(_ cluster: TestCluster) async throws {
        try await cluster.create(
            .clusterRoles,
            [
                "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": ["name": "istiod"],
                "rules": [
                    [
                        "apiGroups": ["admissionregistration.k8s.io"], "verbs": ["get", "update"],
                        "resources": ["mutatingwebhookconfigurations"],
                    ]
                ],
            ]
        )
        try await cluster.create(
            .clusterRoleBindings,
            [
                "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding",
                "metadata": ["name": "istiod"],
                "roleRef": ["apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "istiod"],
                "subjects": [["kind": "ServiceAccount", "name": "istiod", "namespace": .string(system)]],
            ]
        )
    }

    static func label(_ namespace: String, _ revision: String, in cluster: TestCluster) async throws {
        let answer = try await cluster.send(
            "PATCH",
            "/api/v1/namespaces/\(namespace)",
            ["metadata": ["labels": ["istio.io/rev": .string(revision)]]],
            type: "application/merge-patch+json"
        )
        #expect(answer.status == 200)
    }

    static func waitForTrust(_ name: String, in cluster: TestCluster) async throws {
        try await cluster.wait(.mutatingWebhookConfigurations, ObjectKey(name: name)) { configuration in
            configuration?.tree["webhooks"]?[0]?.value(at: "clientConfig", "caBundle") != nil
        }
    }

    static func proxies(_ cluster: TestCluster) async throws -> [String?] {
        let pods = try await cluster.send("GET", "/api/v1/namespaces/default/pods").body["items"]?.array ?? []
        return pods.map { KubeObject($0) }.filter { !$0.isDeleting }.map {
            SidecarInjectorTests.image($0, "istio-proxy")
        }
    }

    @Test func aRestartMovesPodsToTheRevisionOfTheNamespace() async throws {
        try await TestCluster.with { cluster in
            try await Self.prepare(cluster)
            try await Self.allow(cluster)
            try await Self.install("default", tag: "1.29.6", in: cluster)
            try await Self.install("next", tag: "1.30.3", in: cluster)
            try await Self.waitForTrust("istio-sidecar-injector", in: cluster)
            try await Self.waitForTrust("istio-sidecar-injector-next", in: cluster)
            try await Self.label("default", "default", in: cluster)
            try await cluster.create(.deployments, ClusterTests.deployment("web"))
            try await cluster.wait(.deployments, ClusterTests.key("web")) { $0?.statusCount("readyReplicas") == 2 }
            #expect(try await Self.proxies(cluster) == ["hub/istio/proxyv2:1.29.6", "hub/istio/proxyv2:1.29.6"])

            try await Self.label("default", "next", in: cluster)
            let restart: Tree = ["kubectl.kubernetes.io/restartedAt": "2026-01-01T00:00:00Z"]
            let patch: Tree = ["spec": ["template": ["metadata": ["annotations": restart]]]]
            let path = "/apis/apps/v1/namespaces/default/deployments/web"
            try await cluster.send("PATCH", path, patch, type: "application/merge-patch+json")
            try await cluster.wait(.deployments, ClusterTests.key("web")) { deployment in
                deployment?.statusCount("observedGeneration") == 2 && deployment?.statusCount("updatedReplicas") == 2
                    && deployment?.statusCount("replicas") == 2 && deployment?.statusCount("availableReplicas") == 2
            }
            #expect(try await Self.proxies(cluster) == ["hub/istio/proxyv2:1.30.3", "hub/istio/proxyv2:1.30.3"])
        }
    }

    @Test func withoutAReadyControlPlaneConnectionsAreRefused() async throws {
        try await TestCluster.with { cluster in
            try await Self.prepare(cluster)
            try await Self.allow(cluster)
            try await Self.install("default", tag: "1.29.6", in: cluster)
            try await Self.waitForTrust("istio-sidecar-injector", in: cluster)
            try await cluster.send(
                "PATCH",
                "/apis/apps/v1/namespaces/istio-system/deployments/istiod",
                ["spec": ["replicas": 0]],
                type: "application/merge-patch+json"
            )
            try await cluster.wait(.endpoints, ClusterTests.key("istiod", Self.system)) { $0?.tree["subsets"] == nil }
            try await Self.label("default", "default", in: cluster)
            let pod: Tree = [
                "apiVersion": "v1", "kind": "Pod", "metadata": ["name": "a"],
                "spec": ["containers": [["name": "main", "image": "web:1"]]],
            ]
            let refused = try await cluster.send("POST", "/api/v1/namespaces/default/pods", pod)
            #expect(refused.status == 500)
            let start =
                "Internal error occurred: failed calling webhook \"namespace.sidecar-injector.istio.io\": "
                + "failed to call webhook: Post \"https://istiod.istio-system.svc:443/inject?timeout=10s\": dial tcp "
            #expect(refused.message.hasPrefix(start), "\(refused.message)")
            #expect(refused.message.hasSuffix(":443: connect: connection refused"), "\(refused.message)")
        }
    }

    @Test func theControlPlaneWritesAsItsAccount() async throws {
        try await TestCluster.with { cluster in
            try await Self.prepare(cluster)
            try await Self.install("default", tag: "1.29.6", in: cluster)
            try await cluster.wait(.deployments, ClusterTests.key("istiod", Self.system)) {
                $0?.statusCount("readyReplicas") == 1
            }
            try await Self.label("default", "default", in: cluster)
            // Without a role nobody trusts the webhook, so that no pod can be made.
            let pod: Tree = [
                "apiVersion": "v1", "kind": "Pod", "metadata": ["name": "a"],
                "spec": ["containers": [["name": "main", "image": "web:1"]]],
            ]
            try await cluster.wait(.endpoints, ClusterTests.key("istiod", Self.system)) {
                $0?.tree["subsets"]?[0]?["addresses"] != nil
            }
            let refused = try await cluster.send("POST", "/api/v1/namespaces/default/pods", pod)
            #expect(refused.message.hasSuffix("x509: certificate signed by unknown authority"), "\(refused.message)")
            try await Self.allow(cluster)
            try await Self.waitForTrust("istio-sidecar-injector", in: cluster)
            #expect(try await cluster.send("POST", "/api/v1/namespaces/default/pods", pod).status == 201)
        }
    }
}
