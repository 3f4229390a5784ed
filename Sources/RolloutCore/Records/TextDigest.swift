internal import DataTree
internal import MeshBase

/// A short text that is equal for equal values.
enum TextDigest {
    /// How long it is.
    static let length = 16

    /// The digest in 16 hexadecimal digits.
    static func of(_ tree: Tree) -> String { Fingerprint(of: tree.json(.canonical)).hexadecimal }
}
