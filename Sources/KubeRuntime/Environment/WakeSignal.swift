internal import Synchronization

/// Wakes one waiting task; signals sent while nobody waits are remembered once.
final class WakeSignal: Sendable {
    private struct State {
        var isPending = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    /// Wakes the waiter, or lets the next ``wait()`` return at once.
    func send() {
        let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard let waiter = state.waiter else {
                state.isPending = true
                return nil
            }
            state.waiter = nil
            return waiter
        }
        waiter?.resume()
    }

    /// Returns when a signal was sent since the last return, or when the task is cancelled.
    ///
    /// One task may wait at a time; a second one displaces the first, which returns.
    func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let displaced = state.withLock { state -> CheckedContinuation<Void, Never>? in
                    if state.isPending || Task.isCancelled {
                        state.isPending = false
                        return continuation
                    }
                    let earlier = state.waiter
                    state.waiter = continuation
                    return earlier
                }
                displaced?.resume()
            }
        } onCancel: {
            send()
        }
    }

    /// Returns when a signal arrives, when `deadline` is reached (nil: never) or when the task is cancelled.
    func wait(until deadline: Duration?, on time: MonotonicTime) async {
        guard let deadline else {
            await wait()
            return
        }
        guard deadline > time.now else { return }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await time.sleep(until: deadline) }
            group.addTask { await self.wait() }
            await group.next()
            group.cancelAll()
        }
    }
}
