/// A version of the mesh or of Kubernetes: three numbers and an optional suffix.
package struct MeshVersion: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The first number.
    package var major: Int
    /// The second number.
    package var minor: Int
    /// The third number.
    package var patch: Int
    /// What follows a `-`, empty for a release.
    package var suffix: String

    /// Reads `1.30.2`, `v1.30.2`, `1.30` (patch 0) or `v1.30.2-gke.100`; nil for anything else.
    package init?(_ text: String) {
        var rest = text[...]
        if rest.hasPrefix("v") { rest = rest.dropFirst() }
        let end = rest.firstIndex { $0 == "-" || $0 == "+" } ?? rest.endIndex
        let numbers = rest[..<end].split(separator: ".", omittingEmptySubsequences: false).map { Int($0) }
        guard (2...3).contains(numbers.count), let major = numbers[0], let minor = numbers[1] else { return nil }
        guard numbers.count == 2 || numbers[2] != nil, major >= 0, minor >= 0 else { return nil }
        self.major = major
        self.minor = minor
        self.patch = numbers.count == 3 ? (numbers[2] ?? 0) : 0
        self.suffix = end < rest.endIndex && rest[end] == "-" ? String(rest[rest.index(after: end)...]) : ""
    }

    /// `1.30`.
    package var minorText: String { "\(major).\(minor)" }
    /// `1.30.2`, with the suffix where there is one.
    package var description: String { "\(major).\(minor).\(patch)" + (suffix.isEmpty ? "" : "-\(suffix)") }

    /// Ordered by numbers; a suffix comes before the release.
    package static func < (left: MeshVersion, right: MeshVersion) -> Bool {
        let (mine, theirs) = ([left.major, left.minor, left.patch], [right.major, right.minor, right.patch])
        if mine != theirs { return mine.lexicographicallyPrecedes(theirs) }
        if left.suffix.isEmpty != right.suffix.isEmpty { return !left.suffix.isEmpty }
        return left.suffix < right.suffix
    }
}
