package import KubeAPI
package import KubeClient

/// Reads Secrets.
package protocol SecretReading: Sendable {
    /// The Secret as it is now; throws code `notFound` where there is none.
    func secret(_ key: ObjectKey) async throws(KubeError) -> KubeObject
}

/// Reads Secrets from the API server, each time anew, so that a rotated one counts at once and none is kept.
package struct ClusterSecrets: SecretReading {
    private let client: ClusterClient

    /// Makes a reader.
    package init(_ client: ClusterClient) {
        self.client = client
    }

    package func secret(_ key: ObjectKey) async throws(KubeError) -> KubeObject {
        try await client.get(.secrets, key)
    }
}
