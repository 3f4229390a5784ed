/// A host as Istio reads it where it stands in a VirtualService or DestinationRule.
package struct HostName: Sendable, Hashable, CustomStringConvertible {
    /// The whole name.
    package let text: String

    /// Reads a host.
    ///
    /// - Parameters:
    ///   - text: a short name, which belongs to the namespace, a whole name, or a name with a wildcard in front.
    ///   - namespace: the namespace of the object the host stands in.
    package init(_ text: String, namespace: String) {
        let lower = text.lowercased()
        if lower.isEmpty || lower == "*" {
            self.text = lower
        } else if !lower.contains(".") {
            self.text = "\(lower).\(namespace).\(Self.domain)"
        } else if lower.hasSuffix(".svc") {
            self.text = "\(lower).cluster.local"
        } else {
            self.text = lower
        }
    }

    private static let domain = "svc.cluster.local"

    /// The whole name.
    package var description: String { text }

    /// Whether this is `other`, or a wildcard above it.
    package func covers(_ other: HostName) -> Bool {
        if text == other.text || text == "*" { return true }
        guard text.hasPrefix("*.") else { return false }
        return other.text.hasSuffix(text.dropFirst()) && other.text.utf8.count > text.utf8.count - 1
    }

    /// The name and namespace of the Service it stands for; nil for a host outside the cluster.
    package var service: (namespace: String, name: String)? {
        guard text.hasSuffix("." + Self.domain) else { return nil }
        let parts = text.dropLast(Self.domain.utf8.count + 1).split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else { return nil }
        return (String(parts[1]), String(parts[0]))
    }
}
