package import DataTree
package import KubeAPI

/// What somebody wants to do, as authorization is asked.
package struct AuthorizationAttributes: Sendable, Hashable {
    /// Who.
    package var user: UserInfo
    /// What is done: a verb of RBAC, or the lower-case HTTP method for paths that are no resource.
    package var verb: String
    /// The API group.
    package var group = ""
    /// The version.
    package var version = ""
    /// The plural, empty for paths that are no resource.
    package var resource = ""
    /// The subresource, empty for none.
    package var subresource = ""
    /// The namespace, empty outside one.
    package var namespace = ""
    /// The object's name, empty for all.
    package var name = ""
    /// The path.
    package var path: String

    /// Makes a question about a path that is no resource.
    package init(user: UserInfo, verb: String, path: String) {
        self.user = user
        self.verb = verb
        self.path = path
    }

    /// Makes a question about a resource.
    package init(user: UserInfo, info: RequestInfo, path: String) {
        self.init(user: user, verb: info.verb.rawValue, path: path)
        group = info.group
        version = info.version
        resource = info.resource
        subresource = info.subresource ?? ""
        namespace = info.namespace ?? ""
        name = info.name ?? ""
    }
}

/// The answer of authorization.
package struct AuthorizationDecision: Sendable, Hashable {
    /// Whether it is allowed.
    package var isAllowed: Bool
    /// Why, for people; empty when there is nothing to say.
    package var reason: String

    /// Makes an answer.
    package init(isAllowed: Bool, reason: String = "") {
        self.isAllowed = isAllowed
        self.reason = reason
    }
}

/// What is about to happen to an object, as admission sees it.
package struct AdmissionAttributes: Sendable {
    /// The operations of admission.
    package enum Operation: String, Sendable, Hashable {
        case create = "CREATE"
        case update = "UPDATE"
        case delete = "DELETE"
        case connect = "CONNECT"
    }

    /// What happens.
    package var operation: Operation
    /// The kind at the version of the request.
    package var kind: GroupVersionKind
    /// The plural.
    package var resource: String
    /// The subresource, empty for the object itself.
    package var subresource: String
    /// The namespace, nil outside one.
    package var namespace: String?
    /// The object's name, empty where it is still to be generated.
    package var name: String
    /// The object before, nil on creation.
    package var old: Tree?
    /// Who asks.
    package var user: UserInfo
    /// Whether nothing is to be kept, so that side effects must not happen.
    package var isDryRun: Bool
    /// The options of the request (`CreateOptions` and its kin).
    package var options: Tree
    /// Takes warnings for the client.
    package var warnings: WarningSink
}

/// A part of the admission chain.
package protocol AdmissionPlugin: Sendable {
    /// Changes the object before it is validated; nil on deletion.
    ///
    /// - Throws: ``APIFault`` to refuse the request.
    func mutate(_ attributes: AdmissionAttributes, _ object: inout Tree?) async throws(APIFault)

    /// Looks at the object that is about to be kept.
    ///
    /// - Throws: ``APIFault`` to refuse the request.
    func validate(_ attributes: AdmissionAttributes, _ object: Tree?) async throws(APIFault)
}

extension AdmissionPlugin {
    package func mutate(_ attributes: AdmissionAttributes, _ object: inout Tree?) async throws(APIFault) {}
    package func validate(_ attributes: AdmissionAttributes, _ object: Tree?) async throws(APIFault) {}
}

/// What the API server asks of its surroundings; without a hook the server does the harmless thing.
package struct APIServerHooks: Sendable {
    /// Decides who may do what; without it everybody may do everything.
    package var authorize: (@Sendable (AuthorizationAttributes) async -> AuthorizationDecision)?
    /// Says which rules apply to a user in a namespace: the `status` of a SelfSubjectRulesReview.
    package var rules: (@Sendable (UserInfo, _ namespace: String) async -> Tree)?
    /// The admission chain behind the built-in parts, in order: all mutate, then all validate.
    package var admission: [any AdmissionPlugin] = []
    /// Issues a token for a service account (its object, then the `TokenRequest`): the request's `status`.
    package var issueToken: (@Sendable (Tree, Tree) async throws(APIFault) -> Tree)?
    /// Judges a token: from the `spec` of a TokenReview to its `status`.
    package var reviewToken: (@Sendable (Tree) async -> Tree)?
    /// Serves subresources that reach into running things, such as `pods/log`; nil leaves them unserved.
    package var connect: (@Sendable (RequestInfo, APIRequest) async -> APIResponse?)?
    /// Serves any other path, such as `/metrics`; nil when there is no such path.
    package var path: (@Sendable (APIRequest) async -> APIResponse?)?

    /// No hooks.
    package init() {}
}
