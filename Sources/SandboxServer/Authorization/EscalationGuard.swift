internal import DataTree
internal import KubeAPI
internal import SandboxStore

/// Keeps users from giving out more than they have: writing a role needs all of its rules or the verb `escalate`, writing
/// a binding needs all rules of the role bound or the verb `bind` ("Privilege escalation prevention" in the RBAC documentation).
struct EscalationGuard: AdmissionPlugin {
    private static let group = "rbac.authorization.k8s.io"

    private let authorizer: RBACAuthorizer

    /// Makes a guard that asks `authorizer`.
    init(_ authorizer: RBACAuthorizer) {
        self.authorizer = authorizer
    }

    func validate(_ attributes: AdmissionAttributes, _ object: Tree?) async throws(APIFault) {
        guard attributes.kind.group == Self.group, attributes.operation != .delete, attributes.subresource.isEmpty,
            !attributes.user.groups.contains("system:masters"), let object
        else { return }
        switch attributes.kind.kind {
        case "Role", "ClusterRole":
            if let old = attributes.old, old["rules"] == object["rules"] { return }
            let rules = object["rules"]?.array?.map { PolicyRule($0) } ?? []
            try await require("escalate", on: attributes.resource, attributes, object, rules: rules)
        case "RoleBinding", "ClusterRoleBinding":
            if let old = attributes.old, old["roleRef"] == object["roleRef"], old["subjects"] == object["subjects"] {
                return
            }
            try await requireBinding(attributes, object)
        default: break
        }
    }

    private func requireBinding(_ attributes: AdmissionAttributes, _ object: Tree) async throws(APIFault) {
        guard let binding = RBACPolicy.Binding(KubeObject(object)) else { return }
        let resource = binding.role.namespace == nil ? "clusterroles" : "roles"
        let rules: [PolicyRule]?
        do {
            rules = try await authorizer.rules(of: binding.role)
        } catch {
            throw APIFault.internalError("roles cannot be read: \(error)")
        }
        if await isAllowed("bind", resource, binding.role.name, attributes) { return }
        guard let rules else {
            throw APIFault.notFound(GroupResource(group: Self.group, resource: resource), binding.role.name)
        }
        try await require("bind", on: resource, attributes, object, rules: rules)
    }

    private func require(
        _ verb: String,
        on resource: String,
        _ attributes: AdmissionAttributes,
        _ object: Tree,
        rules: [PolicyRule]
    ) async throws(APIFault) {
        let name = KubeObject(object).name
        if verb == "escalate", await isAllowed(verb, resource, name, attributes) { return }
        let owned = (try? await authorizer.rules(for: attributes.user, in: attributes.namespace ?? "")) ?? []
        let missing = PolicyRule.missing(rules, from: owned)
        guard !missing.isEmpty else { return }
        let listed = missing.map(\.summary).joined(separator: "\n")
        throw APIFault.forbidden(
            GroupResource(group: Self.group, resource: attributes.resource),
            name,
            "user \"\(attributes.user.name)\" (groups=\(attributes.user.groups)) is attempting to grant RBAC "
                + "permissions not currently held:\n\(listed)"
        )
    }

    private func isAllowed(
        _ verb: String,
        _ resource: String,
        _ name: String,
        _ attributes: AdmissionAttributes
    ) async -> Bool {
        var question = AuthorizationAttributes(user: attributes.user, verb: verb, path: "")
        question.group = Self.group
        question.version = "v1"
        question.resource = resource
        question.namespace = attributes.namespace ?? ""
        question.name = name
        return await authorizer.decide(question).isAllowed
    }
}

extension PolicyRule {
    /// The rule in one line, as refusals list it.
    fileprivate var summary: String {
        var parts: [String] = []
        func add(_ name: String, _ values: [String]) {
            if !values.isEmpty { parts.append("\(name):\(values)") }
        }
        add("APIGroups", groups)
        add("Resources", resources)
        add("ResourceNames", resourceNames)
        add("NonResourceURLs", paths)
        add("Verbs", verbs)
        return "{" + parts.joined(separator: ", ") + "}"
    }
}
