public import DataTree

/// A change of an object in one of the four forms the API server takes.
public enum Patch: Sendable, Hashable {
    /// A list of operations (RFC 6902).
    case json([Tree])
    /// A partial object whose nulls remove (RFC 7386).
    case merge(Tree)
    /// A partial object whose lists merge by key; native kinds only.
    case strategic(Tree)
    /// The fields that the manager wants and owns (server-side apply); `force` takes them from others.
    case apply(Tree, force: Bool)

    /// The value of `Content-Type`.
    public var contentType: String {
        switch self {
        case .json: "application/json-patch+json"
        case .merge: "application/merge-patch+json"
        case .strategic: "application/strategic-merge-patch+json"
        case .apply: "application/apply-patch+yaml"
        }
    }

    /// What the body holds.
    public var document: Tree {
        switch self {
        case .json(let operations): .array(operations)
        case .merge(let tree), .strategic(let tree), .apply(let tree, _): tree
        }
    }
}

/// The part of an object that a request is about.
public enum Subresource: Sendable, Hashable {
    /// `status`.
    case status
    /// `scale`.
    case scale
    /// Any other, for example `eviction` or `token`.
    case named(String)

    /// The word in the path.
    public var name: String {
        switch self {
        case .status: "status"
        case .scale: "scale"
        case .named(let name): name
        }
    }
}
