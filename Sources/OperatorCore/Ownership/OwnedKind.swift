package import KubeAPI

/// A kind of object that a mesh consists of.
package struct OwnedKind: Sendable, Hashable {
    /// What becomes of objects of a kind when a mesh no longer needs them.
    package enum Removal: Sendable, Hashable {
        /// They go.
        case always
        /// They stay unless the user asks for their removal: what users made with them would go too.
        case onRequest
        /// They stay: others may have put things into them.
        case never
    }

    /// How the kind is reached.
    package let resource: APIResource
    /// Whether requests of others to the API server depend on it.
    package let isWebhook: Bool
    /// What becomes of it at the end.
    package let removal: Removal

    /// Whether every version of Kubernetes that any mesh version supports serves the kind.
    package let isServedByAll: Bool

    /// Whether only objects with our label are watched, since clusters have many others that change all the time.
    package let isWatchedByLabel: Bool

    private init(
        _ resource: APIResource,
        isWebhook: Bool = false,
        removal: Removal = .always,
        isServedByAll: Bool = true,
        isWatchedByLabel: Bool = false
    ) {
        self.resource = resource
        self.isWebhook = isWebhook
        self.isServedByAll = isServedByAll
        self.isWatchedByLabel = isWatchedByLabel
        self.removal = removal
    }

    /// Every kind the operator applies, watches and prunes.
    package static let all: [OwnedKind] = [
        OwnedKind(.customResourceDefinitions, removal: .onRequest),
        OwnedKind(.namespaces, removal: .never),
        OwnedKind(.serviceAccounts),
        OwnedKind(.clusterRoles),
        OwnedKind(.clusterRoleBindings),
        OwnedKind(.roles),
        OwnedKind(.roleBindings),
        OwnedKind(.configMaps),
        OwnedKind(.resourceQuotas),
        OwnedKind(.networkAttachmentDefinitions, isServedByAll: false),
        OwnedKind(.services),
        OwnedKind(.endpointSlices, isWatchedByLabel: true),
        OwnedKind(.networkPolicies),
        OwnedKind(.deployments),
        OwnedKind(.daemonSets),
        OwnedKind(.horizontalPodAutoscalers),
        OwnedKind(.podDisruptionBudgets),
        OwnedKind(.validatingAdmissionPolicyBindings, isWebhook: true, isServedByAll: false),
        OwnedKind(.validatingAdmissionPolicies, isWebhook: true, isServedByAll: false),
        OwnedKind(.validatingWebhookConfigurations, isWebhook: true),
        OwnedKind(.mutatingWebhookConfigurations, isWebhook: true),
    ]

    /// Whether later phases wait for objects of the kind that the operator is not allowed to write.
    ///
    /// They do for what later objects cannot work without, and for injection, without which gateways would start broken.
    package var holdsUpLaterPhases: Bool {
        let needed: [APIResource] = [
            .namespaces, .customResourceDefinitions, .configMaps, .services, .deployments, .daemonSets,
            .mutatingWebhookConfigurations,
        ]
        return needed.contains(resource)
    }

    /// The kind of an object, nil for kinds that a mesh does not consist of.
    package static func of(_ id: ResourceID) -> OwnedKind? {
        byName[Name(group: id.group, kind: id.kind)]
    }

    private struct Name: Hashable {
        let group: String
        let kind: String
    }

    private static let byName: [Name: OwnedKind] = Dictionary(
        all.map { (Name(group: $0.resource.kind.group, kind: $0.resource.kind.kind), $0) },
        uniquingKeysWith: { first, _ in first }
    )
}
