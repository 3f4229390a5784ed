internal import DataTree

/// One rule of a Role: which verbs on which resources of which API groups.
struct AccessRule {
    /// API groups, the empty text being the core group.
    var groups: [String]
    /// Plurals, with subresources after a `/`.
    var resources: [String]
    /// Verbs.
    var verbs: [String]
    /// Names of objects, empty for all.
    var names: [String] = []

    /// Reading and following.
    static let read = ["get", "list", "watch"]
    /// Everything one does with objects of one's own.
    static let own = ["get", "watch", "list", "update", "patch", "create", "delete"]

    init(_ groups: [String], _ resources: [String], _ verbs: [String], names: [String] = []) {
        self.groups = groups
        self.resources = resources
        self.verbs = verbs
        self.names = names
    }

    /// The rule as the API has it.
    var tree: Tree {
        fields([
            ("apiGroups", Self.list(groups)), ("resources", Self.list(resources)),
            ("resourceNames", when(!names.isEmpty, Self.list(names))), ("verbs", Self.list(verbs)),
        ])
    }

    private static func list(_ texts: [String]) -> Tree { .array(texts.map { .string($0) }) }
}

extension ComponentScope {
    /// A Role or ClusterRole with rules.
    func role(_ name: String, namespace: String?, labels: [(String, Tree?)], _ rules: [AccessRule]) -> Tree {
        object(
            namespace == nil ? .clusterRole : .role,
            name: name,
            namespace: namespace,
            labels: labels,
            body: [("rules", .array(rules.map(\.tree)))]
        )
    }

    /// A binding of the role of the same name, or of `role`, to a service account.
    func binding(
        _ name: String,
        role: String? = nil,
        namespace: String?,
        labels: [(String, Tree?)],
        account: String,
        in accountNamespace: String?
    ) -> Tree {
        let reference: Tree = [
            "apiGroup": "rbac.authorization.k8s.io",
            "kind": .string(namespace == nil ? ObjectType.clusterRole.rawValue : ObjectType.role.rawValue),
            "name": .string(role ?? name),
        ]
        let subject = fields([
            ("kind", "ServiceAccount"), ("name", .string(account)),
            ("namespace", accountNamespace.map { .string($0) }),
        ])
        return object(
            namespace == nil ? .clusterRoleBinding : .roleBinding,
            name: name,
            namespace: namespace,
            labels: labels,
            body: [("roleRef", reference), ("subjects", [subject])]
        )
    }

    /// A service account, with the pull secrets of the mesh.
    func account(
        _ name: String,
        namespace: String,
        labels: [(String, Tree?)],
        annotations: Tree? = nil
    ) -> Tree {
        let secrets = values.at("global.imagePullSecrets").elements.map { secret -> Tree in ["name": secret] }
        return object(
            .serviceAccount,
            name: name,
            namespace: namespace,
            labels: labels,
            annotations: annotations,
            body: [("imagePullSecrets", when(!secrets.isEmpty, .array(secrets)))]
        )
    }
}
