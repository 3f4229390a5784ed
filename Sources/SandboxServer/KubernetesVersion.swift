/// The Kubernetes version that a sandbox says it is: in `/version`, the OpenAPI documents and on its nodes.
///
/// What is served stays as ``newestKnown`` serves it. A lower number is for those who decide by what the cluster tells.
package struct KubernetesVersion: Sendable, Hashable {
    /// The version the API server was made after.
    package static let newestKnown = KubernetesVersion(minor: 36, patch: 0)
    /// The minors of Kubernetes 1 that can be told: those of past years and a few to come.
    package static let minors = 24...40

    /// The minor of Kubernetes 1.
    package var minor: Int
    /// The patch.
    package var patch: Int

    private init(minor: Int, patch: Int) {
        self.minor = minor
        self.patch = patch
    }

    /// Reads `1.MINOR` or `1.MINOR.PATCH`, with or without a `v` in front; nil for anything else or a minor outside
    /// ``minors``.
    package init?(_ text: String) {
        let digits = text.hasPrefix("v") ? text.dropFirst() : text[...]
        let fields = digits.split(separator: ".", omittingEmptySubsequences: false)
        let parts = fields.compactMap { field in
            field.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ? Int(field) : nil
        }
        guard parts.count == fields.count, (2...3).contains(parts.count), parts[0] == 1,
            Self.minors.contains(parts[1])
        else { return nil }
        self.init(minor: parts[1], patch: parts.count > 2 ? parts[2] : 0)
    }

    /// `1.MINOR.PATCH`.
    package var text: String { "1.\(minor).\(patch)" }
}
