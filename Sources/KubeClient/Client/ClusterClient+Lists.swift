public import KubeAPI

extension ClusterClient {
    /// All objects of a selection, read page by page; holds them all.
    ///
    /// Starts over once, reading everything at once, when the server forgets a continue token on the way (410).
    public func list(
        _ resource: APIResource,
        _ selection: Selection = .everything,
        _ options: ListOptions = ListOptions()
    ) async throws(KubeError) -> ObjectPage {
        do {
            return try await pages(resource, selection, options)
        } catch  where error.code == .expired {
            return try await page(resource, selection, ListOptions(freshness: .latest, pageSize: nil))
        }
    }

    private func pages(
        _ resource: APIResource,
        _ selection: Selection,
        _ options: ListOptions
    ) async throws(KubeError) -> ObjectPage {
        var all = try await page(resource, selection, options)
        while let continuation = all.continuation {
            let next = try await page(resource, selection, options, continuation: continuation)
            all.objects += next.objects
            all.resourceVersion = next.resourceVersion
            all.continuation = next.continuation
        }
        all.remainingCount = nil
        return all
    }

    /// One page of a list; `continuation` comes from the page before.
    public func page(
        _ resource: APIResource,
        _ selection: Selection = .everything,
        _ options: ListOptions = ListOptions(),
        continuation: String? = nil
    ) async throws(KubeError) -> ObjectPage {
        let request = requests.list(resource, selection, options, continuation: continuation)
        var stream = try await openPage(request, resource)
        var objects: [KubeObject] = []
        while let object = try await stream.next() { objects.append(object) }
        let end = stream.end
        return ObjectPage(
            objects: objects,
            resourceVersion: end.resourceVersion,
            continuation: end.continuation,
            remainingCount: end.remainingCount
        )
    }

    func openPage(_ request: HTTPRequest, _ resource: APIResource) async throws(KubeError) -> ListBodyReader {
        let response = try await open(request)
        return ListBodyReader(response.body, resource, configuration, request.summary)
    }

    /// Opens a watch and returns once the server has accepted it.
    ///
    /// The sequence ends when the server closes the watch, which is no error: open the next from the last
    /// resourceVersion seen. It throws ``KubeError`` when the connection breaks.
    public func watch(
        _ resource: APIResource,
        _ selection: Selection = .everything,
        _ options: WatchOptions = WatchOptions()
    ) async throws(KubeError) -> WatchStream {
        let request = requests.watch(resource, selection, options)
        let response = try await open(request)
        return WatchStream(response.body, configuration, request.summary)
    }

    /// Reads the state of a selection and then its changes, as one sequence.
    ///
    /// Asks for a streaming list, which servers from Kubernetes 1.32 (1.27 with a feature gate) answer; where the server
    /// refuses that, reads the list page by page and opens a watch from there. Objects are decoded one by one, so that
    /// neither way holds the whole answer. Ends and throws as ``watch(_:_:_:)`` does.
    ///
    /// - Parameters:
    ///   - resource: What to observe.
    ///   - selection: Which of them.
    ///   - options: How the watch is opened. `resourceVersion` is the oldest state acceptable; nil wants the newest.
    ///   - source: How the state is read.
    /// - Returns: A sequence that asks the server when it is iterated.
    public func observe(
        _ resource: APIResource,
        _ selection: Selection = .everything,
        _ options: WatchOptions = WatchOptions(),
        from source: ObservationSource = .streamingList
    ) -> Observation {
        Observation(client: self, resource: resource, selection: selection, options: options, source: source)
    }
}

/// How ``ClusterClient/observe(_:_:_:from:)`` reads the state it starts with.
public enum ObservationSource: Sendable, Hashable {
    /// As the first events of the watch, or by pages where the server cannot.
    case streamingList
    /// Page by page, with this many objects each; nil reads all at once.
    case pages(Int?)
}
