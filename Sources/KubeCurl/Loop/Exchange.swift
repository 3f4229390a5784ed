internal import KubeClient
internal import Synchronization

/// One request between the task that waits for its answer and the loop that gets it.
final class Exchange: Sendable {
    typealias Answer = Result<HTTPResponse, TransportError>

    fileprivate enum State {
        /// Nobody waits yet. Can transition to `waiting`, `settled`.
        case new
        /// Can transition to `settled`.
        case waiting(CheckedContinuation<Answer, Never>)
        /// An answer came before anybody waited for it. Can transition to `settled`.
        case early(Answer)
        /// Over.
        case settled
    }

    static let closed = TransportError(.closed, "the transport has stopped")
    static let cancelled = TransportError(.cancelled, "the request was cancelled")

    let id: Int
    let plan: TransferPlan
    private let inbox: Inbox
    private let state = Mutex(State.new)

    init(_ plan: TransferPlan, inbox: Inbox) {
        self.id = inbox.newID()
        self.plan = plan
        self.inbox = inbox
    }

    /// Has the loop send the request and waits for the head of its answer; cancelling aborts the transfer.
    func answer() async throws(TransportError) -> HTTPResponse {
        guard inbox.post(.start(self)) else { throw Self.closed }
        let answer = await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in
                let early = state.withLock { $0.wait(waiter) }
                if let early { waiter.resume(returning: early) }
            }
        } onCancel: {
            if settle(.failure(Self.cancelled)) { _ = inbox.post(.abort(id)) }
        }
        return try answer.get()
    }

    /// Gives the answer; false when there was one before, or the caller has gone.
    func settle(_ answer: Answer) -> Bool {
        let (isFirst, waiter) = state.withLock { $0.settle(answer) }
        waiter?.resume(returning: answer)
        return isFirst
    }

    /// Whether nobody waits any more.
    var isOver: Bool {
        state.withLock { state in
            switch state {
            case .new, .waiting: false
            case .early, .settled: true
            }
        }
    }
}

extension Exchange.State {
    fileprivate mutating func wait(_ waiter: CheckedContinuation<Exchange.Answer, Never>) -> Exchange.Answer? {
        switch self {
        case .new:
            self = .waiting(waiter)
            return nil
        case .early(let answer):
            self = .settled
            return answer
        case .waiting, .settled:
            return .failure(Exchange.closed)
        }
    }

    fileprivate mutating func settle(
        _ answer: Exchange.Answer
    ) -> (isFirst: Bool, waiter: CheckedContinuation<Exchange.Answer, Never>?) {
        switch self {
        case .new:
            self = .early(answer)
            return (true, nil)
        case .waiting(let waiter):
            self = .settled
            return (true, waiter)
        case .early, .settled:
            return (false, nil)
        }
    }
}
