internal import DataTree
internal import SandboxStore
internal import Testing

/// A definition of widgets whose schema has a default, a rule and a transition rule.
private func definition(rule: String = "self.size <= 10") -> Tree {
    let spec: Tree = [
        "type": "object", "required": ["size"],
        "properties": [
            "size": ["type": "integer", "minimum": 1],
            "color": ["type": "string", "default": "red", "enum": ["red", "blue"]],
            "home": [
                "type": "string",
                "x-kubernetes-validations": [["rule": "self == oldSelf", "message": "home is immutable"]],
            ],
        ],
        "x-kubernetes-validations": [["rule": .string(rule), "message": "size must not exceed 10"]],
    ]
    let version: Tree = [
        "name": "v1", "served": true, "storage": true,
        "schema": ["openAPIV3Schema": ["type": "object", "properties": ["spec": spec]]],
    ]
    return [
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": ["name": "widgets.demo.example.com"],
        "spec": [
            "group": "demo.example.com", "scope": "Namespaced",
            "names": ["plural": "widgets", "singular": "widget", "kind": "Widget", "listKind": "WidgetList"],
            "versions": [version],
        ],
    ]
}

@Suite struct CustomResourceTests {
    private static let definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
    private static let widgets = "/apis/demo.example.com/v1/namespaces/default/widgets"

    private func widget(_ spec: Tree) -> Tree {
        ["apiVersion": "demo.example.com/v1", "kind": "Widget", "metadata": ["name": "w"], "spec": spec]
    }

