internal import DataTree
internal import KubeAPI
internal import Testing

@testable internal import SandboxServer
@testable internal import SandboxStore

/// Who may hand out rights: nobody more than they hold, except by `escalate` and `bind`.
@Suite struct EscalationGuardTests {
    static let group = "rbac.authorization.k8s.io"

    /// A store with the roles and bindings of the sandbox, and with those in `rules` given to `eve`.
    static func guarded(_ rules: Tree, in namespace: String? = nil) async throws -> EscalationGuard {
        let storage = try ObjectStorage()
        func put(_ resource: APIResource, _ object: KubeObject) async throws {
            try await storage.write(
                StorageWrite(GroupResource(resource), object.key, if: .absent, .put(object.tree))
            )
        }
        for role in BootstrapPolicy.clusterRoles { try await put(.clusterRoles, role) }
        for binding in BootstrapPolicy.clusterRoleBindings { try await put(.clusterRoleBindings, binding) }
        try await put(.clusterRoles, KubeObject(["metadata": ["name": "eves"], "rules": rules]))
        var binding: Tree = [
            "metadata": ["name": "eve"],
            "roleRef": ["apiGroup": .string(group), "kind": "ClusterRole", "name": "eves"],
            "subjects": [["kind": "User", "name": "eve", "apiGroup": .string(group)]],
        ]
        if let namespace { binding.set(.string(namespace), at: ["metadata", "namespace"]) }
        try await put(namespace == nil ? .clusterRoleBindings : .roleBindings, KubeObject(binding))
        return EscalationGuard(RBACAuthorizer(ClusterReader(storage)))
    }

    static func attributes(
        _ kind: String,
        _ object: Tree,
        old: Tree? = nil,
        user: UserInfo = UserInfo(name: "eve", groups: ["g1", "system:authenticated"])
    ) -> AdmissionAttributes {
        AdmissionAttributes(
            operation: old == nil ? .create : .update,
            kind: GroupVersionKind(group: group, version: "v1", kind: kind),
            resource: kind.lowercased() + "s",
            subresource: "",
            namespace: object.value(at: "metadata", "namespace")?.string,
            name: object.value(at: "metadata", "name")?.string ?? "",
            old: old,
            user: user,
            isDryRun: false,
            options: [:],
            warnings: WarningSink()
        )
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var owned: Tree
        var within: String?
        var kind = "ClusterRole"
        var object: Tree
        var old: Tree?
        /// The end of the refusal, nil when the change is allowed.
        var refusal: String?
    }

