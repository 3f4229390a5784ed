package import KubeClient

/// Where an admission webhook is reached (`WebhookClientConfig` of admissionregistration.k8s.io/v1, resolved).
package struct WebhookEndpoint: Sendable, Hashable {
    /// The host to connect to: an IP address or a name.
    package var host: String
    /// The port.
    package var port: Int
    /// The path, without query.
    package var path: String
    /// The name that the server's certificate must have.
    package var serverName: String
    /// The roots in PEM that the server's certificate must lead to; empty means those of the system.
    package var roots: [UInt8]

    /// Makes an endpoint.
    package init(host: String, port: Int, path: String, serverName: String, roots: [UInt8]) {
        self.host = host
        self.port = port
        self.path = path
        self.serverName = serverName
        self.roots = roots
    }
}

/// Gives the transports by which admission webhooks are called.
package protocol WebhookTransport: Sendable {
    /// A transport to the server of `endpoint`; asked for again at each call, so it should be kept.
    func transport(to endpoint: WebhookEndpoint) async throws(TransportError) -> any HTTPTransport
}

/// Calls no webhooks: every call fails, and what happens then is up to each webhook's failure policy.
package struct NoWebhookTransport: WebhookTransport {
    /// Makes the transport.
    package init() {}

    package func transport(to endpoint: WebhookEndpoint) async throws(TransportError) -> any HTTPTransport {
        throw TransportError(.connectionFailed, "this sandbox has no way to call webhooks")
    }
}
