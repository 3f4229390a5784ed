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

    /// Ordered by numbers; a suffix comes before the release, and suffixes are ordered as semver.org (2.0.0, 11) orders
    /// pre-releases: part by part between dots, numbers as numbers and before words, `rc.2` before `rc.10`.
    package static func < (left: MeshVersion, right: MeshVersion) -> Bool {
        let (mine, theirs) = ([left.major, left.minor, left.patch], [right.major, right.minor, right.patch])
        if mine != theirs { return mine.lexicographicallyPrecedes(theirs) }
        if left.suffix.isEmpty != right.suffix.isEmpty { return !left.suffix.isEmpty }
        let (parts, others) = (left.suffix.split(separator: "."), right.suffix.split(separator: "."))
        for (part, other) in zip(parts, others) where part != other { return precedes(part, other) }
        return parts.count < others.count
    }

    private static func precedes(_ left: Substring, _ right: Substring) -> Bool {
        func isNumber(_ text: Substring) -> Bool { text.utf8.allSatisfy { (48...57).contains($0) } }
        switch (isNumber(left), isNumber(right)) {
        case (true, true):
            let (mine, theirs) = (left.drop { $0 == "0" }, right.drop { $0 == "0" })
            if mine.count != theirs.count { return mine.count < theirs.count }
            return mine == theirs ? left < right : mine < theirs
        case (let leftIsNumber, let rightIsNumber) where leftIsNumber != rightIsNumber: return leftIsNumber
        default: return left.utf8.lexicographicallyPrecedes(right.utf8)
        }
    }
}
