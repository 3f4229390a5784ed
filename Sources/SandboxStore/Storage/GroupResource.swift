/// Names a collection of objects: the plural of a resource within its API group, whatever the version.
package struct GroupResource: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The API group, empty for the core group.
    package var group: String
    /// The plural, for example `deployments`.
    package var resource: String

    /// Makes a name of its parts.
    package init(group: String, resource: String) {
        self.group = group
        self.resource = resource
    }

    /// `deployments.apps`, or `pods` in the core group.
    package var description: String { group.isEmpty ? resource : "\(resource).\(group)" }

    /// Ordered by group, then by plural.
    package static func < (left: GroupResource, right: GroupResource) -> Bool {
        (left.group, left.resource) < (right.group, right.resource)
    }
}
