internal import DataTree
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

/// Changes in order; each is made when it is looked at, so that many of them take little memory.
public struct StoreChanges: RandomAccessCollection, Sendable {
    struct Step: Sendable {
        let old: StoredObject?
        let new: StoredObject?
    }

    private let steps: [Step]
    private let keys: PackedKeys

    init(_ steps: [Step], keys: PackedKeys) {
        self.steps = steps
        self.keys = keys
    }

    /// The place of the first change: 0.
    public var startIndex: Int { 0 }
    /// The place after the last change.
    public var endIndex: Int { steps.count }

    /// The change at a place.
    public subscript(position: Int) -> StoreChange {
        let step = steps[position]
        let (old, new) = (step.old?.object(keys), step.new?.object(keys))
        switch (old, new) {
        case (let old?, let new?): return .updated(old: old, new: new)
        case (let old?, nil): return .deleted(old)
        case (nil, let new?): return .added(new)
        case (nil, nil): return .deleted(KubeObject(.null))
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
    public let changes: StoreChanges
}
