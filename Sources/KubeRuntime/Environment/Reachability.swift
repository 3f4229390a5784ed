public import KubeClient
internal import MeshBase
internal import Synchronization

/// Knows whether the API server answers, and tells those who wait after failures when it does so again.
///
/// Everybody who got no answer waits on his own, longer and longer, so that a server in trouble is left alone. Once any one of
/// them is answered, the others need not wait any longer. An outage is a time of failures without one answer in between, at least
/// ``shortestOutage`` long; its end is told once within ``quietTime``. So a single request that always fails does not get the
/// rest going. Who fails right after the end of an outage has only now learned of it, and need not wait long either.
public final class Reachability: Sendable {
    /// How long nobody must have been answered; shorter outages end before waits have grown.
    public static let shortestOutage = Duration.seconds(3)
    /// How long no further end of an outage is told.
    public static let quietTime = Duration.seconds(5)
    /// How long after an outage nobody waits longer than ``shortWait``.
    static let aftermath = Duration.seconds(5)
    /// The longest wait then.
    static let shortWait = Duration.seconds(1)
    /// Within what time those who wait come back, at random.
    static let spread = Duration.milliseconds(500)

    private struct State {
        /// When the first of the failures since the last answer was.
        var failingSince: Duration?
        var restoredAt: Duration?
        var listeners: [Int: @Sendable () -> Void] = [:]
        var nextID = 0
    }

    private let state = Mutex(State())
    private let time: MonotonicTime

    /// Makes one that knows of no outage.
    public init(time: MonotonicTime) {
        self.time = time
    }

    /// A request got no answer.
    public func failed() {
        let now = time.now
        state.withLock { $0.failingSince = $0.failingSince ?? now }
    }

    /// A request was answered: tells everybody if that ends an outage.
    public func answered() {
        let now = time.now
        let listeners = state.withLock { state -> [@Sendable () -> Void] in
            defer { state.failingSince = nil }
            let isQuiet = state.restoredAt.map { now - $0 < Self.quietTime } ?? false
            guard let since = state.failingSince, now - since >= Self.shortestOutage, !isQuiet else { return [] }
            state.restoredAt = now
            return Array(state.listeners.values)
        }
        for listener in listeners { listener() }
    }

    /// Has `listener` called at the end of each outage, on whatever thread noticed it, until the result is given to ``remove(_:)``.
    func add(_ listener: @escaping @Sendable () -> Void) -> Int {
        state.withLock { state in
            state.nextID += 1
            state.listeners[state.nextID] = listener
            return state.nextID
        }
    }

    /// Forgets a listener.
    func remove(_ id: Int) {
        _ = state.withLock { $0.listeners.removeValue(forKey: id) }
    }

    /// `wait`, or less right after an outage.
    func shortened(_ wait: Duration) -> Duration {
        let now = time.now
        let isRecent = state.withLock { $0.restoredAt.map { now - $0 < Self.aftermath } ?? false }
        return isRecent ? min(wait, Self.shortWait) : wait
    }

    /// Returns after `duration`, or soon after the end of an outage, or when the task is cancelled.
    func wait(atMost duration: Duration, random: RandomSource) async {
        let end = time.now + shortened(duration)
        let signal = WakeSignal()
        let id = add { signal.send() }
        defer { remove(id) }
        await signal.wait(until: end, on: time)
        try? await time.sleep(until: min(end, time.now + Self.spread * random.unit()))
    }

    /// Carries requests, and takes note of which of them are answered.
    public func observing(_ transport: any HTTPTransport) -> any HTTPTransport {
        ObservedTransport(inner: transport, reachability: self)
    }
}

/// Tells whether requests are answered at all; answers of proxies for a server they cannot reach do not count.
private struct ObservedTransport: HTTPTransport {
    let inner: any HTTPTransport
    let reachability: Reachability

    func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        do {
            let response = try await inner.send(request)
            if [502, 503, 504].contains(response.status) { reachability.failed() } else { reachability.answered() }
            return response
        } catch {
            switch error.code {
            case .connectionFailed, .connectionLost, .timedOut, .tlsFailed: reachability.failed()
            default: break
            }
            throw error
        }
    }
}
