internal import KubeAPI

/// The state of a selection and then its changes; made by ``ClusterClient/observe(_:_:_:from:)``.
///
/// Each iteration asks the server afresh.
public struct Observation: AsyncSequence, Sendable {
    /// One step.
    public typealias Element = ObservationEvent
    /// What breaks it off.
    public typealias Failure = KubeError

    let client: ClusterClient
    let resource: APIResource
    let selection: Selection
    let options: WatchOptions
    let source: ObservationSource

    /// Starts observing with the first call of `next`.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(self)
    }

    /// Reads the steps one by one.
    public struct AsyncIterator: AsyncIteratorProtocol {
        private enum Phase {
            /// Can transition to `streaming`, `listing`.
            case idle
            /// Initial events of a streaming list. Can transition to `listing`, `watching`, `ended`.
            case streaming(WatchStream.AsyncIterator, hasObjects: Bool)
            /// Pages of a list. Can transition to itself, `listed`.
            case listing(ListBodyReader)
            /// The list is complete, the watch not yet open. Can transition to `watching`.
            case listed(resourceVersion: String)
            /// Changes. Can transition to `ended`.
            case watching(WatchStream.AsyncIterator)
            /// Nothing more.
            case ended
        }

        private let observation: Observation
        private var phase = Phase.idle

        fileprivate init(_ observation: Observation) {
            self.observation = observation
        }

        /// The next step, nil when the server has closed the watch.
        public mutating func next(isolation actor: isolated (any Actor)?) async throws(KubeError) -> ObservationEvent? {
            try await next()
        }

        /// The next step, nil when the server has closed the watch.
        public mutating func next() async throws(KubeError) -> ObservationEvent? {
            while true {
                switch phase {
                case .idle: try await start()
                case .streaming(let events, let hasObjects):
                    if let event = try await stream(events, hasObjects) { return event }
                case .listing(let page):
                    if let event = try await list(page) { return event }
                case .listed(let resourceVersion): try await openWatch(resourceVersion)
                case .watching(var events):
                    phase = .ended
                    guard let event = try await events.next() else { return nil }
                    phase = .watching(events)
                    return .change(event)
                case .ended: return nil
                }
            }
        }

        private mutating func start() async throws(KubeError) {
            let (client, resource) = (observation.client, observation.resource)
            if case .pages = observation.source { return try await openPage(nil) }
            let request = client.requests.streamingList(resource, observation.selection, observation.options)
            do {
                let response = try await client.open(request)
                let name = request.summary
                let stream = WatchStream(response.body, client.configuration, name)
                phase = .streaming(stream.makeAsyncIterator(), hasObjects: false)
            } catch  where Self.meansUnsupported(error) {
                try await openPage(nil)
            }
        }

        /// Servers without the feature refuse its parameters (400, 422) or what they take it for (410).
        private static func meansUnsupported(_ error: KubeError) -> Bool {
            [.badRequest, .invalid, .expired, .unsupported].contains(error.code)
        }

        private mutating func stream(
            _ events: WatchStream.AsyncIterator,
            _ hasObjects: Bool
        ) async throws(KubeError) -> ObservationEvent? {
            var events = events
            phase = .ended
            guard let event = try await events.next() else {
                throw KubeError(
                    .connection,
                    "the watch of \(observation.resource.qualifiedName) ended within its initial events"
                )
            }
            switch event {
            case .bookmark(let object) where event.endsInitialEvents:
                phase = .watching(events)
                return .synced(resourceVersion: object.resourceVersion ?? "")
            case .added(let object), .modified(let object):
                phase = .streaming(events, hasObjects: true)
                return .initial(object)
            case .error(let status):
                let name = "watch of \(observation.resource.qualifiedName)"
                let error = KubeError(watchStatus: status, request: name)
                guard !hasObjects, Self.meansUnsupported(error) else { throw error }
                try await openPage(nil)
                return nil
            case .bookmark:
                phase = .streaming(events, hasObjects: hasObjects)
                return nil
            case .deleted:
                throw KubeError(.malformedAnswer, "a deletion came within the initial events of a watch")
            }
        }

        private mutating func openPage(_ continuation: String?) async throws(KubeError) {
            var options = ListOptions()
            if case .pages(let size) = observation.source { options.pageSize = size }
            if let version = observation.options.resourceVersion, !version.isEmpty {
                options.freshness = version == "0" ? .any : .notOlderThan(version)
            }
            let client = observation.client
            let request = client.requests.list(
                observation.resource,
                observation.selection,
                options,
                continuation: continuation
            )
            phase = .listing(try await client.openPage(request, observation.resource))
        }

        private mutating func list(_ page: ListBodyReader) async throws(KubeError) -> ObservationEvent? {
            var page = page
            phase = .ended
            if let object = try await page.next() {
                phase = .listing(page)
                return .initial(object)
            }
            if let continuation = page.end.continuation {
                try await openPage(continuation)
                return nil
            }
            phase = .listed(resourceVersion: page.end.resourceVersion)
            return .synced(resourceVersion: page.end.resourceVersion)
        }

        private mutating func openWatch(_ resourceVersion: String) async throws(KubeError) {
            phase = .ended
            var options = observation.options
            options.resourceVersion = resourceVersion
            let stream = try await observation.client.watch(observation.resource, observation.selection, options)
            phase = .watching(stream.makeAsyncIterator())
        }
    }
}
