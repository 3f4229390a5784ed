public import KubeAPI

extension ClusterClient {
    /// Opens a watch that begins with every object there is, and returns once the server has accepted it.
    ///
    /// The initial objects come as `added` events; a bookmark for which ``WatchEvent/endsInitialEvents`` holds ends them, and the
    /// changes after it follow on the same stream. Throws code `invalid`, `badRequest` or `unsupported` where the server
    /// cannot do this (`sendInitialEvents`, Kubernetes before 1.32).
    public func streamingList(
        _ resource: APIResource,
        _ selection: Selection = .everything,
        _ options: WatchOptions = WatchOptions()
    ) async throws(KubeError) -> WatchStream {
        let request = requests.streamingList(resource, selection, options)
        let response = try await open(request)
        return WatchStream(response.body, configuration, request.summary)
    }
}
