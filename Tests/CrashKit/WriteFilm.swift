package import KubeClient
internal import Synchronization

/// Passes requests on, and keeps what there was right before and right after each write that the API server took.
///
/// What is there at these moments is what an operator leaves that dies then, whatever else it remembers or still meant to do.
package final class WriteFilm<Scene: Sendable>: HTTPTransport {
    /// One write.
    package struct Take: Sendable {
        /// Its verb and path.
        package var write: String
        /// What there was before it left.
        package var before: Scene
        /// What there was once the API server had done it, before the operator learned of that.
        package var after: Scene
    }

    private let inner: any HTTPTransport
    private let scene: @Sendable () -> Scene
    private let state = Mutex<[Take]>([])

    /// Puts itself in front of `inner`.
    ///
    /// - Parameters:
    ///   - inner: carries all requests.
    ///   - scene: gives what there is at a moment; cheap, since it is asked twice for each write.
    package init(_ inner: any HTTPTransport, scene: @escaping @Sendable () -> Scene) {
        self.inner = inner
        self.scene = scene
    }

    /// The writes since this was asked last, in order.
    package func takes() -> [Take] {
        state.withLock { state in
            defer { state = [] }
            return state
        }
    }

    package func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        // A write that is only tried out changes nothing.
        let isDryRun = request.query.contains { $0.name == "dryRun" }
        guard [.post, .put, .patch, .delete].contains(request.method), !isDryRun else {
            return try await inner.send(request)
        }
        let before = scene()
        let response = try await inner.send(request)
        guard (200..<300).contains(response.status) else { return response }
        let take = Take(write: "\(request.method.rawValue) \(request.path)", before: before, after: scene())
        state.withLock { $0.append(take) }
        return response
    }
}
