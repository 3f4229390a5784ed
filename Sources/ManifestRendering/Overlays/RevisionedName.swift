/// The name of an object of a control plane, the revision in it set apart: `istiod-1-30-3`, `istiod-clusterrole-1-30-3-istio-system`.
///
/// The names of revisions change with every upgrade beside the old one, so an overlay that names such an object by another revision of
/// the mesh, or by none, is for its like in each revision.
package struct RevisionedName: Sendable, Hashable {
    /// The name its like has in the revision without a name.
    package let plain: String

    /// Reads a name; nil where it does not bear `revision`, which is empty or `default` for the one without a name.
    package init?(_ name: String, of revision: String) {
        guard !revision.isEmpty, revision != "default" else {
            plain = name
            return
        }
        let places = name.ranges(of: "-\(revision)").filter { place in
            place.lowerBound > name.startIndex
                && (place.upperBound == name.endIndex || name[place.upperBound] == "-")
        }
        guard let place = places.first else { return nil }
        plain = String(name[..<place.lowerBound] + name[place.upperBound...])
    }

    /// Whether `name` is that of its like in the revision without a name, or in one that an upgrade named after its version.
    func isMeant(by name: String) -> Bool {
        guard name != plain else { return true }
        let ends = plain.indices.filter { $0 > plain.startIndex && plain[$0] == "-" } + [plain.endIndex]
        return ends.contains { end in
            let (head, tail) = (plain[..<end] + "-", plain[end...])
            guard name.hasPrefix(head), name.hasSuffix(tail), name.count > head.count + tail.count else { return false }
            return Self.isOfVersion(name.dropFirst(head.count).dropLast(tail.count))
        }
    }

    /// Whether a revision is named after a version: `1-30-3`, and `1-30-3-2` where that name was taken.
    private static func isOfVersion(_ revision: Substring) -> Bool {
        let parts = revision.split(separator: "-", omittingEmptySubsequences: false)
        let numbers = parts.prefix(3).filter { Int($0) != nil }
        return numbers.count == 3 && parts.allSatisfy { !$0.isEmpty }
    }
}
