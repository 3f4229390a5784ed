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
    private let asking = Mutex(Asking())

    /// Who asks, and who waits for the answer.
    private struct Asking: Sendable {
        var isUnderWay = false
        var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
        var lastWaiter = 0
    }

    /// Makes facts that ask `client` when needed.
    package init(client: ClusterClient, time: MonotonicTime) {
        self.client = client
        self.time = time
    }

    /// The version that was told last, however long ago; nil where none was.
    package var knownVersion: String? { known.withLock { $0?.version } }

    /// The API server's version, such as `v1.33.1`; nil when it does not tell.
    ///
    /// Asked once for all who want to know at the same time; who asks after a failure tries again.
    package func kubernetesVersion() async throws(KubeError) -> String? {
        var isMine = false
        while !isMine, !Task.isCancelled {
            if let known = known.withLock({ $0 }), time.now - known.since < Self.freshness { return known.version }
            isMine = await isMyTurn()
        }
        defer { if isMine { ended() } }
        let now = time.now
        let answer = try await client.tree(HTTPRequest(.get, "/version"))
        guard let version = answer["gitVersion"]?.string else { return nil }
        known.withLock { $0 = Known(version: version, since: now) }
        return version
    }

    /// Whether to ask; waits for whoever asks already, and then it is to be looked again.
    private func isMyTurn() async -> Bool {
        let waiter = asking.withLock { asking -> Int? in
            guard asking.isUnderWay else {
                asking.isUnderWay = true
                return nil
            }
            asking.lastWaiter += 1
            return asking.lastWaiter
        }
        guard let waiter else { return true }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = asking.withLock { asking in
                    guard asking.isUnderWay, !Task.isCancelled else { return true }
                    asking.waiting[waiter] = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            asking.withLock { $0.waiting.removeValue(forKey: waiter) }?.resume()
        }
        return false
    }

    private func ended() {
        let waiting = asking.withLock { asking in
            defer { asking = Asking(lastWaiter: asking.lastWaiter) }
            return asking.waiting.values.map(\.self)
        }
        for waiter in waiting { waiter.resume() }
    }
}
