public import KubeAPI

/// How one object in a store changed.
public enum StoreChange: Sendable, Hashable {
    /// An object that was not there is there.
    case added(KubeObject)
    /// An object of the same identity has new content.
    case updated(old: KubeObject, new: KubeObject)
    /// An object is gone; its last known content, which may be older than what was deleted.
    case deleted(KubeObject)

    /// The content now, or the last known one.
    public var object: KubeObject {
        switch self {
        case .added(let object), .updated(_, let object), .deleted(let object): object
        }
    }

    /// The object's key.
    public var key: ObjectKey { object.key }

    /// `added`, `updated` or `deleted`, for logs.
    public var verb: String {
        switch self {
        case .added: "added"
        case .updated: "updated"
        case .deleted: "deleted"
        }
    }
}

/// Changes a store tells its subscribers, all visible to readers before the first subscriber hears of them.
public struct StoreDelivery: Sendable {
    /// Where changes come from.
    public enum Origin: Sendable, Hashable {
        /// A list, at the start or after a gap: many at once and not urgent.
        case list
        /// A watch: something happened just now.
        case watch
    }

    /// Where the changes come from.
    public let origin: Origin
    /// The changes in order.
    public let changes: [StoreChange]
}
