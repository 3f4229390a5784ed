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
