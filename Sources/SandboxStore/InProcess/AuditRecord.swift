/// One request as the server saw it, for tests that count or look at them.
package struct AuditRecord: Sendable, Hashable {
    /// The HTTP method.
    package let method: String
    /// The path without the query.
    package let path: String
    /// The query as `name=value` joined by `&`.
    package let query: String
    /// Who asked.
    package let user: String
    /// The status of the answer.
    package let status: Int

    /// Whether the request could change something: it is no read, no dry run and no review.
    package var isWrite: Bool {
        guard !["GET", "HEAD", "OPTIONS"].contains(method), !query.contains("dryRun=All") else { return false }
        return !path.hasSuffix("reviews")
    }
}
