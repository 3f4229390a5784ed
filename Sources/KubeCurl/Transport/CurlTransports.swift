package import KubeClient

/// Transports on libcurl to servers that are asked now and then.
///
/// Nothing is kept between two uses, neither connections nor credentials. HTTP/1.1 only.
package struct CurlTransports: TransportMaking {
    /// Makes a maker; nothing runs.
    package init() {}

    private static let configuration = {
        var configuration = CurlTransport.Configuration(offersHTTP2: false)
        configuration.reach = .noLinkLocal
        configuration.redirects = .none
        return configuration
    }()

    package func withTransport<Answer: Sendable>(
        to connection: ClusterConnection,
        _ body: @escaping @Sendable (any HTTPTransport) async -> Answer
    ) async -> Answer {
        let transport = CurlTransport(connection: connection, configuration: Self.configuration)
        return await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await transport.run() }
            let answer = await body(transport)
            group.cancelAll()
            return answer
        }
    }
}
