public import DataTree
public import KubeAPI
public import KubeClient
internal import MeshBase

/// The objects of one resource on an API server, all of them or a selection.
///
/// Lists ask for the newest state (no `resourceVersion`), so that no server of a group can answer with an old one. Objects are
/// decoded one by one as their bytes arrive, and what the projection leaves out is skipped while decoding.
public struct ClusterSource: ObjectSource {
    private static let withoutManagedFields = TreeProjection(dropping: [["metadata", "managedFields"]])

    private let client: ClusterClient
    private let kind: APIResource
    private let selection: Selection
    private let mayBeMissing: Bool

    /// Makes a source.
    ///
    /// - Parameters:
    ///   - client: what to read through.
    ///   - resource: the kind.
    ///   - selection: which of them.
    ///   - projection: what to decode; nil for the client's own, or without one everything but `metadata.managedFields`. Name,
    ///     namespace, uid and resourceVersion must stay in.
    ///   - mayBeMissing: whether an API server that does not serve the resource has none of it, instead of being at fault; the
    ///     watch is tried again and again, in case it is served one day.
    public init(
        client: ClusterClient,
        resource: APIResource,
        selection: Selection = .everything,
        projection: TreeProjection? = nil,
        mayBeMissing: Bool = false
    ) {
        self.client = client.projecting(projection ?? client.configuration.projection ?? Self.withoutManagedFields)
        self.kind = resource
        self.selection = selection
        self.mayBeMissing = mayBeMissing
    }

    /// The kind of the objects.
    public var resource: APIResource? { kind }

    /// Reads one page.
    public func list(continuation: String?, limit: Int?) async throws -> ListPage {
        do {
            let options = ListOptions(freshness: .latest, pageSize: limit)
            let page = try await client.page(kind, selection, options, continuation: continuation)
            return ListPage(
                objects: page.objects,
                version: page.resourceVersion,
                continuation: page.continuation
            )
        } catch  where error.code == .notFound && mayBeMissing {
            return ListPage(objects: [], version: "0")
        } catch  where error.code == .notFound {
            throw WatchProblem(.notServed, message: error.description, retryAfter: error.retryAfter)
        } catch {
            throw WatchProblem(error)
        }
    }

    /// Watches until the server ends it, `receive` has enough, or the task is cancelled.
    public func watch(
        _ start: WatchStart,
        limit: Duration,
        receive: @escaping @Sendable (WatchSignal) -> WatchAnswer
    ) async throws {
        do {
            for try await event in try await open(start, limit: limit, receive: receive) {
                if receive(Self.signal(event)) == .stop { return }
            }
        } catch  where error.code == .notFound && mayBeMissing && start == .initialEvents {
            // Pages tell that there is nothing; a stream would be tried for ever.
            throw WatchProblem(.unsupported, message: error.description)
        } catch  where error.code == .notFound && mayBeMissing {
            throw WatchProblem(.notServed, message: error.description)
        } catch {
            throw WatchProblem(error)
        }
    }

    private func open(
        _ start: WatchStart,
        limit: Duration,
        receive: @Sendable (WatchSignal) -> WatchAnswer
    ) async throws(KubeError) -> WatchStream {
        let stream: WatchStream
        switch start {
        case .after(let version):
            let options = WatchOptions(resourceVersion: version.text, timeout: limit)
            stream = try await client.watch(kind, selection, options)
        case .initialEvents:
            stream = try await client.streamingList(kind, selection, WatchOptions(timeout: limit))
        }
        _ = receive(.opened)
        return stream
    }

    private static func signal(_ event: WatchEvent) -> WatchSignal {
        switch event {
        case .added(let object): .added(object)
        case .modified(let object): .modified(object)
        case .deleted(let object): .deleted(object)
        case .bookmark(let object):
            .bookmark(ResourceVersion(object.resourceVersion ?? ""), endsInitialEvents: event.endsInitialEvents)
        case .error(let status):
            .failed(WatchProblem(KubeError(watchStatus: status, request: "watch")))
        }
    }
}

extension WatchProblem {
    /// Sorts an error of the client.
    public init(_ error: KubeError) {
        let kind: Kind =
            switch error.code {
            case .expired: .expired
            case .badRequest, .invalid, .unsupported: .unsupported
            case .connection where (error.cause as? TransportError)?.code == .connectionFailed: .notConnected
            case .connection, .timedOut, .cancelled: .unreachable
            case .forbidden: .forbidden
            default: .refused
            }
        self.init(kind, message: error.description, retryAfter: error.retryAfter)
    }
}
