internal import DataTree
internal import SandboxStore
internal import Testing

/// What ValidatingAdmissionPolicies refuse, warn of and let pass.
@Suite struct PolicyTests {
    private static let group = "/apis/admissionregistration.k8s.io/v1"
    private static let maps = "/api/v1/namespaces/default/configmaps"
    private static let rule: Tree = [
        "apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE", "UPDATE", "DELETE"],
        "resources": ["configmaps"],
    ]

    private static func policy(_ validations: Tree, _ more: [(String, Tree)] = []) -> Tree {
        var spec: Tree = ["matchConstraints": ["resourceRules": [rule]], "validations": validations]
        for (key, value) in more { spec[key] = value }
        return [
            "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicy",
            "metadata": ["name": "p"], "spec": spec,
        ]
    }

    private static func binding(_ more: [(String, Tree)] = [], actions: Tree = ["Deny"]) -> Tree {
        var spec: Tree = ["policyName": "p", "validationActions": actions]
        for (key, value) in more { spec[key] = value }
        return [
            "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicyBinding",
            "metadata": ["name": "b"], "spec": spec,
        ]
    }

    private static func server(_ policy: Tree, _ binding: Tree? = binding()) async throws -> TestServer {
        let server = await TestServer()
        let made = try await server.send("POST", group + "/validatingadmissionpolicies", policy)
        #expect(made.status == 201, "\(made["message"] ?? "")")
        if let binding {
            let made = try await server.send("POST", group + "/validatingadmissionpolicybindings", binding)
            #expect(made.status == 201, "\(made["message"] ?? "")")
        }
        return server
    }

    private static let prefix =
        #"configmaps "a" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: "#

    @Test func refusesInTheWordsOfKubernetes() async throws {
        let server = try await Self.server(Self.policy([["expression": "object.data.x != 'bad'"]]))
        let refused = try await server.send("POST", Self.maps, configMap("a", ["x": "bad"]))
        #expect(refused.status == 422)
        #expect(refused["reason"] == "Invalid")
        #expect(refused["message"] == Self.prefix + "failed expression: object.data.x != 'bad'")
        #expect(refused["details.name"] == "a")
        #expect(refused["details.kind"] == "configmaps")
        #expect(
            refused["details.causes.0.message"]
                == "ValidatingAdmissionPolicy 'p' with binding 'b' denied request: failed expression: object.data.x != 'bad'"
        )
        #expect(try await server.send("POST", Self.maps, configMap("a", ["x": "good"])).status == 201)
        let changed = try await server.send("PUT", Self.maps + "/a", configMap("a", ["x": "bad"]))
        #expect(changed.status == 422)
    }

    @Test(
        arguments: [
            ([["expression": "false", "message": " no "]], [], 422, "no"),
            (
                [["expression": "false", "message": "no", "messageExpression": "'not ' + object.metadata.name"]],
                [],
                422, "not a"
            ),
            ([["expression": "false", "message": "no", "messageExpression": "object.nope"]], [], 422, "no"),
            ([["expression": "false", "message": "no", "messageExpression": "'two\\nlines'"]], [], 422, "no"),
            ([["expression": "false", "reason": "Forbidden", "message": "no"]], [], 403, "no"),
            ([["expression": "false", "reason": "RequestEntityTooLarge", "message": "no"]], [], 413, "no"),
            ([["expression": "true"], ["expression": "false", "message": "second"]], [], 422, "second"),
            (
                [["expression": "object.nope == 1"]],
                [],
                422, "expression 'object.nope == 1' resulted in error: no such key: nope"
            ),
            ([["expression": "object.nope == 1"]], [("failurePolicy", "Ignore")], 201, nil),
            (
                [["expression": "false"]],
                [("matchConditions", [["name": "n", "expression": "object.metadata.name != 'a'"]])],
                201, nil
            ),
            (
                [["expression": "false"]], [("matchConditions", [["name": "n", "expression": "object.nope"]])], 422,
                "expression 'object.nope' resulted in error: no such key: nope"
            ),
            (
                [["expression": "request.operation == 'CREATE' && request.userInfo.username == 'kubernetes-admin'"]],
                [],
                201, nil
            ),
            ([["expression": "namespaceObject.metadata.name == 'default' && oldObject == null"]], [], 201, nil),
            (
                [["expression": "variables.twice == 'aa'"]],
                [
                    (
                        "variables",
                        [
                            ["name": "name", "expression": "object.metadata.name"],
                            ["name": "twice", "expression": "variables.name + variables.name"],
                        ]
                    )
                ], 201, nil
            ),
            // What is not asked for is not worked out.
            (
                [["expression": "true || variables.broken"]],
                [("variables", [["name": "broken", "expression": "object.nope"]])], 201, nil
            ),
            (
                [["expression": "variables.broken"]],
                [("variables", [["name": "broken", "expression": "object.nope"]])], 422,
                "expression 'variables.broken' resulted in error: composited variable \"broken\" fails to evaluate: "
                    + "expression 'object.nope' resulted in error: no such key: nope"
            ),
            (
                [["expression": "true"]],
                [("auditAnnotations", [["key": "k", "valueExpression": "object.metadata.name"]])],
                201, nil
            ),
            (
                [["expression": "false"]],
                [("matchConstraints", ["resourceRules": [rule], "objectSelector": ["matchLabels": ["a": "b"]]])],
                201, nil
            ),
            (
                [["expression": "false"]],
                [("matchConstraints", ["resourceRules": [rule], "namespaceSelector": ["matchLabels": ["a": "b"]]])],
                201, nil
            ),
            (
                [["expression": "false"]],
                [("matchConstraints", ["resourceRules": [rule], "excludeResourceRules": [rule]])],
                201, nil
            ),
        ] as [(Tree, [(String, Tree)], Int, String?)]
    )
    func verdicts(_ validations: Tree, _ more: [(String, Tree)], _ status: Int, _ message: String?) async throws {
        let server = try await Self.server(Self.policy(validations, more))
        let answer = try await server.send("POST", Self.maps, configMap("a", ["x": "y"]))
        #expect(answer.status == status, "\(answer["message"] ?? "")")
        if let message { #expect(answer["message"] == Self.prefix + message) }
    }

    @Test func withoutBindingNothingIsRefused() async throws {
        let server = try await Self.server(Self.policy([["expression": "false"]]), nil)
        #expect(try await server.send("POST", Self.maps, configMap("a")).status == 201)
    }

    @Test func bindingsChooseAndWarn() async throws {
        let server = try await Self.server(
            Self.policy([["expression": "false", "message": "mind"]]),
            Self.binding(actions: ["Warn", "Audit"])
        )
        let made = try await server.send("POST", Self.maps, configMap("a"))
        #expect(made.status == 201)
        #expect(
            made.warnings == ["299 - \"Validation failed for ValidatingAdmissionPolicy 'p' with binding 'b': mind\""]
        )
        let other = try await Self.server(
            Self.policy([["expression": "false"]]),
            Self.binding([("matchResources", ["objectSelector": ["matchLabels": ["a": "b"]]])])
        )
        #expect(try await other.send("POST", Self.maps, configMap("a")).status == 201)
    }

    @Test func deletionsAreAskedAboutWithTheOldObject() async throws {
        let server = try await Self.server(
            Self.policy([["expression": "object != null || oldObject.data.x != 'keep'"]])
        )
        try await server.send("POST", Self.maps, configMap("a", ["x": "keep"]))
        try await server.send("POST", Self.maps, configMap("b", ["x": "go"]))
        #expect(try await server.send("DELETE", Self.maps + "/a").status == 422)
        #expect(try await server.send("DELETE", Self.maps + "/b").status == 200)
    }

    @Test func policiesNeverStandInTheWayOfTheirOwnRemoval() async throws {
        let everything: Tree = [
            "resourceRules": [["apiGroups": ["*"], "apiVersions": ["*"], "operations": ["*"], "resources": ["*"]]]
        ]
        let server = try await Self.server(Self.policy([["expression": "false"]], [("matchConstraints", everything)]))
        #expect(try await server.send("POST", Self.maps, configMap("a")).status == 422)
        #expect(try await server.send("DELETE", Self.group + "/validatingadmissionpolicies/p").status == 200)
        #expect(try await server.send("POST", Self.maps, configMap("a")).status == 201)
    }

    @Test func aChangedPolicyCountsAtOnce() async throws {
        let server = try await Self.server(Self.policy([["expression": "false"]]))
        #expect(try await server.send("POST", Self.maps, configMap("a")).status == 422)
        let patch: Tree = ["spec": ["validations": [["expression": "true"]]]]
        let path = Self.group + "/validatingadmissionpolicies/p"
        #expect(try await server.send("PATCH", path, patch, type: "application/merge-patch+json").status == 200)
        #expect(try await server.send("POST", Self.maps, configMap("a")).status == 201)
    }

    // MARK: Parameters

    private static let parametrised: [(String, Tree)] = [("paramKind", ["apiVersion": "v1", "kind": "Secret"])]

    private static func secret(_ name: String, _ limit: String) -> Tree {
        [
            "apiVersion": "v1", "kind": "Secret", "metadata": ["name": .string(name), "labels": ["use": "yes"]],
            "stringData": ["forbidden": .string(limit)],
        ]
    }

    @Test func parametersComeByNameOrSelector() async throws {
        for reference in [["name": "one"], ["selector": ["matchLabels": ["use": "yes"]]]] as [Tree] {
            var reference = reference
            reference["parameterNotFoundAction"] = "Deny"
            let server = try await Self.server(
                Self.policy([["expression": "object.data.x != params.data.forbidden"]], Self.parametrised),
                Self.binding([("paramRef", reference)])
            )
            let missing = try await server.send("POST", Self.maps, configMap("a", ["x": "Zm9v"]))
            #expect(
                missing["message"]
                    == Self.prefix + "failed to configure binding: no params found for policy binding with `Deny` "
                    + "parameterNotFoundAction"
            )
            let secrets = "/api/v1/namespaces/default/secrets"
            #expect(try await server.send("POST", secrets, Self.secret("one", "foo")).status == 201)
            #expect(try await server.send("POST", Self.maps, configMap("a", ["x": "Zm9v"])).status == 422)
            #expect(try await server.send("POST", Self.maps, configMap("a", ["x": "bar"])).status == 201)
        }
    }

    @Test func unknownParametersAreAFault() async throws {
        let kind: Tree = ["apiVersion": "demo.example.com/v1", "kind": "Limit"]
        let server = try await Self.server(Self.policy([["expression": "true"]], [("paramKind", kind)]))
        let refused = try await server.send("POST", Self.maps, configMap("a"))
        #expect(
            refused["message"]
                == #"configmaps "a" is forbidden: ValidatingAdmissionPolicy 'p' denied request: failed to configure policy: "#
                + "failed to find resource referenced by paramKind: 'demo.example.com/v1, Kind=Limit'"
        )
    }

    // MARK: Refused policies

    @Test(
        arguments: [
            (
                [["expression": "nope"]],
                [],
                "spec.validations[0].expression: Invalid value: \"nope\": compilation failed: ERROR: "
                    + "<input>:1:1: undeclared reference to 'nope' (in container '')"
            ),
            (
                [["expression": "'text'"]],
                [],
                "spec.validations[0].expression: Invalid value: \"'text'\": must evaluate to bool but got string"
            ),
            (
                [["expression": " "]],
                [],
                "spec.validations[0].expression: Required value: expression is not specified"
            ),
            ([["expression": "params.x"]], [], "undeclared reference to 'params'"),
            ([["expression": "true", "message": "a\nb"]], [], "message must not contain line breaks"),
            ([["expression": "true", "reason": "Why"]], [], "spec.validations[0].reason: Unsupported value: \"Why\""),
            ([["expression": "true", "messageExpression": "1"]], [], "must evaluate to string but got int"),
            (
                [],
                [],
                "spec.validations: Required value: validations or auditAnnotations must contain at least one item"
            ),
            (
                [["expression": "true"]],
                [("matchConstraints", [:])],
                "spec.matchConstraints.resourceRules: Required value"
            ),
            (
                [["expression": "variables.b"]],
                [("variables", [["name": "a", "expression": "variables.b"], ["name": "b", "expression": "true"]])],
                "spec.variables[0].expression: Invalid value: \"variables.b\": compilation failed: ERROR: <input>:1:10: undefined field 'b'"
            ),
            (
                [["expression": "true"]],
                [("variables", [["name": "1a", "expression": "true"]])],
                "name is not a valid CEL identifier"
            ),
        ] as [(Tree, [(String, Tree)], String)]
    )
    func badPoliciesAreRefused(_ validations: Tree, _ more: [(String, Tree)], _ message: String) async throws {
        let server = await TestServer()
        let path = Self.group + "/validatingadmissionpolicies"
        let answer = try await server.send("POST", path, Self.policy(validations, more))
        #expect(answer.status == 422)
        #expect(answer["message"]?.contains(message) == true, "\(answer["message"] ?? "")")
    }

    @Test(
        arguments: [
            ([], [], "spec.validationActions: Required value: at least one validation action is required"),
            (
                [],
                ["Deny", "Warn"],
                "spec.validationActions: Invalid value: [\"Deny\",\"Warn\"]: must not contain both Deny and Warn"
            ),
            (
                [],
                ["Stop"],
                "spec.validationActions[0]: Unsupported value: \"Stop\": supported values: "
                    + "\"Audit\", \"Deny\", \"Warn\""
            ),
            ([("policyName", "")], ["Deny"], "spec.policyName: Required value"),
            (
                [("paramRef", ["parameterNotFoundAction": "Deny"])], ["Deny"],
                "spec.paramRef: Required value: one of name or selector must be specified"
            ),
            ([("paramRef", ["name": "a"])], ["Deny"], "spec.paramRef.parameterNotFoundAction: Required value"),
        ] as [([(String, Tree)], Tree, String)]
    )
    func badBindingsAreRefused(_ more: [(String, Tree)], _ actions: Tree, _ message: String) async throws {
        let server = await TestServer()
        let path = Self.group + "/validatingadmissionpolicybindings"
        let answer = try await server.send("POST", path, Self.binding(more, actions: actions))
        #expect(answer.status == 422)
        #expect(answer["message"]?.contains(message) == true, "\(answer["message"] ?? "")")
    }
}
