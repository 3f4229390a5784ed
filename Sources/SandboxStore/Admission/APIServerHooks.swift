package import DataTree

/// What the API server asks of its surroundings; without a hook the server does the harmless thing.
package struct APIServerHooks: Sendable {
    /// Decides who may do what; without it everybody may do everything.
    package var authorize: (@Sendable (AuthorizationAttributes) async -> AuthorizationDecision)?
    /// Says which rules apply to a user in a namespace: the `status` of a SelfSubjectRulesReview.
    package var rules: (@Sendable (UserInfo, _ namespace: String) async -> Tree)?
    /// Turns a request that is allowed into one whose body is JSON or YAML.
    package var translate: (@Sendable (APIRequest) throws(APIFault) -> APIRequest)?
    /// The admission chain behind the built-in parts, in order: all mutate, then all validate.
    package var admission: [any AdmissionPlugin] = []
    /// Issues a token for a service account (its object, then the `TokenRequest`): the request's `status`.
    package var issueToken: (@Sendable (Tree, Tree) async throws(APIFault) -> Tree)?
    /// Judges a token: from the `spec` of a TokenReview to its `status`.
    package var reviewToken: (@Sendable (Tree) async -> Tree)?
    /// Sends a review to the webhook of a `clientConfig` and gives its answer; what it throws names why there is none.
    package var callWebhook: (@Sendable (_ client: Tree, _ review: Tree) async throws(APIFault) -> Tree)?
    /// Serves subresources that reach into running things, such as `pods/log`; nil leaves them unserved.
    package var connect: (@Sendable (RequestInfo, APIRequest) async -> APIResponse?)?
    /// Serves any other path, such as `/metrics`; nil when there is no such path.
    package var path: (@Sendable (APIRequest) async -> APIResponse?)?

    /// No hooks.
    package init() {}
}
