internal import CCurl
internal import KubeClient
internal import Synchronization

/// What other threads want of the loop, and whether it lives.
final class Inbox: Sendable {
    /// One wish.
    enum Command: Sendable {
        /// Begin a transfer.
        case start(Exchange)
        /// Nobody waits for this transfer any more.
        case abort(Int)
        /// The reader of this transfer's body has room again.
        case resume(Int)
    }

    fileprivate enum Phase {
        /// Not begun; commands wait. Can transition to `running`, `ended`.
        case idle
        /// Can transition to `ended`.
        case running
        /// Commands are refused.
        case ended
    }

    fileprivate struct State {
        var phase = Phase.idle
        var isStopping = false
        var commands: [Command] = []
        /// The address of libcurl's multi handle while the loop runs; 0 otherwise.
        var multi: UInt = 0
        var nextID = 0
        var statistics = TransportStatistics()
    }

    private let state = Mutex(State())

    var statistics: TransportStatistics { state.withLock { $0.statistics } }

    func count(_ change: (inout TransportStatistics) -> Void) { state.withLock { change(&$0.statistics) } }

    func newID() -> Int {
        state.withLock { state in
            state.nextID &+= 1
            return state.nextID
        }
    }

    /// Claims the loop; false when it was claimed before.
    func begin() -> Bool {
        state.withLock { state in
            guard case .idle = state.phase else { return false }
            state.phase = .running
            return true
        }
    }

    /// Leaves a command and wakes the loop; false when it has ended.
    func post(_ command: Command) -> Bool {
        state.withLock { state in
            if case .ended = state.phase { return false }
            state.commands.append(command)
            state.wake()
            return true
        }
    }

    func stop() {
        state.withLock { state in
            state.isStopping = true
            state.wake()
        }
    }

    /// The commands left since the last call, and whether the loop is to stop.
    func take() -> (commands: [Command], isStopping: Bool) {
        state.withLock { state in
            defer { state.commands.removeAll(keepingCapacity: true) }
            return (state.commands, state.isStopping)
        }
    }

    /// Names the handle to wake; 0 before it is freed.
    func attach(_ multi: UInt) { state.withLock { $0.multi = multi } }

    /// Refuses commands from now on, and answers those left that their transfers will not be.
    func end() {
        let commands = state.withLock { state in
            state.phase = .ended
            state.multi = 0
            defer { state.commands = [] }
            return state.commands
        }
        for case .start(let exchange) in commands { _ = exchange.settle(.failure(Exchange.closed)) }
    }
}

extension Inbox.State {
    /// Under the lock, so that the handle cannot be freed meanwhile; libcurl allows this call from any thread.
    fileprivate func wake() {
        guard let handle = unsafe UnsafeMutableRawPointer(bitPattern: multi) else { return }
        _ = unsafe curl_multi_wakeup(handle)
    }
}
