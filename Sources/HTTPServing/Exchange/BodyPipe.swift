internal import Synchronization

/// Carries the pieces of one request body from the connection to the handler, one piece at a time.
///
/// One task sends, one receives. The sender waits until the receiver has taken the piece before, which is what slows the
/// network down; after ``discard()`` it no longer waits and pieces are dropped.
final class BodyPipe: Sendable {
    /// What became of a piece.
    enum Delivery: Equatable {
        case taken
        case dropped
    }

    private typealias Receiver = CheckedContinuation<Result<[UInt8]?, HTTPServingError>, Never>

    private struct State {
        var piece: [UInt8]?
        var ending: Result<Void, HTTPServingError>?
        var isDiscarding = false
        var isClaimed = false
        var receiver: Receiver?
        var sender: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    /// Marks the body as being read; throws at the second call.
    func claim() throws(HTTPServingError) {
        let isFirst = state.withLock { state in
            defer { state.isClaimed = true }
            return !state.isClaimed
        }
        guard isFirst else { throw HTTPServingError(.bodyConsumed, "the request body has been read before; keep it") }
    }

    /// Hands over one piece and waits until it was taken, was dropped, or the task was cancelled.
    func send(_ piece: [UInt8]) async -> Delivery {
        guard !piece.isEmpty else { return .taken }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { (sender: CheckedContinuation<Void, Never>) in
                let wake: (receiver: Receiver?, sender: CheckedContinuation<Void, Never>?) = state.withLock { state in
                    if state.isDiscarding { return (nil, sender) }
                    if let receiver = state.receiver {
                        state.receiver = nil
                        return (receiver, sender)
                    }
                    state.piece = piece
                    state.sender = sender
                    return (nil, nil)
                }
                wake.receiver?.resume(returning: .success(piece))
                wake.sender?.resume()
            }
            return state.withLock { $0.isDiscarding } ? .dropped : .taken
        } onCancel: {
            discard()
        }
    }

    /// Ends the body, whole or broken off by `error`; only the first call counts.
    func finish(_ error: HTTPServingError? = nil) {
        let ending: Result<Void, HTTPServingError> = error.map { .failure($0) } ?? .success(())
        let receiver = state.withLock { state -> Receiver? in
            guard state.ending == nil else { return nil }
            state.ending = ending
            defer { state.receiver = nil }
            return state.receiver
        }
        receiver?.resume(returning: ending.map { nil })
    }

    /// Drops what is waiting and all that is still to come: the handler has answered, and nobody reads any more.
    func discard() {
        let (receiver, sender) = state.withLock { state in
            state.isDiscarding = true
            state.piece = nil
            defer {
                state.receiver = nil
                state.sender = nil
            }
            return (state.receiver, state.sender)
        }
        receiver?.resume(returning: .failure(Self.gone))
        sender?.resume()
    }

    /// The next piece, nil at the end of the body.
    func next() async throws(HTTPServingError) -> [UInt8]? {
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { (receiver: Receiver) in
                let (answer, sender) = state.withLock { state in Self.take(&state, receiver) }
                sender?.resume()
                if let answer { receiver.resume(returning: answer) }
            }
        } onCancel: {
            discard()
        }
        return try result.get()
    }

    private static let gone = HTTPServingError(.disconnected, "the request body ended early; the client has gone")

    private static func take(
        _ state: inout State,
        _ receiver: Receiver
    ) -> (Result<[UInt8]?, HTTPServingError>?, CheckedContinuation<Void, Never>?) {
        if let piece = state.piece {
            let sender = state.sender
            state.piece = nil
            state.sender = nil
            return (.success(piece), sender)
        }
        if let ending = state.ending { return (ending.map { nil }, nil) }
        if state.isDiscarding { return (.failure(gone), nil) }
        state.receiver = receiver
        return (nil, nil)
    }
}
