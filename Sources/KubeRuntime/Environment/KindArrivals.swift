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
        var nextID = 0
    }

    private let state = Mutex(State())

    /// Makes one that nobody waits at.
    public init() {}

    /// Tells that the definition called `name` (`<plural>.<group>`) was seen, new or changed.
    public func arrived(_ name: String) {
        let signals = state.withLock { state in state.waiting.values.filter { $0.name == name }.map(\.signal) }
        for signal in signals { signal.send() }
    }

    /// Returns whether `resource` arrived within `duration`; false also when the task is cancelled.
    func wait(for resource: APIResource, atMost duration: Duration, on time: MonotonicTime) async -> Bool {
        let signal = WakeSignal()
        let id = state.withLock { state in
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
