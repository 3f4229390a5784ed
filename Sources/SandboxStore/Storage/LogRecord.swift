package import DataTree
package import KubeAPI

/// One write as the log keeps it.
package struct LogRecord: Sendable, Hashable {
    /// The revision of the write.
    package var revision: UInt64
    /// The collection written to.
    package var resource: GroupResource
    /// The object written.
    package var key: ObjectKey
    /// The state after the write, nil when the object was removed.
    package var tree: Tree?
    /// Whether the record belongs to a snapshot, so that revisions come in any order.
    package var isSnapshot = false

    /// Makes a record of its parts.
    package init(revision: UInt64, resource: GroupResource, key: ObjectKey, tree: Tree?) {
        self.revision = revision
        self.resource = resource
        self.key = key
        self.tree = tree
    }

    /// The record as one value.
    package var encoded: Tree {
        var result: Tree = [
            "r": .string(String(revision)), "g": .string(resource.group), "p": .string(resource.resource),
            "n": .string(key.name),
        ]
        if let namespace = key.namespace { result["s"] = .string(namespace) }
        if let tree { result["o"] = tree }
        return result
    }

    /// Reads a record back; nil when a part is missing.
    package init?(decoding tree: Tree) {
        guard let text = tree["r"]?.string, let revision = UInt64(text), let group = tree["g"]?.string,
            let resource = tree["p"]?.string, let name = tree["n"]?.string
        else { return nil }
        self.init(
            revision: revision,
            resource: GroupResource(group: group, resource: resource),
            key: ObjectKey(namespace: tree["s"]?.string, name: name),
            tree: tree["o"]
        )
    }
}
