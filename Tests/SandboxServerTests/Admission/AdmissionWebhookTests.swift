internal import DataTree
internal import KubeAPI
internal import Testing

@testable internal import SandboxServer
@testable internal import SandboxStore

@Suite struct AdmissionWebhookTests {
    static func attributes(
        _ kind: GroupVersionKind = .pod,
        _ resource: String = "pods",
        operation: AdmissionAttributes.Operation = .create,
        subresource: String = "",
        namespace: String? = "shop"
    ) -> AdmissionAttributes {
        AdmissionAttributes(
            operation: operation,
            kind: kind,
            resource: resource,
            subresource: subresource,
            namespace: namespace,
            name: "a",
            old: nil,
            user: .admin,
            isDryRun: false,
            options: [:],
            warnings: WarningSink()
        )
    }

    static func webhook(_ rule: Tree, _ more: [(String, Tree)] = []) throws -> AdmissionWebhook {
        var tree: Tree = ["name": "w.example.org", "rules": [rule]]
        for (key, value) in more { tree[key] = value }
        return try #require(AdmissionWebhook(tree, configuration: "c"))
    }

    static let podRule: Tree = [
        "operations": ["CREATE"], "apiGroups": [""], "apiVersions": ["v1"], "resources": ["pods"],
    ]

    static let cases: [(Tree, AdmissionAttributes, Bool)] = [
        (podRule, attributes(), true),
        (podRule, attributes(operation: .update), false),
        (podRule, attributes(subresource: "status"), false),
        (podRule, attributes(.service, "services"), false),
        (podRule, attributes(.deployment, "deployments"), false),
        (
            ["operations": ["*"], "apiGroups": ["*"], "apiVersions": ["*"], "resources": ["*/*"]],
            attributes(subresource: "status"), true
        ),
        (
            ["operations": ["*"], "apiGroups": ["*"], "apiVersions": ["*"], "resources": ["*"], "scope": "Cluster"],
            attributes(), false
        ),
        (
            ["operations": ["*"], "apiGroups": ["*"], "apiVersions": ["*"], "resources": ["pods/*"]],
            attributes(subresource: "binding"), true
        ),
        (
            ["operations": ["*"], "apiGroups": [""], "apiVersions": ["v2"], "resources": ["pods"]], attributes(), false
        ),
    ]

    @Test(arguments: cases) func rules(_ rule: Tree, _ attributes: AdmissionAttributes, _ matches: Bool) throws {
        #expect((try Self.webhook(rule).match.form(attributes, ["metadata": [:]]) != nil) == matches)
    }

    @Test func otherVersionsMatchUnlessTheWebhookIsExact() throws {
        let rule: Tree = [
            "operations": ["*"], "apiGroups": ["autoscaling"], "apiVersions": ["v1"],
            "resources": ["horizontalpodautoscalers"],
        ]
        let plural = "horizontalpodautoscalers"
        func kind(_ version: String) -> GroupVersionKind {
            GroupVersionKind(group: "autoscaling", version: version, kind: "HorizontalPodAutoscaler")
        }
        var attributes = Self.attributes(kind("v2"), plural)
        attributes.equivalents = [AdmissionForm(kind: kind("v1"), resource: plural)]
        #expect(try Self.webhook(rule).match.form(attributes, [:])?.kind == kind("v1"))
        #expect(try Self.webhook(rule, [("matchPolicy", "Exact")]).match.form(attributes, [:]) == nil)
        // What a rule names itself is not converted.
        var both = rule
        both["apiVersions"] = ["v1", "v2"]
        #expect(try Self.webhook(both).match.form(attributes, [:])?.kind == kind("v2"))
    }

    @Test func selectorsChoose() throws {
        let webhook = try Self.webhook(
            Self.podRule,
            [
                ("namespaceSelector", ["matchLabels": ["istio-injection": "enabled"]]),
                ("objectSelector", ["matchExpressions": [["key": "skip", "operator": "DoesNotExist"]]]),
            ]
        )
        #expect(webhook.match.form(Self.attributes(), ["metadata": [:]]) != nil)
        #expect(webhook.match.form(Self.attributes(), ["metadata": ["labels": ["skip": "yes"]]]) == nil)
        #expect(webhook.match.matchesNamespace(Self.attributes(), nil, labels: ["istio-injection": "enabled"]))
        #expect(!webhook.match.matchesNamespace(Self.attributes(), nil, labels: [:]))
        #expect(webhook.match.matchesNamespace(Self.attributes(.node, "nodes", namespace: nil), nil, labels: nil))
    }

    static let urls: [(String, WebhookEndpoint?)] = [
        (
            "https://example.org/a/b?c",
            WebhookEndpoint(host: "example.org", port: 443, path: "/a/b", serverName: "example.org", roots: [])
        ),
        (
            "https://127.0.0.1:8443",
            WebhookEndpoint(host: "127.0.0.1", port: 8443, path: "/", serverName: "127.0.0.1", roots: [])
        ),
        ("https://[::1]:1/x", WebhookEndpoint(host: "::1", port: 1, path: "/x", serverName: "::1", roots: [])),
        ("http://example.org", nil), ("https://", nil), ("https://a:b", nil), ("https://u@h/", nil),
        ("https://h:70000", nil),
    ]

    @Test(arguments: urls) func readsURLs(_ url: String, _ endpoint: WebhookEndpoint?) {
        #expect(WebhookEndpoint(url: url, roots: []) == endpoint)
    }
}
