internal import DataTree

/// A short text that is equal for equal values: FNV-1a of 64 bits over the canonical JSON.
enum TextDigest {
    /// The digest in 16 hexadecimal digits.
    static func of(_ tree: Tree) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in tree.jsonText(.canonical).utf8 {
            hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
        }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }
}
