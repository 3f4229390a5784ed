internal import Foundation
internal import KubeClient
internal import KubeCurl
internal import MeshBase

/// The project's own client for one cluster, without the patience that would hide a refusal.
enum ReplayLink {
    /// Runs the client around `body`.
    static func with<Result: Sendable>(
        _ connection: ClusterConnection,
        _ body: @escaping @Sendable (any HTTPTransport) async throws -> Result
    ) async throws -> Result? {
        let curl = CurlTransport(connection: connection)
        let authenticator = Authenticator(
            connection.credentials,
            files: SystemFiles(),
            processes: nil,
            now: { Timestamp(seconds: Int64(Date().timeIntervalSince1970)) }
        )
        let transport = AuthenticatingTransport(curl, authenticator: authenticator, impersonation: nil)
        return try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask {
                try await curl.run()
                return nil
            }
            group.addTask { try await body(transport) }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
    }

    /// Whether the API server says that it is ready.
    static func isReady(_ connection: ClusterConnection) async throws -> Bool {
        try await with(connection) { transport in
            guard let answer = try? await transport.send(HTTPRequest(.get, "/readyz")) else { return false }
            _ = try? await answer.body.collect(limit: 1 << 16)
            return answer.status == 200
        } ?? false
    }

    /// The cluster that a kubeconfig names.
    static func connection(kubeconfig: String) throws -> ClusterConnection {
        try ClusterLocator(environment: ProcessInfo.processInfo.environment, files: SystemFiles())
            .connection(kubeconfig: kubeconfig)
    }
}
