internal import DataTree
public import KubeAPI

/// Builds the requests of the Kubernetes API as values; nothing here sends anything.
///
/// Paths, parameters and media types follow the Kubernetes API reference. Bodies are compact JSON.
public struct KubeRequest: Sendable, Hashable {
    /// The fields set on every request.
    public var headers: HTTPHeaders
    /// The owner of the fields that writes set, unless an option names another.
    public var fieldManager: String
    /// How long requests other than watches may take.
    public var timeouts: HTTPTimeouts

    /// Makes a builder.
    public init(
        fieldManager: String,
        headers: HTTPHeaders = ["Accept": "application/json"],
        timeouts: HTTPTimeouts = HTTPTimeouts()
    ) {
        self.fieldManager = fieldManager
        self.headers = headers
        self.timeouts = timeouts
    }

    /// A request as given, with the fields and times of this builder where it has none of its own.
    func request(
        _ method: HTTPMethod,
        _ path: String,
        query: [HTTPQueryItem] = [],
        body: Tree? = nil,
        contentType: String = "application/json"
    ) -> HTTPRequest {
        var request = HTTPRequest(method, path, query: query, headers: headers, timeouts: timeouts)
        if let body {
            request.body = body.json(.compact)
            request.headers["Content-Type"] = contentType
        }
        return request
    }

    // MARK: - Reads

    /// Reads an object, or one of its subresources.
    public func get(
        _ resource: APIResource,
        _ key: ObjectKey,
        _ subresource: Subresource? = nil,
        freshness: Freshness = .latest
    ) throws(KubeError) -> HTTPRequest {
        request(.get, try ResourcePath.object(resource, key, subresource), query: Self.items(freshness, isList: false))
    }

    /// Reads one page of a list; `continuation` comes from the page before.
    ///
    /// A page of at most ``ListOptions/smallPage`` objects shares the connection of other requests; the server is slowed down for
    /// larger ones, on a connection of their own.
    public func list(
        _ resource: APIResource,
        _ selection: Selection = .everything,
        _ options: ListOptions = ListOptions(),
        continuation: String? = nil
    ) -> HTTPRequest {
        var query = Self.items(selection)
        if let pageSize = options.pageSize { query.append(HTTPQueryItem("limit", String(pageSize))) }
        if let continuation {
            // The token carries the resourceVersion; naming another is refused.
            query.append(HTTPQueryItem("continue", continuation))
        } else {
            query += Self.items(options.freshness, isList: true)
        }
        var request = request(.get, ResourcePath.collection(resource, namespace: selection.namespace), query: query)
        let isSmall = options.pageSize.map { $0 <= ListOptions.smallPage } ?? false
        request.reading = isSmall ? .whole : .streamed
        return request
    }

    /// Opens a watch.
    public func watch(
        _ resource: APIResource,
        _ selection: Selection = .everything,
        _ options: WatchOptions = WatchOptions()
    ) -> HTTPRequest {
        var query = [HTTPQueryItem("watch", "true")] + Self.items(selection)
        if let version = options.resourceVersion { query.append(HTTPQueryItem("resourceVersion", version)) }
        var request = openWatch(resource, selection, options, query)
        request.reading = .followed
        return request
    }

    /// Opens a watch that begins with every object there is (streaming list, `sendInitialEvents`).
    ///
    /// The state is at least as new as `options.resourceVersion`, or the newest where that is nil.
    public func streamingList(
        _ resource: APIResource,
        _ selection: Selection = .everything,
        _ options: WatchOptions = WatchOptions()
    ) -> HTTPRequest {
        var query = [HTTPQueryItem("watch", "true")] + Self.items(selection)
        query.append(HTTPQueryItem("sendInitialEvents", "true"))
        query.append(HTTPQueryItem("resourceVersionMatch", "NotOlderThan"))
        query.append(HTTPQueryItem("resourceVersion", options.resourceVersion ?? ""))
        var options = options
        options.wantsBookmarks = true
        // All objects at once are more than anybody should hold.
        var request = openWatch(resource, selection, options, query)
        request.reading = .streamed
        return request
    }

    private func openWatch(
        _ resource: APIResource,
        _ selection: Selection,
        _ options: WatchOptions,
        _ items: [HTTPQueryItem]
    ) -> HTTPRequest {
        var query = items
        if options.wantsBookmarks { query.append(HTTPQueryItem("allowWatchBookmarks", "true")) }
        if let timeout = options.timeout {
            query.append(HTTPQueryItem("timeoutSeconds", String(max(1, timeout.components.seconds))))
        }
        var request = request(.get, ResourcePath.collection(resource, namespace: selection.namespace), query: query)
        request.timeouts.total = nil
        request.timeouts.idle = options.idleLimit
        return request
    }

    // MARK: - Parameters

    private static func items(_ selection: Selection) -> [HTTPQueryItem] {
        var items: [HTTPQueryItem] = []
        if !selection.labels.isEverything { items.append(HTTPQueryItem("labelSelector", selection.labels.text)) }
        if !selection.fields.isEverything { items.append(HTTPQueryItem("fieldSelector", selection.fields.text)) }
        return items
    }

    private static func items(_ freshness: Freshness, isList: Bool) -> [HTTPQueryItem] {
        switch freshness {
        case .latest: []
        case .any: [HTTPQueryItem("resourceVersion", "0")]
        case .notOlderThan(let version):
            [HTTPQueryItem("resourceVersion", version)]
                + (isList ? [HTTPQueryItem("resourceVersionMatch", "NotOlderThan")] : [])
        case .exactly(let version):
            [HTTPQueryItem("resourceVersion", version)]
                + (isList ? [HTTPQueryItem("resourceVersionMatch", "Exact")] : [])
        }
    }
}
