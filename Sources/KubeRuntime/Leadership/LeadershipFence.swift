public import MeshBase
internal import Synchronization

/// Says whether this process may write now, checked before each write.
///
/// The fence is open only while leadership is provable by the own clock, so that a leader that was paused, or whose renewals
/// hang, stops writing before another one can start, whether or not anybody has told it.
public final class LeadershipFence: Sendable {
    private struct State {
        var opensUntil: Duration?
        var margin = Duration.zero
    }

    private let time: MonotonicTime
    private let state = Mutex(State())

    /// Makes a fence that is shut.
    public init(time: MonotonicTime) {
        self.time = time
    }

    /// Whether a write may begin now.
    public var isOpen: Bool {
        let now = time.now
        return state.withLock { $0.opensUntil.map { now < $0 } ?? false }
    }

    /// Returns how long a write that begins now may take before another leader could have started.
    ///
    /// - Throws: ``LeadershipError`` with code `notLeading` when no write may begin.
    public func check() throws(LeadershipError) -> Duration {
        let now = time.now
        let left = state.withLock { state -> Duration? in
            guard let until = state.opensUntil, now < until else { return nil }
            return until + state.margin - now
        }
        guard let left else {
            throw LeadershipError(
                .notLeading,
                "write refused: this process does not provably hold the lease; the leader will do it"
            )
        }
        return left
    }

    /// Opens the fence until `deadline`, or shuts it with nil; writes may last for `margin` longer.
    func open(until deadline: Duration?, margin: Duration) {
        state.withLock { $0 = State(opensUntil: deadline, margin: margin) }
    }
}

/// What can go wrong with leadership.
public struct LeadershipError: CodedFailure {
    /// The kinds of error.
    public enum Code: String, ErrorCode {
        /// A write was tried while leadership was not provable.
        case notLeading = "NotLeading"
        /// Leadership ended while there was work to do.
        case lost = "LeadershipLost"

        /// Waiting: somebody else does the work, or this process will again after it has won the lease anew.
        public var retryClass: RetryClass { .waiting }
    }

    /// What went wrong.
    public let code: Code
    /// What happened and what follows.
    public let message: String
    /// The error underneath.
    public let cause: (any Error)?

    /// Makes an error.
    public init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }
}
