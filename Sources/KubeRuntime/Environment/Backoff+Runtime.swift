public import MeshBase

extension Backoff {
    /// The waits of Kubernetes work queues: 5 ms doubling up to 5 min, a tenth of it random.
    public static let reconcile = Backoff(initial: .milliseconds(5), maximum: .seconds(300), jitter: 0.1)
    /// The waits after a conflict, 50 ms doubling up to 5 s: reading again soon is enough.
    public static let conflict = Backoff(initial: .milliseconds(50), maximum: .seconds(5), jitter: 0.5)
    /// The waits after connections that could not be made: 200 ms doubling up to 3 s, half of it random.
    ///
    /// A server that is not there is not kept from its work.
    public static let reconnect = Backoff(initial: .milliseconds(200), maximum: .seconds(3), jitter: 0.5)
    /// The waits of watches on a failing API server: 800 ms doubling up to 30 s, half of it random.
    public static let watch = Backoff(initial: .milliseconds(800), maximum: .seconds(30), jitter: 0.5)
    /// The waits between looks for a kind that is not served: 5 s doubling up to 5 min, half of it random.
    ///
    /// Its definition, once seen, ends a wait (``KindArrivals``).
    public static let absence = Backoff(initial: .seconds(5), maximum: .seconds(300), jitter: 0.5)
}
