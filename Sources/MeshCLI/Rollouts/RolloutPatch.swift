package import DataTree
internal import KubeAPI

/// A merge patch of one object that fails when somebody else has changed it meanwhile.
package struct RolloutPatch: Sendable, Hashable {
    /// The document to send.
    package private(set) var tree: Tree

    /// A patch of nothing yet.
    init(_ object: KubeObject) {
        var metadata = TreeObject()
        if let version = object.resourceVersion { metadata["resourceVersion"] = .string(version) }
        tree = ["metadata": .object(metadata)]
    }

    /// Sets annotations; nil takes one off.
    func annotating(_ annotations: KeyValuePairs<String, String?>) -> RolloutPatch {
        var copy = self
        var entries = TreeObject()
        for (name, value) in annotations { entries[name] = value.map { .string($0) } ?? .null }
        copy.tree.set(.object(entries), at: ["metadata", "annotations"])
        return copy
    }

    /// Sets a value of the spec.
    func setting(_ value: Tree, at keys: String...) -> RolloutPatch {
        var copy = self
        copy.tree.set(value, at: ["spec"] + keys)
        return copy
    }
}
