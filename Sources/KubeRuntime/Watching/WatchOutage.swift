internal import MeshBase
internal import Synchronization

/// Speaks once for all watches of a process that get no answer at the same time.
///
/// When the API server is away every watch fails, and the same would be told as often as there are watches.
public final class WatchOutage: Sendable {
    private struct State {
        /// When the first of them failed.
        var since = Duration.zero
        /// The stores whose watches got no answer since they were answered last.
        var failing: Set<String> = []
        /// After how many failures in a row of one watch the outage was told last; 0 where it was not.
        var told = 0
    }

    private let state = Mutex(State())

    /// Makes one that knows of no outage.
    public init() {}

    /// A watch got no answer, not for the first time in a row.
    ///
    /// - Parameters:
    ///   - store: the store that it fills.
    ///   - failures: how often in a row, counted from 1.
    ///   - now: the time.
    /// - Returns: how many watches get no answer, where that is to be told now; nil where it was told, or need not be yet.
    func failed(_ store: String, failures: Int, now: Duration) -> Int? {
        state.withLock { state in
            if state.failing.isEmpty { state.since = now }
            state.failing.insert(store)
            guard FailurePace.isTold(failures), failures > state.told else { return nil }
            state.told = failures
            return state.failing.count
        }
    }

    /// A watch was answered.
    ///
    /// - Returns: how long there was no answer, and how many watches got none, where the end is to be told; nil where nothing was told, or
    ///   somebody told it already.
    func answered(_ store: String, now: Duration) -> (lasted: Duration, watches: Int)? {
        state.withLock { state in
            let count = state.failing.count
            guard state.failing.remove(store) != nil, state.told > 0 else { return nil }
            state.told = 0
            return (now - state.since, count)
        }
    }
}
