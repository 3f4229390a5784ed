/// The version of an object or of a list, as the API server names it.
///
/// Kubernetes documents it as opaque, yet every server counts etcd revisions. Two versions that are both decimal integers
/// (of any length) compare as numbers; any others do not compare, and the order of arrival decides.
/// Source: https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions
public struct ResourceVersion: Sendable, Hashable, CustomStringConvertible {
    /// The text of the API.
    public let text: String

    /// Wraps the text of the API.
    public init(_ text: String) {
        self.text = text
    }

    /// The text of the API.
    public var description: String { text }

    /// Whether this is a decimal integer without leading zeros.
    public var isNumeric: Bool {
        let bytes = text.utf8
        guard let first = bytes.first, bytes.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
            return false
        }
        return first != UInt8(ascii: "0") || bytes.count == 1
    }

    /// Whether this version is known to be older than `other`; false when they do not compare.
    public func isOlder(than other: ResourceVersion) -> Bool {
        guard isNumeric, other.isNumeric else { return false }
        let (left, right) = (text.utf8, other.text.utf8)
        return left.count == right.count ? left.lexicographicallyPrecedes(right) : left.count < right.count
    }

    /// The later of two versions; `other` where they do not compare, since it came later.
    func later(_ other: ResourceVersion) -> ResourceVersion {
        other.isOlder(than: self) ? self : other
    }
}
