/// A JSON Patch (RFC 6902).
public struct JSONPatch: Sendable, Hashable {
    /// The operations in order, as written.
    public let tree: Tree

    /// Reads a patch; throws when it is no array of operations.
    public init(_ tree: Tree) throws(PatchError) {
        self.tree = tree
    }

    /// The value with all operations applied; throws, changing nothing, when one of them cannot be.
    public func apply(to value: Tree) throws(PatchError) -> Tree {
        throw PatchError(code: .malformed, message: "not written yet")
    }
}
