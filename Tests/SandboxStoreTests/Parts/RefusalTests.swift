internal import DataTree
internal import SandboxStore
internal import Testing

/// Refusals of native objects, with the texts that kube-apiserver 1.36.2 gave for the same objects.
@Suite struct RefusalTests {
    static let cases: [(String, Tree, String)] = [
        (
            "/apis/policy/v1/namespaces/default/poddisruptionbudgets",
            ["apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "spec": ["minAvailable": "x%"]],
            "spec.minAvailable: Invalid value: \"x%\": a valid percent string must be a numeric string followed by an ending "
                + "'%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')"
        ),
        (
            "/apis/policy/v1/namespaces/default/poddisruptionbudgets",
            ["apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "spec": ["maxUnavailable": "200%"]],
            "spec.maxUnavailable: Invalid value: \"200%\": must not be greater than 100%"
        ),
        (
            "/apis/networking.k8s.io/v1/namespaces/default/networkpolicies",
            [
                "apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
                "spec": ["podSelector": [:], "policyTypes": ["Foo"], "ingress": [["ports": [["port": 70000]]]]],
            ],
            "[spec.ingress[0].ports[0].port: Invalid value: 70000: must be between 1 and 65535, inclusive, "
                + "spec.policyTypes[0]: Unsupported value: \"Foo\": supported values: \"Ingress\", \"Egress\"]"
        ),
        (
            "/apis/networking.k8s.io/v1/namespaces/default/ingresses",
            [
                "apiVersion": "networking.k8s.io/v1", "kind": "Ingress",
                "spec": ["rules": [["host": "a.b", "http": ["paths": [["path": "x", "backend": [:]]]]]]],
            ],
            "spec.rules[0].http.paths[0].pathType: Required value: pathType must be specified"
        ),
        (
            "/api/v1/namespaces/default/services",
            ["apiVersion": "v1", "kind": "Service", "spec": ["clusterIP": "1.2.3.4", "ports": [["port": 80]]]],
            "spec.clusterIPs: Invalid value: [\"1.2.3.4\"]: failed to allocate IP 1.2.3.4: the provided network does not match "
                + "the current range"
        ),
        (
            "/api/v1/namespaces/default/services",
            [
                "apiVersion": "v1", "kind": "Service",
                "spec": ["type": "NodePort", "ports": [["port": 80, "nodePort": 80]]],
            ],
            "spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. The range of valid ports is "
                + "30000-32767"
        ),
        (
            "/api/v1/namespaces/default/services",
            ["apiVersion": "v1", "kind": "Service", "spec": ["type": "ExternalName", "externalName": "a_b"]],
            "spec.externalName: Invalid value: \"a_b\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric "
                + "characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for "
                + "validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
        ),
        (
            "/api/v1/namespaces/default/pods",
            [
                "apiVersion": "v1", "kind": "Pod",
                "spec": ["containers": [["name": "a", "image": "b", "livenessProbe": [:]]]],
            ],
            "spec.containers[0].livenessProbe: Required value: must specify a handler type"
        ),
        (
            "/apis/batch/v1/namespaces/default/jobs",
            [
                "apiVersion": "batch/v1", "kind": "Job",
                "spec": ["template": ["spec": ["containers": [["name": "c", "image": "i"]]]]],
            ],
            "spec.template.spec.restartPolicy: Required value: valid values: \"OnFailure\", \"Never\""
        ),
        (
            "/apis/batch/v1/namespaces/default/cronjobs",
            [
                "apiVersion": "batch/v1", "kind": "CronJob",
                "spec": ["schedule": "x", "jobTemplate": ["spec": ["template": ["spec": ["containers": []]]]]],
            ],
            "[spec.schedule: Invalid value: \"x\": expected exactly 5 fields, found 1: [x], "
                + "spec.jobTemplate.spec.template.spec.containers: Required value, "
                + "spec.jobTemplate.spec.template.spec.restartPolicy: Required value: valid values: \"OnFailure\", \"Never\"]"
        ),
        (
            "/api/v1/namespaces/default/limitranges",
            [
                "apiVersion": "v1", "kind": "LimitRange",
                "spec": ["limits": [["type": "Foo", "min": ["cpu": "2"], "max": ["cpu": "1"]]]],
            ],
            "[spec.limits[0].type: Invalid value: \"Foo\": must be a standard limit type or fully qualified, "
                + "spec.limits[0].min[cpu]: Invalid value: \"2\": min value 2 is greater than max value 1]"
        ),
    ]

    @Test(arguments: cases) func words(_ path: String, _ object: Tree, _ message: String) async throws {
        var object = object
        object["metadata"] = ["name": "h"]
        let server = await TestServer()
        let refused = try await server.send("POST", path, object)
        #expect(refused.status == 422)
        let kind = object["kind"]?.string ?? ""
        #expect(refused["message"]?.hasPrefix(kind) == true)
        #expect(refused["message"]?.hasSuffix(#" "h" is invalid: "# + message) == true, "\(refused["message"] ?? "")")
    }

    @Test func accessReviewsAskOneQuestionAboutSomebody() async throws {
        let server = await TestServer()
        let group = "authorization.k8s.io/v1"
        let one = "exactly one of nonResourceAttributes or resourceAttributes must be specified"
        let resource: Tree = ["verb": "get", "resource": "pods"]
        for (kind, spec, message) in [
            ("SubjectAccessReview", ["user": "a"], one), ("SelfSubjectAccessReview", [:], one),
            (
                "SubjectAccessReview", ["user": "a", "resourceAttributes": resource, "nonResourceAttributes": [:]],
                #"{"Path":"","Verb":""}: cannot be specified in combination with resourceAttributes"#
            ),
            (
                "SubjectAccessReview", ["resourceAttributes": resource],
                "at least one of user or group must be specified"
            ),
            ("SubjectAccessReview", ["groups": ["g"], "resourceAttributes": resource], nil),
            ("SelfSubjectAccessReview", ["resourceAttributes": resource], nil),
        ] as [(String, Tree, String?)] {
            let review: Tree = ["apiVersion": .string(group), "kind": .string(kind), "spec": spec]
            let answer = try await server.send("POST", "/apis/\(group)/\(kind.lowercased())s", review)
            #expect(answer.status == (message == nil ? 201 : 422), "\(kind) \(spec)")
            if let message { #expect(answer["message"]?.contains(message) == true, "\(answer["message"] ?? "")") }
        }
    }

    @Test func accessReviewsAreNoObjects() async throws {
        let server = await TestServer()
        let group = "authorization.k8s.io/v1"
        let path = "/apis/\(group)/selfsubjectaccessreviews"
        var review: Tree = [
            "apiVersion": .string(group), "kind": "SelfSubjectAccessReview",
            "metadata": ["creationTimestamp": .null, "name": "x"], "spec": ["resourceAttributes": ["verb": "get"]],
        ]
        let named = try await server.send("POST", path, review)
        #expect(named.status == 422 && named["message"]?.contains("must be empty") == true, "\(named["message"] ?? "")")
        review.set(nil, at: ["metadata", "name"])
        #expect(try await server.send("POST", path, review).status == 201)
        let local: Tree = [
            "apiVersion": .string(group), "kind": "LocalSubjectAccessReview",
            "spec": ["user": "a", "resourceAttributes": ["verb": "get", "namespace": "other"]],
        ]
        let answer = try await server.send("POST", "/apis/\(group)/namespaces/default/localsubjectaccessreviews", local)
        let why = #"spec.resourceAttributes.namespace: Invalid value: "other": must match metadata.namespace"#
        #expect(answer["message"]?.hasSuffix(why) == true, "\(answer["message"] ?? "")")
    }

    @Test func webhooksAreLookedAtInOrder() async throws {
        let server = await TestServer()
        let hook: Tree = [
            "name": "a.b.c",
            "rules": [
                ["operations": ["CREATE"], "apiGroups": [""], "apiVersions": ["v1"], "resources": ["*", "pods"]]
            ],
            "clientConfig": ["url": "http://x"], "sideEffects": "Some", "admissionReviewVersions": ["v2"],
            "timeoutSeconds": 99, "matchConditions": [["name": "x", "expression": "1"]],
        ]
        let group = "admissionregistration.k8s.io/v1"
        let refused = try await server.send(
            "POST",
            "/apis/\(group)/validatingwebhookconfigurations",
            [
                "apiVersion": .string(group), "kind": "ValidatingWebhookConfiguration", "metadata": ["name": "h"],
                "webhooks": [hook],
            ]
        )
        let expected = [
            "rules[0].resources: Invalid value: [\"*\",\"pods\"]: if '*' is present, must not specify other resources without "
                + "subresources",
            "sideEffects: Unsupported value: \"Some\": supported values: \"None\", \"NoneOnDryRun\"",
            "timeoutSeconds: Invalid value: 99: the timeout value must be between 1 and 30 seconds",
            "clientConfig.url: Invalid value: \"http\": 'https' is the only allowed URL scheme; desired format: "
                + "https://host[/path]",
            "matchConditions[0].expression: Invalid value: \"1\": must evaluate to bool but got int",
            "admissionReviewVersions: Invalid value: [\"v2\"]: must include at least one of v1, v1beta1",
        ].map { "webhooks[0].\($0)" }.joined(separator: ", ")
        #expect(refused["message"]?.hasSuffix("[\(expected)]") == true, "\(refused["message"] ?? "")")
    }

    @Test(
        arguments: [
            ("a.b", "must not contain dots"),
            ("A.b", "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-'"),
        ]
    )
    func namespacesHaveNoDots(_ name: String, _ why: String) async throws {
        let server = await TestServer()
        let object: Tree = ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": .string(name)]]
        let refused = try await server.send("POST", "/api/v1/namespaces", object)
        #expect(refused["message"]?.contains("metadata.name: Invalid value: \"\(name)\": \(why)") == true)
    }
}
