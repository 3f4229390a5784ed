internal import DataTree
internal import SandboxStore
internal import Synchronization
internal import Testing

/// Custom resources of two versions, between which a webhook converts: `spec.size` of v1 is `spec.sizes[0]` of v2.
@Suite struct ConversionTests {
    private static func version(_ name: String, _ properties: Tree, isStored: Bool) -> Tree {
        let spec: Tree = ["type": "object", "properties": properties]
        return [
            "name": .string(name), "served": true, "storage": .bool(isStored),
            "schema": ["openAPIV3Schema": ["type": "object", "properties": ["spec": spec]]],
        ]
    }

    private static let definition: Tree = [
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": ["name": "boxes.demo.example.com"],
        "spec": [
            "group": "demo.example.com", "scope": "Namespaced",
            "names": ["plural": "boxes", "singular": "box", "kind": "Box", "listKind": "BoxList"],
            "versions": [
                version("v1", ["size": ["type": "integer"]], isStored: true),
                version("v2", ["sizes": ["type": "array", "items": ["type": "integer"]]], isStored: false),
            ],
            "conversion": [
                "strategy": "Webhook",
                "webhook": [
                    "conversionReviewVersions": ["v1"], "clientConfig": ["url": "https://127.0.0.1:1/convert"],
                ],
            ],
        ],
    ]

    private static func converted(_ object: Tree, to version: Tree) -> Tree {
        var result = object
        result["apiVersion"] = version
        if version == "demo.example.com/v2" {
            result["spec"] = ["sizes": [object.value(at: "spec", "size") ?? 0]]
        } else {
            result["spec"] = ["size": object.value(at: "spec", "sizes")?[0] ?? 0]
        }
        // What a webhook does to other metadata is not kept.
        result.set("converter", at: ["metadata", "labels", "by"])
        result.set("forged", at: ["metadata", "resourceVersion"])
        return result
    }

    private static func answer(_ review: Tree) -> Tree {
        let request = review["request"] ?? [:]
        let objects = (request["objects"]?.array ?? []).map { converted($0, to: request["desiredAPIVersion"] ?? "") }
        return [
            "response": [
                "uid": request["uid"] ?? "", "result": ["status": "Success"], "convertedObjects": .array(objects),
            ]
        ]
    }

    private static func server(_ answer: @escaping @Sendable (Tree) throws(APIFault) -> Tree = answer) async throws
        -> TestServer
    {
        let server = await TestServer { configuration in
            configuration.hooks.callWebhook = { _, review throws(APIFault) in try answer(review) }
        }
        let path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
        #expect(try await server.send("POST", path, definition).status == 201)
        return server
    }

    private static func path(_ version: String) -> String {
        "/apis/demo.example.com/\(version)/namespaces/default/boxes"
    }

    private static func box(_ version: String, _ spec: Tree) -> Tree {
        [
            "apiVersion": .string("demo.example.com/\(version)"), "kind": "Box", "metadata": ["name": "b"],
            "spec": spec,
        ]
    }

    @Test func everyVersionShowsTheSameObject() async throws {
        let server = try await Self.server()
        let made = try await server.send("POST", Self.path("v2"), Self.box("v2", ["sizes": [3]]))
        #expect(made.status == 201, "\(made["message"] ?? "")")
        #expect(made["spec.sizes.0"] == "3")
        let old = try await server.send("GET", Self.path("v1") + "/b")
        #expect(old["spec.size"] == "3")
        #expect(old["apiVersion"] == "demo.example.com/v1")
        #expect(old["metadata.labels.by"] == "converter")
        #expect(old["metadata.resourceVersion"] == made["metadata.resourceVersion"])
        let list = try await server.send("GET", Self.path("v2"))
        #expect(list["items.0.spec.sizes.0"] == "3")
        let patch: Tree = ["spec": ["sizes": [5]]]
        let type = "application/merge-patch+json"
        #expect(try await server.send("PATCH", Self.path("v2") + "/b", patch, type: type).status == 200)
        #expect(try await server.send("GET", Self.path("v1") + "/b")["spec.size"] == "5")
    }

    @Test(
        arguments: [
            (["response": ["uid": "other"]], "failed: expected response.uid="),
            ([:], "failed: no response provided"),
        ] as [(Tree, String)]
    )
    func badAnswersAreFaults(_ bad: Tree, _ message: String) async throws {
        let server = try await Self.server { _ throws(APIFault) in bad }
        let refused = try await server.send("POST", Self.path("v2"), Self.box("v2", ["sizes": [3]]))
        #expect(refused.status == 500)
        let prefix = "conversion webhook for demo.example.com/v2, Kind=Box "
        #expect(refused["message"]?.hasPrefix(prefix + message) == true, "\(refused["message"] ?? "")")
        // The version that is stored needs nobody.
        #expect(try await server.send("POST", Self.path("v1"), Self.box("v1", ["size": 3])).status == 201)
    }

    @Test func aWebhookMustNotChangeWhoAnObjectIs() async throws {
        let server = try await Self.server { review throws(APIFault) in
            var answer = Self.answer(review)
            var object = answer.value(at: "response", "convertedObjects")?[0] ?? [:]
            object.set("other", at: ["metadata", "name"])
            answer.set([object], at: ["response", "convertedObjects"])
            return answer
        }
        let refused = try await server.send("POST", Self.path("v2"), Self.box("v2", ["sizes": [3]]))
        #expect(refused["message"]?.hasSuffix("must have the same name: b != other") == true)
    }

    @Test func policiesSeeTheVersionTheyName() async throws {
        let server = try await Self.server()
        let group = "admissionregistration.k8s.io/v1"
        let rule: Tree = [
            "apiGroups": ["demo.example.com"], "apiVersions": ["v1"], "operations": ["*"], "resources": ["boxes"],
        ]
        let policy: Tree = [
            "apiVersion": .string(group), "kind": "ValidatingAdmissionPolicy", "metadata": ["name": "p"],
            "spec": [
                "matchConstraints": ["resourceRules": [rule]], "validations": [["expression": "object.spec.size < 10"]],
            ],
        ]
        let binding: Tree = [
            "apiVersion": .string(group), "kind": "ValidatingAdmissionPolicyBinding", "metadata": ["name": "b"],
            "spec": ["policyName": "p", "validationActions": ["Deny"]],
        ]
        #expect(try await server.send("POST", "/apis/\(group)/validatingadmissionpolicies", policy).status == 201)
        let bindings = "/apis/\(group)/validatingadmissionpolicybindings"
        #expect(try await server.send("POST", bindings, binding).status == 201)
        #expect(try await server.send("POST", Self.path("v2"), Self.box("v2", ["sizes": [30]])).status == 422)
        #expect(try await server.send("POST", Self.path("v2"), Self.box("v2", ["sizes": [3]])).status == 201)
    }
}
