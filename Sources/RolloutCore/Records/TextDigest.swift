internal import DataTree
internal import MeshBase

/// A short text that is equal for equal values.
enum TextDigest {
    /// The digest in 16 hexadecimal digits.
    static func of(_ tree: Tree) -> String { Fingerprint(of: tree.json(.canonical)).hexadecimal }
}
