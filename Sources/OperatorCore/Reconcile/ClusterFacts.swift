internal import DataTree
package import KubeClient
package import KubeRuntime
internal import Synchronization

/// What is true of the cluster as a whole; asked for rarely and kept.
package final class ClusterFacts: Sendable {
    private struct Known: Sendable {
        let version: String
        let since: Duration
    }

    /// How long an answer counts.
    private static let freshness = Duration.seconds(1_800)

    private let client: ClusterClient
    private let time: MonotonicTime
    private let known = Mutex<Known?>(nil)

    /// Makes facts that ask `client` when needed.
    package init(client: ClusterClient, time: MonotonicTime) {
        self.client = client
        self.time = time
    }

    /// The version that was told last, however long ago; nil where none was.
    package var knownVersion: String? { known.withLock { $0?.version } }

    /// The API server's version, such as `v1.33.1`; nil when it does not tell.
    package func kubernetesVersion() async throws(KubeError) -> String? {
        let now = time.now
        if let known = known.withLock({ $0 }), now - known.since < Self.freshness { return known.version }
        let answer = try await client.tree(HTTPRequest(.get, "/version"))
        guard let version = answer["gitVersion"]?.string else { return nil }
        known.withLock { $0 = Known(version: version, since: now) }
        return version
    }
}
