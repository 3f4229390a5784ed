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
            ["operations": ["*"], "apiGroups": [""], "apiVersions": ["v2"], "resources": ["pods"]], attributes(), true
        ),
    ]

    @Test(arguments: cases) func rules(_ rule: Tree, _ attributes: AdmissionAttributes, _ matches: Bool) throws {
        #expect(try Self.webhook(rule).matches(attributes, ["metadata": [:]]) == matches)
    }

    @Test func exactWebhooksWantTheirVersion() throws {
        let rule: Tree = ["operations": ["*"], "apiGroups": [""], "apiVersions": ["v2"], "resources": ["pods"]]
        let webhook = try Self.webhook(rule, [("matchPolicy", "Exact")])
        #expect(!webhook.matches(Self.attributes(), [:]))
    }

    @Test func selectorsChoose() throws {
        let webhook = try Self.webhook(
            Self.podRule,
            [
                ("namespaceSelector", ["matchLabels": ["istio-injection": "enabled"]]),
                ("objectSelector", ["matchExpressions": [["key": "skip", "operator": "DoesNotExist"]]]),
            ]
        )
        #expect(webhook.matches(Self.attributes(), ["metadata": [:]]))
        #expect(!webhook.matches(Self.attributes(), ["metadata": ["labels": ["skip": "yes"]]]))
        #expect(webhook.matchesNamespace(Self.attributes(), nil, labels: ["istio-injection": "enabled"]))
        #expect(!webhook.matchesNamespace(Self.attributes(), nil, labels: [:]))
        #expect(webhook.matchesNamespace(Self.attributes(.node, "nodes", namespace: nil), nil, labels: nil))
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