    static let readsPods: Tree = [["apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list"]]]
    static let everything: Tree = [
        ["apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]], ["nonResourceURLs": ["*"], "verbs": ["*"]],
    ]
    static let selector: Tree = ["clusterRoleSelectors": [["matchLabels": ["a": "b"]]]]

    static func role(_ rules: Tree, aggregation: Tree? = nil, labels: Tree? = nil, namespace: String? = nil) -> Tree {
        var role: Tree = ["metadata": ["name": "wanted"], "rules": rules]
        role["aggregationRule"] = aggregation
        if let labels { role.set(labels, at: ["metadata", "labels"]) }
        if let namespace { role.set(.string(namespace), at: ["metadata", "namespace"]) }
        return role
    }

    static func may(_ verb: String, _ resource: String) -> Tree {
        [["apiGroups": [.string(group)], "resources": [.string(resource)], "verbs": [.string(verb)]]]
    }

    static let aggregation = "must have cluster-admin privileges to use the aggregationRule"
    static let missingGet = "not currently held:\n{APIGroups:[\"\"], Resources:[\"pods\"], Verbs:[\"get\" \"list\"]}"

    static let roles = [
        Case(testDescription: "what is held", owned: readsPods, object: role(readsPods)),
        Case(testDescription: "what is not held", owned: [], object: role(readsPods), refusal: missingGet),
        Case(testDescription: "escalate", owned: may("escalate", "clusterroles"), object: role(everything)),
        Case(
            testDescription: "escalate elsewhere",
            owned: may("escalate", "roles"),
            object: role(readsPods),
            refusal: missingGet
        ),
        Case(
            testDescription: "a selector",
            owned: readsPods,
            object: role([], aggregation: selector),
            refusal: aggregation
        ),
        Case(
            testDescription: "a selector added",
            owned: readsPods,
            object: role(readsPods, aggregation: selector),
            old: role(readsPods),
            refusal: aggregation
        ),
        Case(
            testDescription: "a selector removed",
            owned: readsPods,
            object: role(readsPods),
            old: role(readsPods, aggregation: selector),
            refusal: aggregation
        ),
        Case(
            testDescription: "a selector kept, a label changed",
            owned: readsPods,
            object: role(readsPods, aggregation: selector, labels: ["x": "y"]),
            old: role(readsPods, aggregation: selector),
            refusal: aggregation
        ),
        Case(testDescription: "no selectors", owned: [], object: role([], aggregation: ["clusterRoleSelectors": []])),
        Case(testDescription: "a selector, all held", owned: everything, object: role([], aggregation: selector)),
        Case(
            testDescription: "a selector, all may be read",
            owned: [["apiGroups": ["*"], "resources": ["*"], "verbs": ["get"]]],
            object: role([], aggregation: selector),
            refusal: aggregation
        ),
        Case(
            testDescription: "a selector, escalate",
            owned: may("escalate", "clusterroles"),
            object: role([], aggregation: selector)
        ),
        Case(
            testDescription: "a label by which another role would gain the rules",
            owned: [],
            object: role(readsPods, labels: ["a": "b"]),
            old: role(readsPods),
            refusal: missingGet
        ),
        Case(
            testDescription: "finalizers only",
            owned: [],
            object: {
                var result = role(readsPods, aggregation: selector)
                result.set(["foregroundDeletion"], at: ["metadata", "finalizers"])
                return result
            }(),
            old: role(readsPods, aggregation: selector)
        ),
        Case(
            testDescription: "a Role by rights in its namespace",
            owned: readsPods,
            within: "shop",
            kind: "Role",
            object: role(readsPods, namespace: "shop")
        ),
        Case(
            testDescription: "a Role by rights in another namespace",
            owned: readsPods,
            within: "shop",
            kind: "Role",
            object: role(readsPods, namespace: "bank"),
            refusal: missingGet
        ),
    ]

    static func binding(_ role: String, kind: String = "ClusterRole", subjects: Tree = [], in namespace: String? = nil)
        -> Tree
    {
        var binding: Tree = [
            "metadata": ["name": "wanted"], "subjects": subjects,
            "roleRef": ["apiGroup": .string(group), "kind": .string(kind), "name": .string(role)],
        ]
        if let namespace { binding.set(.string(namespace), at: ["metadata", "namespace"]) }
        return binding
    }

    static let bindings = [
        Case(
            testDescription: "a role whose rules are held",
            owned: readsPods,
            kind: "ClusterRoleBinding",
            object: binding("eves")
        ),
        Case(
            testDescription: "a role with more",
            owned: readsPods,
            kind: "ClusterRoleBinding",
            object: binding("cluster-admin"),
            refusal: "Verbs:[\"*\"]}\n{NonResourceURLs:[\"*\"], Verbs:[\"*\"]}"
        ),
        Case(
            testDescription: "bind",
            owned: may("bind", "clusterroles"),
            kind: "ClusterRoleBinding",
            object: binding("cluster-admin")
        ),
        Case(
            testDescription: "bind in one namespace, used for all",
            owned: may("bind", "clusterroles"),
            within: "shop",
            kind: "ClusterRoleBinding",
            object: binding("cluster-admin"),
            refusal: "Verbs:[\"*\"]}"
        ),
        Case(
            testDescription: "bind in one namespace",
            owned: may("bind", "clusterroles"),
            within: "shop",
            kind: "RoleBinding",
            object: binding("cluster-admin", in: "shop")
        ),
        Case(
            testDescription: "another subject",
            owned: [],
            kind: "ClusterRoleBinding",
            object: binding("cluster-admin", subjects: [["kind": "User", "name": "eve"]]),
            old: binding("cluster-admin"),
            refusal: "Verbs:[\"*\"]}"
        ),
        Case(
            testDescription: "a role that is not there",
            owned: [],
            kind: "ClusterRoleBinding",
            object: binding("none"),
            refusal: "\"none\" not found"
        ),
    ]

    @Test(arguments: roles + bindings) func decides(_ expected: Case) async throws {
        let guardian = try await Self.guarded(expected.owned, in: expected.within)
        let attributes = Self.attributes(expected.kind, expected.object, old: expected.old)
        var message: String?
        do throws(APIFault) {
            try await guardian.validate(attributes, expected.object)
        } catch {
            message = error.message
        }
        if let refusal = expected.refusal {
            #expect(message?.contains(refusal) == true, "\(message ?? "allowed")")
        } else {
            #expect(message == nil)
        }
    }

    @Test func refusalsReadAsKubernetesWritesThem() async throws {
        let guardian = try await Self.guarded([])
        let wanted = Self.role(Self.readsPods)
        let fault = await #expect(throws: APIFault.self) {
            try await guardian.validate(Self.attributes("ClusterRole", wanted), wanted)
        }
        #expect(fault?.status.code == 403)
        #expect(
            fault?.message
                == "clusterroles.rbac.authorization.k8s.io \"wanted\" is forbidden: user \"eve\" (groups=[\"g1\" "
                + "\"system:authenticated\"]) is attempting to grant RBAC permissions \(Self.missingGet)"
        )
    }

    @Test func administratorsAndDeletionsAreNotAsked() async throws {
        let guardian = try await Self.guarded([])
        let wanted = Self.role(Self.everything)
        try await guardian.validate(Self.attributes("ClusterRole", wanted, user: .admin), wanted)
        var deletion = Self.attributes("ClusterRole", wanted, old: wanted)
        deletion.operation = .delete
        try await guardian.validate(deletion, nil)
    }
}
