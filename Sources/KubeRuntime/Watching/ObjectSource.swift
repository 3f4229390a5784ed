public import KubeAPI

/// Where a watcher reads the objects of one kind: an API server, or a script in tests.
public protocol ObjectSource: Sendable {
    /// What is read; nil where nothing tells when it is served.
    var resource: APIResource? { get }

    /// Reads one page of a list as of now.
    ///
    /// - Parameters:
    ///   - continuation: what the page before named; nil for the first page.
    ///   - limit: how many objects the page may have; nil for all of them.
    /// - Returns: the page.
    /// - Throws: ``WatchProblem``, or `CancellationError`.
    func list(continuation: String?, limit: Int?) async throws -> ListPage

    /// Watches, telling `receive` first that the watch stands and then every event, one call after another.
    ///
    /// Returns when the other side ends the watch or `receive` answers ``WatchAnswer/stop``. Cancelling the task must abort
    /// the watch at once, also while nothing arrives.
    ///
    /// - Parameters:
    ///   - start: where to begin.
    ///   - limit: how long the other side may keep the watch open before it ends it by itself.
    ///   - receive: takes what arrives.
    /// - Throws: ``WatchProblem``, or `CancellationError`.
    func watch(
        _ start: WatchStart,
        limit: Duration,
        receive: @escaping @Sendable (WatchSignal) -> WatchAnswer
    ) async throws
}

extension ObjectSource {
    /// Nil.
    public var resource: APIResource? { nil }
}

/// One page of a list.
public struct ListPage: Sendable, Hashable {
    /// The objects of the page.
    public var objects: [KubeObject]
    /// `metadata.resourceVersion` of the list.
    public var version: ResourceVersion?
    /// `metadata.continue`: how to ask for the next page; nil on the last one.
    public var continuation: String?

    /// Makes a page; empty texts count as none.
    public init(objects: [KubeObject], version: String?, continuation: String? = nil) {
        self.objects = objects
        self.version = version.flatMap { $0.isEmpty ? nil : ResourceVersion($0) }
        self.continuation = continuation?.isEmpty == true ? nil : continuation
    }
}

/// Where a watch begins.
public enum WatchStart: Sendable, Hashable {
    /// With what follows a version.
    case after(ResourceVersion)
    /// With all objects there are, the end of which a bookmark marks (`sendInitialEvents`).
    case initialEvents
}

/// What a source tells about a watch.
public enum WatchSignal: Sendable, Hashable {
    /// The other side accepted the watch.
    case opened
    /// An object appeared.
    case added(KubeObject)
    /// An object changed.
    case modified(KubeObject)
    /// An object is gone; its last state.
    case deleted(KubeObject)
    /// Everything up to a version has been told; `endsInitialEvents` marks the end of the initial objects.
    case bookmark(ResourceVersion, endsInitialEvents: Bool)
    /// The other side cannot go on.
    case failed(WatchProblem)
}

/// Whether a source is to go on with a watch.
public enum WatchAnswer: Sendable, Hashable {
    /// More, please.
    case more
    /// End the watch.
    case stop
}

/// Why a list or a watch failed, as far as it matters for what to do next.
public struct WatchProblem: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kinds of problem.
    public enum Kind: String, Sendable, Hashable {
        /// The version or continuation is too old (410 Gone): read everything again.
        case expired
        /// The other side does not know this kind of request.
        case unsupported
        /// The other side does not serve a kind that need not be served; it is looked for now and then.
        case notServed
        /// The other side answered with another error.
        case refused
        /// The caller may not (403).
        case forbidden
        /// There was no answer: a reset, a timeout.
        case unreachable
        /// No connection could be made, so that nothing was asked.
        case notConnected
    }

    /// The kind.
    public let kind: Kind
    /// What happened, for logs.
    public let message: String
    /// How long the other side asks to wait (`Retry-After`).
    public let retryAfter: Duration?

    /// Makes a problem.
    public init(_ kind: Kind, message: String, retryAfter: Duration? = nil) {
        self.kind = kind
        self.message = message
        self.retryAfter = retryAfter
    }

    /// The kind and the message.
    public var description: String { "\(kind.rawValue): \(message)" }
}
