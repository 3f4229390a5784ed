package import MeshBase

/// What an API server is told about its surroundings.
package struct APIServerConfiguration: Sendable {
    /// The time of day.
    package var now: @Sendable () -> Timestamp
    /// Random bits, for identifiers and generated names.
    package var random: RandomSource
    /// What the server asks of its surroundings.
    package var hooks = APIServerHooks()
    /// The version that `/version` tells, without `v`.
    package var version = "1.36.0"
    /// Host and port that discovery tells clients.
    package var serverAddress: @Sendable () -> String = { "127.0.0.1:6443" }
    /// The largest body taken, in bytes (kube-apiserver's default).
    package var bodyLimit = 3 << 20
    /// Seconds between bookmarks of a watch.
    package var bookmarkSeconds = 60
    /// Seconds after which a watch without `timeoutSeconds` ends.
    package var watchSeconds = 1800
    /// Whether namespaced objects need an existing namespace.
    package var checksNamespaces = true

    /// Makes a configuration with the usual limits.
    package init(now: @escaping @Sendable () -> Timestamp, random: RandomSource = .system) {
        self.now = now
        self.random = random
    }
}