    @Test func schemasDefaultPruneAndJudge() async throws {
        let server = await TestServer()
        #expect(try await server.send("POST", Self.definitions, definition()).status == 201)
        let made = try await server.send("POST", Self.widgets, widget(["size": 3, "home": "a", "nope": 1]))
        #expect(made.status == 201)
        #expect(made.body["spec"] == ["size": 3, "home": "a", "color": "red"])
        var moved = made.body
        moved.set("b", at: ["spec", "home"])
        let refused = try await server.send("PUT", Self.widgets + "/w", moved)
        #expect(refused.status == 422)
        #expect(
            refused["message"]
                == #"Widget.demo.example.com "w" is invalid: spec.home: Invalid value: "b": home is immutable"#
        )
        #expect(refused["details.causes.0.field"] == "spec.home")
    }

    @Test(
        arguments: [
            (["size": 11], "spec: Invalid value: size must not exceed 10"),
            (["size": 0], "spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1"),
            (
                ["size": 1, "color": "green"],
                #"spec.color: Unsupported value: "green": supported values: "red", "blue""#
            ),
            ([:], "spec.size: Required value"),
        ] as [(Tree, String)]
    )
    func refusals(spec: Tree, message: String) async throws {
        let server = await TestServer()
        try await server.send("POST", Self.definitions, definition())
        let answer = try await server.send("POST", Self.widgets, widget(spec))
        #expect(answer.status == 422)
        #expect(answer["message"]?.contains(message) ?? false, "\(answer["message"] ?? "")")
    }

    @Test func rulesThatDoNotCompileAreRefused() async throws {
        let server = await TestServer()
        let answer = try await server.send("POST", Self.definitions, definition(rule: "self.nope > 1"))
        #expect(answer.status == 422)
        #expect(answer["message"]?.contains("undefined field 'nope'") ?? false, "\(answer["message"] ?? "")")
    }

    /// The rules of apimachinery and the words of `validateKubeFinalizerName` in apiextensions-apiserver.
    @Test("Finalizers without a domain are warned of on custom resources, and no matter on definitions")
    func unqualifiedFinalizers() async throws {
        let server = await TestServer()
        var made = definition()
        made.set(["foo"], at: ["metadata", "finalizers"])
        let defined = try await server.send("POST", Self.definitions, made)
        #expect(defined.status == 201 && defined.warnings.isEmpty, "\(defined.body)")
        var widget = widget(["size": 1])
        widget.set(["finalizer.example.com", "foo", "example.com/f", "orphan"], at: ["metadata", "finalizers"])
        let first = try await server.send("POST", Self.widgets, widget)
        #expect(first.status == 201)
        func warning(_ name: String, _ what: String) -> String {
            "299 - \"metadata.finalizers: \\\"\(name)\\\": prefer a domain-qualified finalizer \(what) to avoid accidental "
                + "conflicts with other finalizer writers\""
        }
        #expect(
            first.warnings == [
                warning("finalizer.example.com", "name including a path (/)"), warning("foo", "name"),
            ]
        )
        let more: Tree = ["metadata": ["finalizers": ["finalizer.example.com", "foo", "bar"]]]
        let merge = "application/merge-patch+json"
        let second = try await server.send("PATCH", Self.widgets + "/w", more, type: merge)
        #expect(second.status == 200 && second.warnings == [warning("bar", "name")], "\(second.warnings)")
        let bad: Tree = ["metadata": ["finalizers": ["no good"]]]
        #expect(try await server.send("PATCH", Self.widgets + "/w", bad, type: merge).status == 422)
    }

    @Test func documentsFollowTheDefinitions() async throws {
        let server = await TestServer()
        let path = "apis/demo.example.com/v1"
        let before = try await server.send("GET", "/openapi/v3")
        #expect(before.body["paths"]?["apis/apps/v1"] != nil)
        #expect(before.body["paths"]?[path] == nil)
        try await server.send("POST", Self.definitions, definition())
        let after = try await server.send("GET", "/openapi/v3")
        #expect(after.body["paths"]?[path] != nil)
        let document = try await server.send("GET", "/openapi/v3/" + path)
        #expect(document.body.value(at: "components", "schemas")?["com.example.demo.v1.Widget"] != nil)
        let swagger = try await server.send("GET", "/openapi/v2")
        #expect(swagger.body["definitions"]?["com.example.demo.v1.Widget"] != nil)
    }

    /// The words of kube-apiserver 1.36.2 for the same definition.
    @Test func badNamesAndConversionsAreRefused() async throws {
        let server = await TestServer()
        var bad = definition()
        bad.set(["plural": "widgets", "kind": "k_"], at: ["spec", "names"])
        bad.set(["strategy": "Webhook"], at: ["spec", "conversion"])
        let answer = try await server.send("POST", Self.definitions, bad)
        let label =
            "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, "
            + "and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is "
            + "'[a-z]([-a-z0-9]*[a-z0-9])?')"
        let mixed = "may have mixed case, but should otherwise match: \(label)"
        let expected = [
            "spec.names.singular: Invalid value: \"k_\": \(label)", "spec.names.kind: Invalid value: \"k_\": \(mixed)",
            "spec.names.listKind: Invalid value: \"k_List\": \(mixed)",
            "spec.conversion.webhookClientConfig: Required value: required when strategy is set to Webhook",
            "spec.conversion.conversionReviewVersions: Required value",
        ].joined(separator: ", ")
        #expect(answer.status == 422)
        #expect(answer["message"]?.hasSuffix("[\(expected)]") == true, "\(answer["message"] ?? "")")
    }

    @Test func costlyRulesAreRefused() async throws {
        let server = await TestServer()
        var costly = definition()
        let items: Tree = ["type": "string", "x-kubernetes-validations": [["rule": "self.matches('^[a-z]+$')"]]]
        let list: Tree = ["type": "array", "maxItems": 1000, "items": items]
        let schema: Tree = ["type": "object", "properties": ["s": list]]
        let version: Tree = ["name": "v1", "served": true, "storage": true, "schema": ["openAPIV3Schema": schema]]
        costly.set([version], at: ["spec", "versions"])
        let answer = try await server.send("POST", Self.definitions, costly)
        #expect(answer.status == 422)
        #expect(answer["message"]?.contains("estimated rule cost exceeds budget by factor of 62.9x") == true)
        #expect(answer["details.causes.0.reason"] == "FieldValueForbidden")
    }
}
