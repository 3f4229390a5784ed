internal import DataTree
internal import KubeAPI
internal import KubeRuntime

/// Fills aggregated ClusterRoles with the rules of the roles their selectors name ("Aggregated ClusterRoles" in the RBAC
/// documentation).
struct RoleAggregation: Reconciling {
    let context: ControllerContext

    /// Stands for all aggregated roles: any role may concern any of them.
    private static let all = ObjectKey(name: "*")

    /// The controller to run.
    static func controller(_ context: ControllerContext) -> ClusterController {
        ClusterController(
            name: "clusterrole-aggregation",
            sources: [.init(.clusterRoles) { _ in [all] }],
            reconciler: RoleAggregation(context: context)
        )
    }

    /// The rules that `role` should have, given all roles; nil when it is not aggregated.
    static func rules(of role: KubeObject, among roles: [KubeObject]) -> [Tree]? {
        guard let selectors = role.tree.value(at: "aggregationRule", "clusterRoleSelectors")?.array else { return nil }
        var rules: [Tree] = []
        for selector in selectors.compactMap({ try? LabelSelector($0) }) {
            for other in roles where other.name != role.name && selector.matches(other.labels) {
                for rule in other.tree["rules"]?.array ?? [] where !rules.contains(rule) { rules.append(rule) }
            }
        }
        return rules
    }

    func reconcile(_ key: ObjectKey) async throws -> ReconcileOutcome {
        let roles = try await context.reader.list(.clusterRoles)
        for role in roles {
            guard let rules = Self.rules(of: role, among: roles), rules != role.tree["rules"]?.array ?? [] else {
                continue
            }
            var wanted = role
            wanted.tree["rules"] = .array(rules)
            try await context.writer.update(.clusterRoles, wanted)
        }
        return .done
    }
}
