internal import DataTree
internal import KubeAPI

/// The roles and bindings every cluster starts with ("Default roles and role bindings" in the RBAC documentation), as far as
/// they matter to users; those of Kubernetes' own components are left out.
enum BootstrapPolicy {
    private static let group = "rbac.authorization.k8s.io"
    private static let labels = ["kubernetes.io/bootstrapping": "rbac-defaults"]
    private static let readVerbs = ["get", "list", "watch"]
    private static let writeVerbs = ["create", "delete", "deletecollection", "patch", "update"]

    /// The cluster roles.
    static var clusterRoles: [KubeObject] {
        [
            role(
                "cluster-admin",
                [PolicyRule(["*"], groups: ["*"], resources: ["*"]), PolicyRule(["*"], paths: ["*"])]
            ),
            role(
                "system:discovery",
                [
                    PolicyRule(
                        ["get"],
                        paths: [
                            "/api", "/api/*", "/apis", "/apis/*", "/healthz", "/livez", "/openapi", "/openapi/*",
                            "/readyz",
                            "/version", "/version/",
                        ]
                    )
                ]
            ),
            role(
                "system:public-info-viewer",
                [PolicyRule(["get"], paths: ["/healthz", "/livez", "/readyz", "/version", "/version/"])]
            ),
            role("system:basic-user", selfReviews),
            role(
                "system:auth-delegator",
                [
                    PolicyRule(["create"], groups: ["authentication.k8s.io"], resources: ["tokenreviews"]),
                    PolicyRule(["create"], groups: ["authorization.k8s.io"], resources: ["subjectaccessreviews"]),
                ]
            ),
            role(
                "system:service-account-issuer-discovery",
                [
                    PolicyRule(
                        ["get"],
                        paths: [
                            "/.well-known/openid-configuration", "/.well-known/openid-configuration/",
                            "/openid/v1/jwks",
                            "/openid/v1/jwks/",
                        ]
                    )
                ]
            ),
            role("system:aggregate-to-view", view, label: "view"),
            role("system:aggregate-to-edit", edit, label: "edit"),
            role("system:aggregate-to-admin", admin, label: "admin"),
            aggregated("view", from: "view", alsoInto: "edit"),
            aggregated("edit", from: "edit", alsoInto: "admin"),
            aggregated("admin", from: "admin", alsoInto: nil),
        ]
    }

    /// The cluster role bindings.
    static var clusterRoleBindings: [KubeObject] {
        [
            binding("cluster-admin", to: ["system:masters"]),
            binding("system:discovery", to: ["system:authenticated"]),
            binding("system:basic-user", to: ["system:authenticated"]),
            binding("system:public-info-viewer", to: ["system:authenticated", "system:unauthenticated"]),
            binding("system:service-account-issuer-discovery", to: ["system:serviceaccounts"]),
        ]
    }

    private static let selfReviews = [
        PolicyRule(
            ["create"],
            groups: ["authorization.k8s.io"],
            resources: ["selfsubjectaccessreviews", "selfsubjectrulesreviews"]
        ),
        PolicyRule(["create"], groups: ["authentication.k8s.io"], resources: ["selfsubjectreviews"]),
    ]

    private static let view = [
        PolicyRule(
            readVerbs,
            groups: [""],
            resources: [
                "bindings", "configmaps", "endpoints", "events", "limitranges", "namespaces", "namespaces/status",
                "persistentvolumeclaims", "persistentvolumeclaims/status", "pods", "pods/log", "pods/status",
                "replicationcontrollers", "replicationcontrollers/scale", "replicationcontrollers/status",
                "resourcequotas", "resourcequotas/status", "serviceaccounts", "services", "services/status",
            ]
        ),
        PolicyRule(
            readVerbs,
            groups: ["apps"],
            resources: [
                "controllerrevisions", "daemonsets", "daemonsets/status", "deployments", "deployments/scale",
                "deployments/status", "replicasets", "replicasets/scale", "replicasets/status", "statefulsets",
                "statefulsets/scale", "statefulsets/status",
            ]
        ),
        PolicyRule(
            readVerbs,
            groups: ["autoscaling"],
            resources: ["horizontalpodautoscalers", "horizontalpodautoscalers/status"]
        ),
        PolicyRule(
            readVerbs,
            groups: ["batch"],
            resources: ["cronjobs", "cronjobs/status", "jobs", "jobs/status"]
        ),
        PolicyRule(
            readVerbs,
            groups: ["networking.k8s.io"],
            resources: ["ingresses", "ingresses/status", "networkpolicies"]
        ),
        PolicyRule(readVerbs, groups: ["policy"], resources: ["poddisruptionbudgets", "poddisruptionbudgets/status"]),
        PolicyRule(readVerbs, groups: ["discovery.k8s.io"], resources: ["endpointslices"]),
    ]

