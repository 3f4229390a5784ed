public import KubeAPI

/// One event of a watch.
public enum WatchEvent: Sendable, Hashable {
    /// The object is new, or was there when the watch began.
    case added(KubeObject)
    /// The object changed.
    case modified(KubeObject)
    /// The object is gone; this is its last state.
    case deleted(KubeObject)
    /// Nothing changed up to the object's resourceVersion; the object holds no more than that and annotations.
    case bookmark(KubeObject)
    /// The watch failed and ends.
    case error(KubeStatus)

    /// The object concerned, nil for errors.
    public var object: KubeObject? {
        switch self {
        case .added(let object), .modified(let object), .deleted(let object), .bookmark(let object): object
        case .error: nil
        }
    }

    /// Whether this bookmark says that everything which was there at the start has been sent (`sendInitialEvents`).
    public var endsInitialEvents: Bool {
        if case .bookmark(let object) = self {
            object.annotations["k8s.io/initial-events-end"] == "true"
        } else {
            false
        }
    }
}

/// One step of ``ClusterClient/observe(_:_:from:)``: first the state, then the changes.
public enum ObservationEvent: Sendable, Hashable {
    /// An object that was there at the start; may come before others that replace it, never after.
    case initial(KubeObject)
    /// All initial objects were given; the state is that of this resourceVersion.
    case synced(resourceVersion: String)
    /// A change since then.
    case change(WatchEvent)
}

/// One page of a list.
public struct ObjectPage: Sendable, Hashable {
    /// The objects, each with its `apiVersion` and `kind`.
    public var objects: [KubeObject]
    /// The resourceVersion of the list.
    public var resourceVersion: String
    /// Names the next page; nil on the last.
    public var continuation: String?
    /// How many objects follow, where the server says so.
    public var remainingCount: Int64?

    /// Makes a page.
    public init(
        objects: [KubeObject],
        resourceVersion: String,
        continuation: String? = nil,
        remainingCount: Int64? = nil
    ) {
        self.objects = objects
        self.resourceVersion = resourceVersion
        self.continuation = continuation
        self.remainingCount = remainingCount
    }
}
