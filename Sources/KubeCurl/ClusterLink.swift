package import KubeClient
package import MeshBase

/// A client with everything below it: credentials, patience with busy servers, libcurl.
///
/// ```swift
/// let link = ClusterLink(connection, files: SystemFiles(), processes: runner, clock: .continuous, now: wallClock)
/// try await withThrowingTaskGroup { group in
///     group.addTask { try await link.run() }
///     let pods = try await link.client.list(.pods)
///     …
/// }
/// ```
package struct ClusterLink: Sendable {
    /// What runs below the client.
    package struct Surroundings: Sendable {
        /// Reads tokens and certificates.
        package var files: any FileReading
        /// Runs credential plugins; nil refuses them.
        package var processes: (any ProcessRunning)?
        /// Measures waits.
        package var clock: any Clock<Duration>
        /// The time of day.
        package var now: WallClock
        /// Told what is worth a line in a log.
        package var report: @Sendable (TransportNote) -> Void = { _ in }

        /// Makes surroundings.
        package init(
            files: any FileReading = SystemFiles(),
            processes: (any ProcessRunning)? = nil,
            clock: any Clock<Duration>,
            now: @escaping WallClock
        ) {
            self.files = files
            self.processes = processes
            self.clock = clock
            self.now = now
        }
    }

    /// Calls the API.
    package let client: ClusterClient
    /// Carries the requests.
    package let transport: CurlTransport
    /// Adds the credentials to requests, and nothing else.
    package let signed: any HTTPTransport

    /// Makes a link; nothing runs yet.
    package init(
        _ connection: ClusterConnection,
        _ surroundings: Surroundings,
        client configuration: ClusterClient.Configuration = ClusterClient.Configuration(),
        transport transportConfiguration: CurlTransport.Configuration = CurlTransport.Configuration()
    ) {
        var configured = transportConfiguration
        // What every API server answers at once, however busy (KEP-1040 exempts it from limits).
        configured.signOfLife = configured.signOfLife ?? "/livez"
        self.transport = CurlTransport(
            connection: connection,
            configuration: configured,
            clock: surroundings.clock,
            report: surroundings.report
        )
        let authenticator = Authenticator(
            connection.credentials,
            files: surroundings.files,
            processes: surroundings.processes,
            now: surroundings.now
        )
        signed = AuthenticatingTransport(
            transport,
            authenticator: authenticator,
            impersonation: connection.credentials.impersonation
        )
        self.client = ClusterClient(
            transport: PatientTransport(signed, clock: surroundings.clock, now: surroundings.now),
            configuration: configuration,
            now: surroundings.now
        )
    }

    /// Carries requests until the task is cancelled.
    package func run() async throws(TransportError) {
        try await transport.run()
    }
}