    private static let edit = [
        PolicyRule(
            readVerbs,
            groups: [""],
            resources: ["pods/attach", "pods/exec", "pods/portforward", "pods/proxy", "secrets", "services/proxy"]
        ),
        PolicyRule(["impersonate"], groups: [""], resources: ["serviceaccounts"]),
        PolicyRule(
            writeVerbs,
            groups: [""],
            resources: [
                "configmaps", "events", "persistentvolumeclaims", "pods", "pods/attach", "pods/exec",
                "pods/portforward",
                "pods/proxy", "replicationcontrollers", "replicationcontrollers/scale", "secrets", "serviceaccounts",
                "services", "services/proxy",
            ]
        ),
        PolicyRule(["create"], groups: [""], resources: ["pods/eviction", "serviceaccounts/token"]),
        PolicyRule(
            writeVerbs,
            groups: ["apps"],
            resources: [
                "daemonsets", "deployments", "deployments/rollback", "deployments/scale", "replicasets",
                "replicasets/scale", "statefulsets", "statefulsets/scale",
            ]
        ),
        PolicyRule(writeVerbs, groups: ["autoscaling"], resources: ["horizontalpodautoscalers"]),
        PolicyRule(writeVerbs, groups: ["batch"], resources: ["cronjobs", "jobs"]),
        PolicyRule(writeVerbs, groups: ["networking.k8s.io"], resources: ["ingresses", "networkpolicies"]),
        PolicyRule(writeVerbs, groups: ["policy"], resources: ["poddisruptionbudgets"]),
        PolicyRule(
            readVerbs + writeVerbs,
            groups: ["coordination.k8s.io"],
            resources: ["leases"]
        ),
    ]

    private static let admin = [
        PolicyRule(["create"], groups: ["authorization.k8s.io"], resources: ["localsubjectaccessreviews"]),
        PolicyRule(readVerbs + writeVerbs, groups: [group], resources: ["rolebindings", "roles"]),
    ]

    private static func object(_ kind: String, _ name: String, _ labels: [String: String]) -> KubeObject {
        var object = KubeObject(
            kind: GroupVersionKind(group: group, version: "v1", kind: kind),
            key: ObjectKey(name: name),
            labels: labels
        )
        object.annotations = ["rbac.authorization.kubernetes.io/autoupdate": "true"]
        return object
    }

    private static func role(_ name: String, _ rules: [PolicyRule], label: String? = nil) -> KubeObject {
        var labels = Self.labels
        if let label { labels["rbac.authorization.k8s.io/aggregate-to-\(label)"] = "true" }
        var role = object("ClusterRole", name, labels)
        role.tree["rules"] = .array(rules.map(\.tree))
        return role
    }

    private static func aggregated(_ name: String, from label: String, alsoInto wider: String?) -> KubeObject {
        var labels = Self.labels
        if let wider { labels["rbac.authorization.k8s.io/aggregate-to-\(wider)"] = "true" }
        var role = object("ClusterRole", name, labels)
        let selector: Tree = [
            "matchLabels": .object(
                TreeObject([
                    (key: "rbac.authorization.k8s.io/aggregate-to-\(label)", value: Tree.string("true"))
                ])
            )
        ]
        role.tree["aggregationRule"] = ["clusterRoleSelectors": [selector]]
        role.tree["rules"] = []
        return role
    }

    private static func binding(_ name: String, to groups: [String]) -> KubeObject {
        var binding = object("ClusterRoleBinding", name, labels)
        binding.tree["roleRef"] = ["apiGroup": .string(group), "kind": "ClusterRole", "name": .string(name)]
        binding.tree["subjects"] = .array(
            groups.map { ["apiGroup": .string(group), "kind": "Group", "name": .string($0)] }
        )
        return binding
    }
}
