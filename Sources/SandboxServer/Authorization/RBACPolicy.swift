internal import DataTree
internal import KubeAPI
internal import SandboxStore

/// The roles and bindings in force for one namespace and the cluster, as read from the store.
///
/// Pure: it decides from the objects it holds ("Using RBAC Authorization" in the Kubernetes documentation).
struct RBACPolicy: Sendable {
    /// A role by its reference.
    struct RoleName: Sendable, Hashable {
        /// The namespace of a Role, nil for a ClusterRole.
        var namespace: String?
        /// The name.
        var name: String
    }

    /// A binding with what it binds.
    struct Binding: Sendable {
        /// The namespace of a RoleBinding, nil for a ClusterRoleBinding.
        var namespace: String?
        /// The binding's name.
        var name: String
        /// Which role it gives.
        var role: RoleName
        /// To whom, as `subjects` of the object.
        var subjects: [Tree]
    }

    /// The rules of each role.
    var roles: [RoleName: [PolicyRule]]
    /// All bindings that may count.
    var bindings: [Binding]

    /// Decides; members of `system:masters` may do anything.
    func decide(_ attributes: AuthorizationAttributes) -> AuthorizationDecision {
        if attributes.user.groups.contains("system:masters") { return AuthorizationDecision(isAllowed: true) }
        for (binding, subject) in bindings(of: attributes.user, in: attributes.namespace)
        where roles[binding.role]?.contains(where: { $0.allows(attributes) }) == true {
            return AuthorizationDecision(isAllowed: true, reason: binding.reason(subject))
        }
        return AuthorizationDecision(isAllowed: false)
    }

    /// All rules that hold for a user in a namespace, or cluster-wide with an empty one.
    func rules(for user: UserInfo, in namespace: String) -> [PolicyRule] {
        if user.groups.contains("system:masters") {
            return [PolicyRule(["*"], groups: ["*"], resources: ["*"]), PolicyRule(["*"], paths: ["*"])]
        }
        return bindings(of: user, in: namespace).flatMap { roles[$0.binding.role] ?? [] }
    }

    /// The bindings that hold for a user in a namespace, each with the subject that names the user.
    private func bindings(of user: UserInfo, in namespace: String) -> [(binding: Binding, subject: Tree)] {
        bindings.compactMap { binding in
            guard binding.namespace == nil || binding.namespace == namespace else { return nil }
            let subject = binding.subjects.first { Self.names($0, user, default: binding.namespace) }
            return subject.map { (binding, $0) }
        }
    }

    private static func names(_ subject: Tree, _ user: UserInfo, default namespace: String?) -> Bool {
        guard let name = subject["name"]?.string else { return false }
        switch subject["kind"]?.string {
        case "User": return name == user.name
        case "Group": return user.groups.contains(name)
        case "ServiceAccount":
            guard let namespace = subject["namespace"]?.string ?? namespace else { return false }
            return user.name == "system:serviceaccount:\(namespace):\(name)"
        default: return false
        }
    }
}

extension RBACPolicy.Binding {
    /// Reads a RoleBinding or, without a namespace, a ClusterRoleBinding; nil without a usable role reference.
    init?(_ object: KubeObject) {
        guard let reference = object.tree["roleRef"], let name = reference["name"]?.string else { return nil }
        self.namespace = object.namespace
        self.name = object.name
        switch reference["kind"]?.string {
        case "ClusterRole": role = .init(namespace: nil, name: name)
        case "Role" where object.namespace != nil: role = .init(namespace: object.namespace, name: name)
        default: return nil
        }
        self.subjects = object.tree["subjects"]?.array ?? []
    }

    /// Why something is allowed, in the words of kube-apiserver.
    fileprivate func reason(_ subject: Tree) -> String {
        let kind = namespace == nil ? "ClusterRoleBinding" : "RoleBinding"
        let own = namespace.map { "\(name)/\($0)" } ?? name
        let roleKind = role.namespace == nil ? "ClusterRole" : "Role"
        let subjectKind = subject["kind"]?.string ?? ""
        var who = subject["name"]?.string ?? ""
        if subjectKind == "ServiceAccount" { who += "/\(subject["namespace"]?.string ?? namespace ?? "")" }
        return "RBAC: allowed by \(kind) \"\(own)\" of \(roleKind) \"\(role.name)\" to \(subjectKind) \"\(who)\""
    }
}

extension RBACPolicy {
    /// Makes a policy of objects as stored.
    init(roles: [KubeObject], bindings: [KubeObject]) {
        self.roles = [:]
        for role in roles {
            let rules = role.tree["rules"]?.array?.map { PolicyRule($0) } ?? []
            self.roles[RoleName(namespace: role.namespace, name: role.name)] = rules
        }
        self.bindings = bindings.compactMap { Binding($0) }
    }
}
