internal import DataTree
internal import MeshBase

/// Where a list goes on, as the `continue` token tells.
struct ListToken: Sendable, Hashable {
    /// The revision of the first page; nil for the present state.
    var revision: UInt64?
    /// The path of the last object of the page before.
    var after: String?

    static let expiredText =
        "The provided continue parameter is too old to display a consistent list result. You can start a new list "
        + "without the continue parameter, or use the continue token in this response to retrieve the remainder of "
        + "the results. Continuing with the provided token results in an inconsistent list - objects that were "
        + "created, modified, or deleted between the time the first chunk was returned and now may show up in the list."

    init(revision: UInt64?, after: String?) {
        self.revision = revision
        self.after = after
    }

    /// Reads a token; nil when it is none of this server's.
    init?(text: String) {
        guard let bytes = Base64.decodeURL(text), let tree = try? Tree(json: bytes),
            tree["v"]?.string == "meta.k8s.io/v1", let start = tree["start"]?.string, start.hasSuffix("\u{0}")
        else { return nil }
        let revision = tree["rv"]?.integer ?? -1
        self.revision = revision > 0 ? UInt64(revision) : nil
        self.after = String(start.dropLast())
    }

    /// The token, in the form of kube-apiserver: base64url of a small object.
    var text: String {
        let revision = revision.flatMap { Int64(exactly: $0) } ?? -1
        let tree: Tree = [
            "v": "meta.k8s.io/v1", "rv": .integer(revision), "start": .string((after ?? "") + "\u{0}"),
        ]
        return Base64.encodeURL(tree.json(.compact))
    }
}
