package import FieldOwnership
package import KubeAPI

/// Differences that an apply of ours left behind: admission or the API server put other values into our fields.
///
/// Applying again would not help, so that they count as equal until we want something else.
package struct AcceptedValues: Sendable, Hashable {
    private var digest: String?
    private var differences: Set<FieldDifference> = []

    /// Accepts nothing.
    package init() {}

    /// Accepts what is still different in `result`, the answer of the API server to an apply of `sent`.
    package init(sent: KubeObject, result: KubeObject, manager: String) {
        digest = Digest.on(sent)
        differences = Set(ObjectComparison(manager: manager).differences(desired: sent, live: result))
    }

    /// Whether nothing is accepted.
    package var isEmpty: Bool { differences.isEmpty }

    /// Whether a difference from the object with `digest` was left behind before.
    package func covers(_ difference: FieldDifference, digest: String?) -> Bool {
        digest == self.digest && differences.contains(difference)
    }
}
