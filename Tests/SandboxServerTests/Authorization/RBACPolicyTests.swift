internal import DataTree
internal import KubeAPI
internal import SandboxStore
internal import Testing

@testable internal import SandboxServer

@Suite struct RBACPolicyTests {
    static func question(
        _ user: UserInfo,
        _ verb: String,
        _ resource: String,
        group: String = "",
        namespace: String = "",
        name: String = "",
        subresource: String = ""
    ) -> AuthorizationAttributes {
        var question = AuthorizationAttributes(user: user, verb: verb, path: "")
        (question.resource, question.group, question.namespace) = (resource, group, namespace)
        (question.name, question.subresource) = (name, subresource)
        return question
    }

    static func path(_ user: UserInfo, _ verb: String, _ path: String) -> AuthorizationAttributes {
        AuthorizationAttributes(user: user, verb: verb, path: path)
    }

    static let jane = UserInfo(name: "jane", groups: ["devs", "system:authenticated"])
    static let robot = UserInfo(
        name: "system:serviceaccount:shop:robot",
        groups: ["system:serviceaccounts", "system:authenticated"]
    )
    static let root = UserInfo(name: "root", groups: ["system:masters"])

    static func object(_ text: String) -> KubeObject {
        (try? Tree(json: text)).map { KubeObject($0) } ?? KubeObject([:])
    }

    static let policy = RBACPolicy(
        roles: BootstrapPolicy.clusterRoles + [
            object(
                """
                {"metadata": {"namespace": "shop", "name": "reader"}, "rules": [
                  {"verbs": ["get"], "apiGroups": [""], "resources": ["pods/log"]},
                  {"verbs": ["update"], "apiGroups": ["apps"], "resources": ["*/scale"]},
                  {"verbs": ["get"], "apiGroups": [""], "resources": ["configmaps"], "resourceNames": ["one"]}]}
                """
            )
        ],
        bindings: BootstrapPolicy.clusterRoleBindings + [
            object(
                """
                {"metadata": {"namespace": "shop", "name": "devs"}, "roleRef": {"kind": "Role", "name": "reader"},
                 "subjects": [{"kind": "Group", "name": "devs"}]}
                """
            ),
            object(
                """
                {"metadata": {"namespace": "shop", "name": "robots"},
                 "roleRef": {"kind": "ClusterRole", "name": "system:aggregate-to-view"},
                 "subjects": [{"kind": "ServiceAccount", "name": "robot"}]}
                """
            ),
        ]
    )

    static let cases: [(AuthorizationAttributes, Bool)] = [
        (question(root, "delete", "nodes"), true),
        (question(jane, "get", "pods", namespace: "shop"), false),
        (question(jane, "get", "pods", namespace: "shop", name: "a", subresource: "log"), true),
        (question(jane, "get", "pods", namespace: "bank", name: "a", subresource: "log"), false),
        (question(jane, "update", "deployments", group: "apps", namespace: "shop", subresource: "scale"), true),
        (question(jane, "update", "deployments", group: "apps", namespace: "shop"), false),
        (question(jane, "get", "configmaps", namespace: "shop", name: "one"), true),
        (question(jane, "get", "configmaps", namespace: "shop", name: "two"), false),
        (question(jane, "list", "configmaps", namespace: "shop"), false),
        (question(robot, "list", "services", namespace: "shop"), true),
        (question(robot, "list", "secrets", namespace: "shop"), false),
        (question(robot, "list", "services", namespace: "bank"), false),
        (question(robot, "list", "services"), false),
        (question(jane, "create", "selfsubjectaccessreviews", group: "authorization.k8s.io"), true),
        (path(jane, "get", "/apis/apps/v1"), true),
        (path(jane, "get", "/metrics"), false),
        (path(.anonymous, "get", "/healthz"), true),
        (path(.anonymous, "get", "/api"), false),
    ]

    @Test(arguments: cases) func decides(_ question: AuthorizationAttributes, _ isAllowed: Bool) {
        #expect(Self.policy.decide(question).isAllowed == isAllowed)
    }

    @Test func theReasonNamesTheBinding() {
        let decision = Self.policy.decide(Self.question(Self.robot, "list", "services", namespace: "shop"))
        #expect(
            decision.reason
                == "RBAC: allowed by RoleBinding \"robots/shop\" of ClusterRole "
                + "\"system:aggregate-to-view\" to ServiceAccount \"robot/shop\""
        )
    }

    static let grants: [(PolicyRule, PolicyRule, Bool)] = [
        (
            PolicyRule(["get"], groups: [""], resources: ["pods"]), PolicyRule(["*"], groups: ["*"], resources: ["*"]),
            true
        ),
        (
            PolicyRule(["*"], groups: [""], resources: ["pods"]),
            PolicyRule(["get"], groups: [""], resources: ["pods"]), false
        ),
        (
            PolicyRule(["get", "list"], groups: [""], resources: ["pods"]),
            PolicyRule(["get"], groups: [""], resources: ["pods"]), false
        ),
        (
            PolicyRule(["get"], groups: [""], resources: ["pods"], names: ["a"]),
            PolicyRule(["get"], groups: [""], resources: ["pods"]), true
        ),
        (
            PolicyRule(["get"], groups: [""], resources: ["pods"]),
            PolicyRule(["get"], groups: [""], resources: ["pods"], names: ["a"]), false
        ),
        (PolicyRule(["get"], paths: ["/apis/x"]), PolicyRule(["get"], paths: ["/apis/*"]), true),
        (PolicyRule(["get"], paths: ["/api"]), PolicyRule(["get"], paths: ["/apis/*"]), false),
        (
            PolicyRule(["get"], groups: ["apps"], resources: ["deployments/scale"]),
            PolicyRule(["get"], groups: ["apps"], resources: ["*/scale"]), true
        ),
    ]

    @Test(arguments: grants) func nobodyGivesMoreThanTheyHave(_ wanted: PolicyRule, _ owned: PolicyRule, _ isHeld: Bool)
    {
        #expect(PolicyRule.missing([wanted], from: [owned]).isEmpty == isHeld)
    }

    @Test func aggregationJoinsTheRulesOfMatchingRoles() throws {
        let roles = BootstrapPolicy.clusterRoles
        let edit = try #require(roles.first { $0.name == "edit" })
        let rules = try #require(RoleAggregation.rules(of: edit, among: roles))
        let source = try #require(roles.first { $0.name == "system:aggregate-to-edit" })
        #expect(rules == source.tree["rules"]?.array)
        #expect(RoleAggregation.rules(of: source, among: roles) == nil)
    }
}
