internal import KubeAPI
internal import MeshBase
internal import Synchronization

/// Wakes those who wait for a kind that no API server served so far, once somebody sees its definition.
///
/// Asking again and again would cost requests for as long as a cluster does without the kind; whoever watches
/// CustomResourceDefinitions anyway tells it here.
public final class KindArrivals: Sendable {
    private struct State {
        var waiting: [Int: (name: String, signal: WakeSignal)] = [:]
        /// How often each definition was seen.
        var counts: [String: Int] = [:]
        var nextID = 0
    }

    private let state = Mutex(State())

    /// Makes one that nobody waits at.
    public init() {}

    /// Tells that the definition called `name` (`<plural>.<group>`) was seen, new or changed.
    public func arrived(_ name: String) {
        let signals = state.withLock { state in
            state.counts[name, default: 0] += 1
            return state.waiting.values.filter { $0.name == name }.map(\.signal)
        }
        for signal in signals { signal.send() }
    }

    /// How often the definition of `resource` was seen: to be asked before the server is, for ``wait(for:since:atMost:on:)``.
    func count(of resource: APIResource) -> Int { state.withLock { $0.counts[resource.qualifiedName] ?? 0 } }

    /// Waits until the definition of a kind is seen once more than it was.
    ///
    /// - Parameters:
    ///   - resource: the kind.
    ///   - count: how often it had been seen before the server said that it does not serve the kind; what was seen in between counts.
    ///   - duration: the longest wait.
    ///   - time: the clock.
    /// - Returns: whether it was seen; false also when the task is cancelled.
    func wait(
        for resource: APIResource,
        since count: Int,
        atMost duration: Duration,
        on time: MonotonicTime
    ) async -> Bool {
        let signal = WakeSignal()
        let id = state.withLock { state in
            if state.counts[resource.qualifiedName] ?? 0 != count { signal.send() }
            state.nextID += 1
            state.waiting[state.nextID] = (resource.qualifiedName, signal)
            return state.nextID
        }
        defer { _ = state.withLock { $0.waiting.removeValue(forKey: id) } }
        let end = time.now + duration
        await signal.wait(until: end, on: time)
        return !Task.isCancelled && time.now < end
    }
}
