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
        // Garbage collection may touch what its user does not hold. Any other change counts, labels too: they decide
        // which aggregated roles gain the rules.
        if let old = attributes.old, Self.essence(of: old) == Self.essence(of: object) { return }
        switch attributes.kind.kind {
        case "Role", "ClusterRole": try await requireRules(attributes, object)
        case "RoleBinding", "ClusterRoleBinding": try await requireBinding(attributes, object)
        default: break
        }
    }

    /// An object without what garbage collection and bookkeeping change.
    private static func essence(of object: Tree) -> Tree {
        var result = object
        for field in ["ownerReferences", "finalizers", "managedFields", "resourceVersion"] {
            result.set(nil, at: ["metadata", field])
        }
        return result
    }

    private func requireRules(_ attributes: AdmissionAttributes, _ object: Tree) async throws(APIFault) {
        let name = KubeObject(object).name
        if await isAllowed("escalate", attributes.resource, name, attributes) { return }
        let rules = object["rules"]?.array?.map { PolicyRule($0) } ?? []
        let owned = await owned(attributes)
        try refuseMissing(PolicyRule.missing(rules, from: owned), attributes, name)
        // An aggregated role gathers whatever its selectors come to match, so only who may do all may choose or change them.
        guard Self.gathers(object) || attributes.old.map(Self.gathers) == true else { return }
        guard PolicyRule.missing(Self.fullAuthority, from: owned).isEmpty else {
            throw APIFault.forbidden(
                GroupResource(group: Self.group, resource: attributes.resource),
                name,
                "must have cluster-admin privileges to use the aggregationRule"
            )
        }
    }

    private static let fullAuthority = [
        PolicyRule(["*"], groups: ["*"], resources: ["*"]), PolicyRule(["*"], paths: ["*"]),
    ]

    private static func gathers(_ role: Tree) -> Bool {
        role.value(at: "aggregationRule", "clusterRoleSelectors")?.array?.isEmpty == false
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
        try refuseMissing(PolicyRule.missing(rules, from: await owned(attributes)), attributes, KubeObject(object).name)
    }

    /// What the sender holds where the object lies; nothing when it cannot be read.
    private func owned(_ attributes: AdmissionAttributes) async -> [PolicyRule] {
        (try? await authorizer.rules(for: attributes.user, in: attributes.namespace ?? "")) ?? []
    }

    private func refuseMissing(
        _ missing: [PolicyRule],
        _ attributes: AdmissionAttributes,
        _ name: String
    ) throws(APIFault) {
        guard !missing.isEmpty else { return }
        let listed = Set(PolicyRule.compacted(missing).map(\.summary)).sorted().joined(separator: "\n")
        let user = attributes.user
        throw APIFault.forbidden(
            GroupResource(group: Self.group, resource: attributes.resource),
            name,
            "user \"\(user.name)\" (groups=\(PolicyRule.goText(user.groups))) is attempting to grant RBAC "
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
    /// Rules about one resource that differ only in their verbs, made one.
    fileprivate static func compacted(_ rules: [PolicyRule]) -> [PolicyRule] {
        var result: [PolicyRule] = []
        var places: [PolicyRule: Int] = [:]
        for rule in rules {
            var resource = rule
            resource.verbs = []
            if rule.paths.isEmpty, let place = places[resource] {
                result[place].verbs += rule.verbs
            } else {
                places[resource] = result.count
                result.append(rule)
            }
        }
        return result
    }

    /// A list as Go prints quoted strings.
    fileprivate static func goText(_ values: [String]) -> String {
        "[" + values.map { "\"\($0)\"" }.joined(separator: " ") + "]"
    }

    /// The rule in one line, as refusals list it.
    fileprivate var summary: String {
        var parts: [String] = []
        func add(_ name: String, _ values: [String]) {
            if !values.isEmpty { parts.append("\(name):\(Self.goText(values))") }
        }
        add("APIGroups", groups)
        add("Resources", resources)
        add("ResourceNames", resourceNames)
        add("NonResourceURLs", paths)
        add("Verbs", verbs)
        return "{" + parts.joined(separator: ", ") + "}"
    }
}
