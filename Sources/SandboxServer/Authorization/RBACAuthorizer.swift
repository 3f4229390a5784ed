internal import DataTree
internal import KubeAPI
internal import SandboxStore

/// Answers questions of authorization from the roles and bindings in the store.
struct RBACAuthorizer: Sendable {
    private let reader: ClusterReader

    /// Makes an authorizer that reads from `reader` at every question, so that a new binding holds at once.
    init(_ reader: ClusterReader) {
        self.reader = reader
    }

    /// Decides one question; if the roles cannot be read the answer is no.
    func decide(_ attributes: AuthorizationAttributes) async -> AuthorizationDecision {
        if attributes.user.groups.contains("system:masters") { return AuthorizationDecision(isAllowed: true) }
        do {
            return try await policy(for: attributes.namespace).decide(attributes)
        } catch {
            return AuthorizationDecision(isAllowed: false, reason: "roles cannot be read: \(error)")
        }
    }

    /// The rules that hold for a user in a namespace, or cluster-wide with an empty one.
    func rules(for user: UserInfo, in namespace: String) async throws -> [PolicyRule] {
        try await policy(for: namespace).rules(for: user, in: namespace)
    }

    /// The `status` of a SelfSubjectRulesReview (authorization.k8s.io/v1).
    func review(_ user: UserInfo, _ namespace: String) async -> Tree {
        do {
            let rules = try await rules(for: user, in: namespace)
            return [
                "resourceRules": .array(rules.filter { $0.paths.isEmpty }.map(\.tree)),
                "nonResourceRules": .array(rules.filter { !$0.paths.isEmpty }.map(\.tree)),
                "incomplete": false,
            ]
        } catch {
            return [
                "resourceRules": [], "nonResourceRules": [], "incomplete": true,
                "evaluationError": .string("roles cannot be read: \(error)"),
            ]
        }
    }

    /// The rules of a role, nil when there is no such role.
    func rules(of role: RBACPolicy.RoleName) async throws -> [PolicyRule]? {
        let resource: APIResource = role.namespace == nil ? .clusterRoles : .roles
        let object = try await reader.get(resource, ObjectKey(namespace: role.namespace, name: role.name))
        return object.map { $0.tree["rules"]?.array?.map { PolicyRule($0) } ?? [] }
    }

    private func policy(for namespace: String) async throws -> RBACPolicy {
        var roles = try await reader.list(.clusterRoles)
        var bindings = try await reader.list(.clusterRoleBindings)
        if !namespace.isEmpty {
            roles += try await reader.list(.roles, namespace: namespace)
            bindings += try await reader.list(.roleBindings, namespace: namespace)
        }
        return RBACPolicy(roles: roles, bindings: bindings)
    }
}
