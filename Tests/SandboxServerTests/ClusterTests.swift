internal import DataTree
internal import HTTPServing
internal import KubeAPI
internal import KubeRuntime
internal import Logging
internal import MeshBase
internal import SandboxStore
internal import Testing

@testable internal import SandboxServer

/// What users see of the controllers, the users and the roles together.
@Suite(.timeLimit(.minutes(10))) struct ClusterTests {
    static func deployment(_ name: String, replicas: Int64 = 2) -> Tree {
        [
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": .string(name), "namespace": "default"],
            "spec": [
                "replicas": .integer(replicas), "selector": ["matchLabels": ["app": .string(name)]],
                "template": [
                    "metadata": ["labels": ["app": .string(name)]],
                    "spec": ["containers": [["name": "main", "image": "web:1"]]],
                ],
            ],
        ]
    }

    static func key(_ name: String, _ namespace: String = "default") -> ObjectKey {
        ObjectKey(namespace: namespace, name: name)
    }

    static func namespace(_ name: String) -> Tree {
        ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": .string(name)]]
    }

    @Test func aDeploymentBecomesAvailableAndServes() async throws {
        try await TestCluster.with { cluster in
            let made = try await cluster.create(.deployments, Self.deployment("web"))
            try await cluster.create(
                .services,
                [
                    "apiVersion": "v1", "kind": "Service", "metadata": ["name": "web", "namespace": "default"],
                    "spec": ["selector": ["app": "web"], "ports": [["port": 80]]],
                ]
            )
            let ready = try await cluster.wait(.deployments, Self.key("web")) { deployment in
                deployment?.statusCount("availableReplicas") == 2 && deployment?.conditions.isTrue("Available") == true
            }
            #expect(ready?.generation == made.generation)
            #expect(ready?.annotations[DeploymentPlan.revisionAnnotation] == "1")
            try await cluster.wait(.endpoints, Self.key("web")) { endpoints in
                endpoints?.tree["subsets"]?[0]?["addresses"]?.array?.count == 2
            }
        }
    }

    @Test(arguments: ["Background", "Foreground", "Orphan"])
    func deletingADeployment(_ policy: String) async throws {
        try await TestCluster.with { cluster in
            try await cluster.create(.deployments, Self.deployment("web", replicas: 1))
            try await cluster.wait(.deployments, Self.key("web")) { $0?.statusCount("readyReplicas") == 1 }
            let sets = try await cluster.send("GET", "/apis/apps/v1/namespaces/default/replicasets")
            let set = try #require(sets.body["items"]?[0]?.value(at: "metadata", "name")?.string)
            let path = "/apis/apps/v1/namespaces/default/deployments/web"
            #expect(try await cluster.send("DELETE", "\(path)?propagationPolicy=\(policy)").status == 200)
            try await cluster.wait(.deployments, Self.key("web")) { $0 == nil }
            if policy == "Orphan" {
                try await cluster.wait(.replicaSets, Self.key(set)) { $0?.ownerReferences.isEmpty == true }
                let pods = try await cluster.send("GET", "/api/v1/namespaces/default/pods")
                #expect(pods.body["items"]?.array?.count == 1)
            } else {
                try await cluster.wait(.replicaSets, Self.key(set)) { $0 == nil }
            }
        }
    }

    @Test func aNamespaceIsEmptiedAndGoes() async throws {
        try await TestCluster.with { cluster in
            try await cluster.create(.namespaces, Self.namespace("shop"))
            try await cluster.wait(.serviceAccounts, Self.key("default", "shop")) { $0 != nil }
            try await cluster.wait(.configMaps, Self.key(NamespaceContents.authorityName, "shop")) { $0 != nil }
            var held: Tree = ["apiVersion": "v1", "kind": "ConfigMap"]
            held["metadata"] = ["name": "held", "namespace": "shop", "finalizers": ["example.org/held"]]
            try await cluster.create(.configMaps, held)
            try await cluster.send("DELETE", "/api/v1/namespaces/shop")
            let waiting = try await cluster.wait(.namespaces, ObjectKey(name: "shop")) { namespace in
                namespace?.conditions.isTrue("NamespaceFinalizersRemaining") == true
            }
            #expect(waiting?.tree.value(at: "status", "phase") == "Terminating")
            let refused = try await cluster.send(
                "POST",
                "/api/v1/namespaces/shop/configmaps",
                ["apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "late"]]
            )
            #expect(refused.status == 403)
            try await cluster.send(
                "PATCH",
                "/api/v1/namespaces/shop/configmaps/held",
                ["metadata": ["finalizers": .null]],
                type: "application/merge-patch+json"
            )
            try await cluster.wait(.namespaces, ObjectKey(name: "shop")) { $0 == nil }
        }
    }

    @Test func aLoadBalancerGetsAnAddressOfThisMachine() async throws {
        try await TestCluster.with { cluster in
            try await cluster.create(
                .services,
                [
                    "apiVersion": "v1", "kind": "Service", "metadata": ["name": "gate", "namespace": "default"],
                    "spec": ["type": "LoadBalancer", "ports": [["port": 80]]],
                ]
            )
            let service = try await cluster.wait(.services, Self.key("gate")) { service in
                service.map { !LoadBalancerReconciler.addresses(of: $0).isEmpty } ?? false
            }
            let address = try #require(service.flatMap { LoadBalancerReconciler.addresses(of: $0).first })
            #expect(address.hasPrefix("127."))
        }
    }

    @Test func requestsFromOutsideAreCounted() async throws {
        try await TestCluster.with { cluster in
            for _ in 0..<3 { try await cluster.send("GET", "/api/v1/namespaces/default/configmaps") }
            let metrics = await cluster.cluster.frontend.answer(
                ServerRequest(method: "GET", path: "/metrics", peer: cluster.admin)
            )
            guard case .bytes(let bytes) = metrics.body else {
                Issue.record("expected metrics, got status \(metrics.status)")
                return
            }
            let line = String(decoding: bytes, as: UTF8.self).split(separator: "\n").first { line in
                line.hasPrefix("apiserver_request_total") && line.contains("resource=\"configmaps\"")
            }
            #expect(line?.hasSuffix("} 3") == true, "\(line ?? "")")
        }
    }

    @Test func aJobCompletes() async throws {
        try await TestCluster.with { cluster in
            try await cluster.create(
                .jobs,
                [
                    "apiVersion": "batch/v1", "kind": "Job", "metadata": ["name": "once", "namespace": "default"],
                    "spec": [
                        "completions": 2,
                        "template": [
                            "spec": ["restartPolicy": "Never", "containers": [["name": "main", "image": "x"]]]
                        ],
                    ],
                ]
            )
            let job = try await cluster.wait(.jobs, Self.key("once")) { $0?.conditions.isTrue("Complete") == true }
            #expect(job?.statusCount("succeeded") == 2)
            #expect(job?.tree.value(at: "status", "completionTime") != nil)
        }
    }

    @Test func aTokenIsWorthWhatItsAccountMay() async throws {
        try await TestCluster.with { cluster in
            let account = "/api/v1/namespaces/default/serviceaccounts/robot"
            try await cluster.create(
                .serviceAccounts,
                ["apiVersion": "v1", "kind": "ServiceAccount", "metadata": ["name": "robot", "namespace": "default"]]
            )
            let issued = try await cluster.send(
                "POST",
                account + "/token",
                ["apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": [:]]
            )
            let token = try #require(issued.body.value(at: "status", "token")?.string)
            let pods = "/api/v1/namespaces/default/pods"
            #expect(try await cluster.send("GET", pods, as: .nobody).status == 403)
            #expect(try await cluster.send("GET", pods, as: .token("x.y.z")).status == 401)
            #expect(try await cluster.send("GET", pods, as: .token(token)).status == 403)
            try await cluster.create(
                .roleBindings,
                [
                    "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding",
                    "metadata": ["name": "robot", "namespace": "default"],
                    "roleRef": ["apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view"],
                    "subjects": [["kind": "ServiceAccount", "name": "robot", "namespace": "default"]],
                ]
            )
            try await cluster.wait(.clusterRoles, ObjectKey(name: "view")) { role in
                role?.tree["rules"]?.array?.isEmpty == false
            }
            #expect(try await cluster.send("GET", pods, as: .token(token)).status == 200)
            #expect(try await cluster.send("GET", "/api/v1/pods", as: .token(token)).status == 403)
            let review = try await cluster.send(
                "POST",
                "/apis/authentication.k8s.io/v1/tokenreviews",
                ["apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview", "spec": ["token": .string(token)]]
            )
            #expect(review.body.value(at: "status", "authenticated") == true)
            try await cluster.send("DELETE", account)
            #expect(try await cluster.send("GET", pods, as: .token(token)).status == 401)
        }
    }

    @Test func whatIsKeptOutlivesARestart() async throws {
        try await FileLogTests.withDirectory { directory in
            let vault = MemoryVault()
            for round in 0..<3 {
                let log = try FileLog(directory: directory)
                try await TestCluster.with(SandboxConfiguration(vault: vault, log: log)) { cluster in
                    for earlier in 0..<round {
                        let path = "/api/v1/namespaces/default/configmaps/c\(earlier)"
                        #expect(try await cluster.send("GET", path).status == 200)
                    }
                    try await cluster.create(
                        .configMaps,
                        [
                            "apiVersion": "v1", "kind": "ConfigMap",
                            "metadata": ["name": .string("c\(round)"), "namespace": "default"],
                        ]
                    )
                }
            }
        }
    }

    static let workloads: [(GroupVersionKind, APIResource)] = [
        (.deployment, .deployments), (.daemonSet, .daemonSets), (.statefulSet, .statefulSets), (.job, .jobs),
    ]

    @Test(arguments: workloads)
    func refusedPodsAreTold(_ kind: GroupVersionKind, _ resource: APIResource) async throws {
        try await TestCluster.with { cluster in
            let rule: Tree = [
                "operations": ["CREATE"], "apiGroups": [""], "apiVersions": ["v1"], "resources": ["pods"],
            ]
            try await cluster.create(
                .validatingWebhookConfigurations,
                [
                    "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingWebhookConfiguration",
                    "metadata": ["name": "gone"],
                    "webhooks": [
                        [
                            "name": "gone.example.org", "rules": [rule], "failurePolicy": "Fail",
                            "sideEffects": "None", "admissionReviewVersions": ["v1"],
                            "clientConfig": ["service": ["name": "none", "namespace": "default"]],
                        ]
                    ],
                ]
            )
            var object = Self.deployment("web", replicas: 1)
            object["apiVersion"] = .string(kind.apiVersion)
            object["kind"] = .string(kind.kind)
            if kind == .daemonSet || kind == .job { object.set(nil, at: ["spec", "replicas"]) }
            if kind == .job {
                object.set(nil, at: ["spec", "selector"])
                object.set("Never", at: ["spec", "template", "spec", "restartPolicy"])
            }
            try await cluster.create(resource, object)
            let why = "failed calling webhook \"gone.example.org\": failed to call webhook: service \"none\" not found"
            if kind == .deployment {
                let failed = try await cluster.wait(.deployments, Self.key("web")) {
                    $0?.conditions.isTrue("ReplicaFailure") == true
                }
                let condition = failed?.conditions.condition("ReplicaFailure")
                #expect(condition?.reason == "FailedCreate")
                #expect(condition?.message == "Internal error occurred: \(why)")
            }
            let begin =
                kind == .statefulSet ? "create Pod web-0 in StatefulSet web failed error:" : "Error creating:"
            let watch = StorageWatch(cluster.cluster.core.storage, GroupResource(APIResource.coreEvents))
            while true {
                let events = try await cluster.send("GET", "/api/v1/namespaces/default/events").body["items"]
                if let event = events?.array?.first(where: { $0["reason"] == "FailedCreate" }) {
                    #expect(event["type"] == "Warning")
                    #expect(event["message"] == .string("\(begin) Internal error occurred: \(why)"))
                    break
                }
                _ = await watch.next()
            }
        }
    }

    /// Nobody could find a sandbox that cannot say where it is, so that it must not run on.
    @Test func aSandboxThatCannotTellItsAddressEnds() async throws {
        var logger = Logger(label: "tests")
        logger.logLevel = .critical
        let environment = RuntimeEnvironment(
            clock: ContinuousClock(),
            wall: { Timestamp(seconds: 1_700_000_000) },
            random: .seeded(7),
            logger: logger
        )
        let cluster = try SandboxCluster(SandboxConfiguration(), environment: environment)
        let error = await #expect(throws: SandboxError.self) {
            try await cluster.run { _ in throw SandboxError(.fileFailed, "cannot write /none") }
        }
        #expect(error?.message == "cannot write /none")
    }

    /// Bodies as kubectl 1.32 sends them, in protobuf.
    static let bodies: [(String, String, Tree)] = [
        (
            "/api/v1/namespaces/default/serviceaccounts/default/token",
            "6b3873000a280a1861757468656e7469636174696f6e2e6b38732e696f2f7631120c546f6b656e5265717565737412220a100a0012"
                + "001a0022002a0032003800420012080a0361756420901c1a040a0012001a002200",
            ["spec": ["audiences": ["aud"], "expirationSeconds": 3600, "boundObjectRef": .null]]
        ),
        (
            "/apis/rbac.authorization.k8s.io/v1/namespaces/default/roles",
            "6b3873000a240a1c726261632e617574686f72697a6174696f6e2e6b38732e696f2f76311204526f6c6512480a110a017212001a00"
                + "22002a0032003800420012130a036765740a046c69737412001a04706f6473121e0a036765740a046c6973741204617070731a"
                + "0b6465706c6f796d656e74731a002200",
            [
                "rules": [
                    ["apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list"]],
                    ["apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["get", "list"]],
                ]
            ]
        ),
        (
            "/api/v1/namespaces/default/resourcequotas",
            "6b3873000a130a027631120d5265736f7572636551756f746112300a110a017112001a0022002a003200380042001219"
                + "0a0a0a0363707512030a01310a0b0a04706f647312030a01331a001a002200",
            ["spec": ["hard": ["cpu": "1", "pods": "3"]]]
        ),
    ]

    @Test(arguments: bodies) func kubectlMaySpeakProtobuf(_ path: String, _ hex: String, _ part: Tree) async throws {
        let digits = Array(hex)
        let bytes = stride(from: 0, to: digits.count, by: 2).compactMap {
            UInt8(String(digits[$0...($0 + 1)]), radix: 16)
        }
        try await TestCluster.with { cluster in
            let answer = try await cluster.send("POST", path, bytes: bytes, type: "application/vnd.kubernetes.protobuf")
            #expect(answer.status == 201, "\(answer.message)")
            for entry in part.object?.entries ?? [] { #expect(answer.body[entry.key] == entry.value) }
            for length in 5..<bytes.count {
                _ = try? ProtobufDecoder().decode(Array(bytes[..<length]))  // Never traps, whatever is cut off.
            }
        }
    }
}
