/// Makes transports to servers other than the API server: metrics servers, gates.
///
/// A transport made here follows no redirect, opens no connection to a link-local address whatever a name resolves to, and takes
/// proxies from nowhere.
package protocol TransportMaking: Sendable {
    /// Lets `body` use a transport to the server of `connection`, which ends with it.
    ///
    /// Credentials of the connection are not looked at; they come with each request.
    func withTransport<Answer: Sendable>(
        to connection: ClusterConnection,
        _ body: @escaping @Sendable (any HTTPTransport) async -> Answer
    ) async -> Answer
}
