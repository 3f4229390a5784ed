package import KubeAPI

/// A kind at one version as the API serves it.
package struct ServedResource: Sendable {
    /// How a subresource is served.
    package struct Subresource: Sendable, Hashable {
        /// The last part of the path, for example `status`.
        package var name: String
        /// The kind of the bodies, where it is not the resource's own.
        package var kind: GroupVersionKind?
        /// What can be done, in the words of RBAC.
        package var verbs: [String]

        /// Makes a subresource.
        package init(_ name: String, kind: GroupVersionKind? = nil, verbs: [String]) {
            self.name = name
            self.kind = kind
            self.verbs = verbs
        }
    }

    /// Where the kind comes from.
    package enum Origin: Sendable {
        /// Built in.
        case native
        /// Defined by a CustomResourceDefinition.
        case custom(CustomVersion)
    }

    /// Kind, plural and scope.
    package var api: APIResource
    /// The singular, in lower case.
    package var singular: String
    /// Abbreviations that kubectl takes.
    package var shortNames: [String] = []
    /// Groups of kinds that kubectl takes, such as `all`.
    package var categories: [String] = []
    /// What can be done, in the words of RBAC.
    package var verbs: [String]
    /// What is served below an object.
    package var subresources: [Subresource] = []
    /// Where the kind comes from.
    package var origin: Origin = .native
    /// What objects look like and how their parts merge.
    var schema = ObjectSchema.anything
    /// The collection that holds the objects, where another version or group shares it.
    package var collection: GroupResource
    /// The kind as it is stored.
    package var storedKind: GroupVersionKind

    /// Makes a resource with the usual verbs, stored as it is served.
    package init(_ api: APIResource, singular: String, verbs: [String] = ServedResource.allVerbs) {
        self.api = api
        self.singular = singular
        self.verbs = verbs
        self.collection = GroupResource(group: api.kind.group, resource: api.plural)
        self.storedKind = api.kind
    }

    /// The verbs of ordinary objects, in the order discovery lists them.
    package static let allVerbs = [
        "create", "delete", "deletecollection", "get", "list", "patch", "update", "watch",
    ]

    /// Group and plural.
    package var groupResource: GroupResource { GroupResource(group: api.kind.group, resource: api.plural) }
    /// The kind served.
    package var kind: GroupVersionKind { api.kind }
    /// The kind of lists.
    package var listKind: String {
        if case .custom(let version) = origin { version.listKind } else { api.kind.kind + "List" }
    }

    /// The subresource of that name.
    package func subresource(_ name: String) -> Subresource? { subresources.first { $0.name == name } }

    /// Whether its definition names a webhook that converts between versions.
    var isConvertedByWebhook: Bool {
        if case .custom(let version) = origin { version.conversion != nil } else { false }
    }

    /// What clients of a deprecated kind are told.
    var deprecation: String? {
        switch origin {
        case .custom(let version): version.deprecationWarning
        case .native where api.plural == "endpoints":
            "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"
        case .native: nil
        }
    }

    /// Whether `metadata.generation` counts the changes of the object's spec.
    package var countsGenerations: Bool {
        switch origin {
        case .custom: true
        case .native: NativeResources.generationKinds.contains(api.kind.kind)
        }
    }

    /// Whether status is written through the subresource alone.
    package var hasStatus: Bool { subresource("status") != nil }
}
