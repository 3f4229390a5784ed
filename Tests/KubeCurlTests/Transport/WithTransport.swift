internal import KubeClient
internal import KubeCurl
internal import Testing

/// Runs a transport to a peer while `body` does; afterwards no transfer is open.
func withTransport(
    to peer: Peer,
    _ configuration: CurlTransport.Configuration = CurlTransport.Configuration(),
    change: (inout ClusterConnection) -> Void = { _ in },
    _ body: @escaping @Sendable (CurlTransport) async throws -> Void
) async throws {
    var connection = ClusterConnection(server: ServerAddress(isSecure: false, host: "127.0.0.1", port: peer.port))
    change(&connection)
    try await withTransport(connection, configuration, body)
    peer.close()
}

/// Runs a transport over a connection while `body` does; afterwards no transfer is open.
func withTransport(
    _ connection: ClusterConnection,
    _ configuration: CurlTransport.Configuration = CurlTransport.Configuration(),
    clock: any Clock<Duration> = ContinuousClock(),
    _ body: @escaping @Sendable (CurlTransport) async throws -> Void
) async throws {
    let transport = CurlTransport(connection: connection, configuration: configuration, clock: clock)
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await transport.run() }
        let outcome: Result<Void, any Error>
        do { outcome = .success(try await body(transport)) } catch { outcome = .failure(error) }
        group.cancelAll()
        try await group.waitForAll()
        try outcome.get()
    }
    #expect(transport.statistics.openTransfers == 0)
}

/// The code of the error that `body` throws, nil when it throws none.
func failure(_ body: () async throws -> Void) async -> TransportError.Code? {
    do {
        try await body()
        return nil
    } catch {
        return (error as? TransportError)?.code
    }
}

extension HTTPBody {
    /// The whole body as text.
    func text() async throws -> String { String(decoding: try await collect(limit: 64 << 20), as: UTF8.self) }
}
