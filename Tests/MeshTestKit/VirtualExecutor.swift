internal import Dispatch
internal import Synchronization

/// Runs jobs one at a time and tells who asks when none is left to run.
final class VirtualExecutor: TaskExecutor, Sendable {
    private struct State {
        var pending = 0
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let queue = DispatchQueue(label: "virtual-time")
    private let state = Mutex(State())

    func enqueue(_ job: consuming ExecutorJob) {
        let unowned = UnownedJob(job)
        state.withLock { $0.pending += 1 }
        queue.async { [self] in
            unowned.runSynchronously(on: asUnownedTaskExecutor())
            let waiter: CheckedContinuation<Void, Never>? = state.withLock { state in
                state.pending -= 1
                guard state.pending == 0, !state.waiters.isEmpty else { return nil }
                return state.waiters.removeFirst()
            }
            waiter?.resume()
        }
    }

    /// Returns once no other job is left to run.
    func idle() async {
        await withCheckedContinuation { continuation in
            let isIdle = state.withLock { state in
                guard state.pending > 0 else { return true }
                state.waiters.append(continuation)
                return false
            }
            if isIdle { continuation.resume() }
        }
    }
}
