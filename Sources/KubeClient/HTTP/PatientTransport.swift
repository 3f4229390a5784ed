public import MeshBase

/// Sends again what the server put off: answers 429, and 503 with a `Retry-After`, are waited out.
///
/// Other answers and every transport error pass unchanged, and so does the last refusal.
public struct PatientTransport: HTTPTransport {
    /// How often and how long to wait.
    public struct Patience: Sendable, Hashable {
        /// How many times a request is sent at most.
        public var attempts: Int
        /// A server that names a longer time is not waited for.
        public var longestWait: Duration
        /// The wait after a 429 that names no time.
        public var usualWait: Duration

        /// Makes limits.
        public init(attempts: Int = 4, longestWait: Duration = .seconds(30), usualWait: Duration = .seconds(1)) {
            self.attempts = attempts
            self.longestWait = longestWait
            self.usualWait = usualWait
        }
    }

    private let inner: any HTTPTransport
    private let clock: any Clock<Duration>
    private let now: WallClock?
    private let patience: Patience

    /// Makes a transport around another; `clock` measures the waits, `now` is what dates are held against that come alone.
    public init(
        _ inner: any HTTPTransport,
        clock: any Clock<Duration>,
        now: WallClock? = nil,
        patience: Patience = Patience()
    ) {
        self.inner = inner
        self.clock = clock
        self.now = now
        self.patience = patience
    }

    /// Sends, waits and sends again as ``Patience`` allows; cancelling ends the wait.
    public func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        var attempt = 1
        while true {
            let response = try await inner.send(request)
            guard attempt < patience.attempts, let wait = wait(for: response) else { return response }
            attempt += 1
            await response.body.discard()
            do {
                try await clock.sleep(for: wait)
            } catch {
                throw TransportError(.cancelled, "cancelled while waiting for the server to accept requests again")
            }
        }
    }

    private func wait(for response: HTTPResponse) -> Duration? {
        let named = RetryAfter.wait(response.headers, now: now?())
        let wait: Duration
        switch response.status {
        case 429: wait = named ?? patience.usualWait
        case 503:
            guard let named else { return nil }
            wait = named
        default: return nil
        }
        return wait <= patience.longestWait ? wait : nil
    }
}
