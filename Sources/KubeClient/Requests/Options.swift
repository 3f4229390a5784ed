public import KubeAPI

/// Which objects a list or a watch is about.
public struct Selection: Sendable, Hashable {
    /// The namespace, nil for all of them.
    public var namespace: String?
    /// By labels.
    public var labels: LabelSelector
    /// By fields.
    public var fields: FieldSelector

    /// Everything everywhere.
    public static let everything = Selection()

    /// Makes a selection.
    public init(namespace: String? = nil, labels: LabelSelector = .everything, fields: FieldSelector = .everything) {
        self.namespace = namespace
        self.labels = labels
        self.fields = fields
    }

    /// The objects of one namespace.
    public static func namespace(_ namespace: String) -> Selection { Selection(namespace: namespace) }

    /// The one object of that key.
    public static func object(_ key: ObjectKey) -> Selection {
        Selection(namespace: key.namespace, fields: .name(key.name))
    }
}

/// How fresh a read must be (Kubernetes API concepts, "resourceVersion semantics").
public enum Freshness: Sendable, Hashable {
    /// The newest there is, read by quorum.
    case latest
    /// Whatever the server has at hand.
    case any
    /// At least as new as this resourceVersion.
    case notOlderThan(String)
    /// Exactly this resourceVersion; lists only.
    case exactly(String)
}

/// How a list is read.
public struct ListOptions: Sendable, Hashable {
    /// How fresh it must be.
    public var freshness: Freshness
    /// How many objects come in one page; nil reads all at once.
    public var pageSize: Int?

    /// The largest page that is worth no connection of its own; with objects of the size limit of etcd, 1.5 MiB, it is 150 MiB.
    public static let smallPage = 100

    /// Makes options.
    public init(freshness: Freshness = .latest, pageSize: Int? = 500) {
        self.freshness = freshness
        self.pageSize = pageSize
    }
}

/// How a watch is opened.
public struct WatchOptions: Sendable, Hashable {
    /// Where it starts: changes after this resourceVersion; nil starts with the state of now as `added` events.
    public var resourceVersion: String?
    /// Whether the server is to send bookmarks.
    public var wantsBookmarks: Bool
    /// How long the server is to keep it open; nil leaves that to the server.
    public var timeout: Duration?
    /// The longest silence before the connection counts as dead; nil trusts it for ever.
    public var idleLimit: Duration?

    /// Makes options.
    public init(
        resourceVersion: String? = nil,
        wantsBookmarks: Bool = true,
        timeout: Duration? = .seconds(290),
        idleLimit: Duration? = nil
    ) {
        self.resourceVersion = resourceVersion
        self.wantsBookmarks = wantsBookmarks
        self.timeout = timeout
        self.idleLimit = idleLimit
    }
}

/// What the server does about fields it does not know.
public enum FieldValidation: String, Sendable, Hashable, CaseIterable {
    /// Drops them.
    case ignore = "Ignore"
    /// Drops them and warns in a header.
    case warn = "Warn"
    /// Refuses the request.
    case strict = "Strict"
}

/// How an object is written.
public struct WriteOptions: Sendable, Hashable {
    /// Who owns the fields written; nil takes the client's own name.
    public var fieldManager: String?
    /// Whether the server only shows what would come of it.
    public var isDryRun: Bool
    /// What happens to unknown fields; nil leaves that to the server.
    public var fieldValidation: FieldValidation?

    /// As configured for the client.
    public static let standard = WriteOptions()

    /// Makes options.
    public init(fieldManager: String? = nil, isDryRun: Bool = false, fieldValidation: FieldValidation? = nil) {
        self.fieldManager = fieldManager
        self.isDryRun = isDryRun
        self.fieldValidation = fieldValidation
    }
}

/// What becomes of the dependents of a deleted object.
public enum DeletionPropagation: String, Sendable, Hashable, CaseIterable {
    /// Dependents go first, then the object.
    case foreground = "Foreground"
    /// The object goes at once, dependents later.
    case background = "Background"
    /// Dependents stay.
    case orphan = "Orphan"
}

/// How an object is deleted (`DeleteOptions` of meta/v1).
public struct DeleteOptions: Sendable, Hashable {
    /// What becomes of dependents; nil leaves that to the kind.
    public var propagation: DeletionPropagation?
    /// Deletes only the object with this UID.
    public var uid: String?
    /// Deletes only the object at this resourceVersion.
    public var resourceVersion: String?
    /// How long pods may take to stop; nil leaves that to the pod.
    public var gracePeriodSeconds: Int64?
    /// Whether the server only shows what would come of it.
    public var isDryRun: Bool

    /// Makes options.
    public init(
        propagation: DeletionPropagation? = nil,
        uid: String? = nil,
        resourceVersion: String? = nil,
        gracePeriodSeconds: Int64? = nil,
        isDryRun: Bool = false
    ) {
        self.propagation = propagation
        self.uid = uid
        self.resourceVersion = resourceVersion
        self.gracePeriodSeconds = gracePeriodSeconds
        self.isDryRun = isDryRun
    }
}

/// How much of an object is asked for.
public enum ObjectExtent: Sendable, Hashable {
    /// All of it.
    case whole
    /// Its metadata (`PartialObjectMetadata` of meta.k8s.io/v1); a server that does not know that form answers with the whole object.
    case metadata
}

extension HTTPRequest {
    /// The request, asking for that much of each object.
    func asking(for extent: ObjectExtent) -> HTTPRequest {
        guard extent == .metadata else { return self }
        var request = self
        request.headers["Accept"] = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json"
        return request
    }
}
