internal import Synchronization

/// Carries the pieces of a body from one writer to one reader and holds at most about `capacity` bytes.
///
/// The writer either offers without waiting (``offer(_:)``) and goes on when `onRoom` is called, or waits with ``write(_:)``.
/// The reader is ``body``; when its last copy goes away before the end, `onAbandon` is called once and later offers are
/// refused. Callbacks run outside the lock, on whatever thread made them due.
public final class HTTPBodyPipe: Sendable {
    /// What became of an offered piece.
    public enum Offer: Sendable, Hashable {
        /// Taken, and there is room for more.
        case taken
        /// Taken, and the pipe is now full: wait for `onRoom` before offering more.
        case takenAndFull
        /// Not taken: nobody reads any more, or the pipe was finished.
        case refused
    }

    fileprivate typealias Waiter = CheckedContinuation<Void, Never>

    fileprivate struct State {
        var pieces: [[UInt8]] = []
        var head = 0
        var buffered = 0
        var isFull = false
        var isAbandoned = false
        var ending: Ending?
        var readers: [Int: Waiter] = [:]
        var writers: [Int: Waiter] = [:]
        var nextWaiter = 0
    }

    fileprivate struct Ending {
        var error: TransportError?
    }

    private let state = Mutex(State())
    private let capacity: Int
    private let onRoom: @Sendable () -> Void
    private let onAbandon: @Sendable () -> Void

    /// Makes a pipe; it is full while at least `capacity` bytes wait.
    public init(
        capacity: Int = 256 * 1024,
        onRoom: @escaping @Sendable () -> Void = {},
        onAbandon: @escaping @Sendable () -> Void = {}
    ) {
        self.capacity = Swift.max(capacity, 1)
        self.onRoom = onRoom
        self.onAbandon = onAbandon
    }

    /// Makes the reader's end, once: the pipe counts as abandoned when it and its copies are gone.
    public var body: HTTPBody {
        let end = ReadingEnd(self)
        return HTTPBody { () async throws(TransportError) -> [UInt8]? in try await end.pipe.next() }
    }

    /// The number of bytes that wait for the reader.
    public var bufferedBytes: Int { state.withLock { $0.buffered } }

    /// Hands over a piece without waiting; an empty one changes nothing.
    public func offer(_ piece: [UInt8]) -> Offer {
        let (result, waiters) = state.withLock { state -> (Offer, [Waiter]) in
            guard state.ending == nil, !state.isAbandoned else { return (.refused, []) }
            guard !piece.isEmpty else { return (state.isFull ? .takenAndFull : .taken, []) }
            state.pieces.append(piece)
            state.buffered += piece.count
            state.isFull = state.buffered >= capacity
            return (state.isFull ? .takenAndFull : .taken, state.takeReaders())
        }
        for waiter in waiters { waiter.resume() }
        return result
    }

    /// Hands over a piece, first waiting while the pipe is full; throws code `cancelled` when the reader or the task is gone.
    public func write(_ piece: [UInt8]) async throws(TransportError) {
        while state.withLock({ $0.mustWait(.writer) }) {
            if Task.isCancelled { throw TransportError(.cancelled, "the writer of the body was cancelled") }
            await wait(as: .writer)
        }
        if offer(piece) == .refused { throw TransportError(.cancelled, "nobody reads the body any more") }
    }

    /// Ends the body, with an error or well; only the first call counts.
    public func finish(_ error: TransportError? = nil) {
        let waiters = state.withLock { state -> [Waiter] in
            guard state.ending == nil else { return [] }
            state.ending = Ending(error: error)
            return state.takeReaders() + state.takeWriters()
        }
        for waiter in waiters { waiter.resume() }
    }

    private func next() async throws(TransportError) -> [UInt8]? {
        while true {
            let step = state.withLock { $0.takePiece(capacity: capacity) }
            switch step {
            case .piece(let piece, let writers, let hasRoomAgain):
                for writer in writers { writer.resume() }
                if hasRoomAgain { onRoom() }
                return piece
            case .ended(nil): return nil
            case .ended(let error?): throw error
            case .wait:
                if Task.isCancelled { throw TransportError(.cancelled, "the reader of the body was cancelled") }
                await wait(as: .reader)
            }
        }
    }

    fileprivate enum Side {
        case reader
        case writer
    }

    /// Waits until woken, unless the reason is gone already; returns early when the task is cancelled.
    private func wait(as side: Side) async {
        let id = state.withLock { state in
            state.nextWaiter &+= 1
            return state.nextWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { (waiter: Waiter) in
                let isParked = state.withLock { $0.park(waiter, id, as: side) }
                if !isParked { waiter.resume() }
            }
        } onCancel: {
            let waiter = state.withLock { $0.unpark(id) }
            waiter?.resume()
        }
    }

    fileprivate func abandon() {
        let (isNews, waiters) = state.withLock { state -> (Bool, [Waiter]) in
            guard !state.isAbandoned else { return (false, []) }
            state.isAbandoned = true
            state.pieces = []
            state.head = 0
            state.buffered = 0
            return (state.ending == nil, state.takeWriters())
        }
        for waiter in waiters { waiter.resume() }
        if isNews { onAbandon() }
    }

    /// Its end of life says that nobody can read any more.
    private final class ReadingEnd: Sendable {
        let pipe: HTTPBodyPipe
        init(_ pipe: HTTPBodyPipe) { self.pipe = pipe }
        deinit { pipe.abandon() }
    }
}

extension HTTPBodyPipe.State {
    enum Step {
        case piece([UInt8], writers: [CheckedContinuation<Void, Never>], hasRoomAgain: Bool)
        case ended(TransportError?)
        case wait
    }

    func mustWait(_ side: HTTPBodyPipe.Side) -> Bool {
        switch side {
        case .reader: pieces.isEmpty && ending == nil
        case .writer: isFull && !isAbandoned && ending == nil
        }
    }

    /// Keeps the waiter to be woken later; false when there is nothing to wait for.
    mutating func park(_ waiter: CheckedContinuation<Void, Never>, _ id: Int, as side: HTTPBodyPipe.Side) -> Bool {
        guard mustWait(side), !Task.isCancelled else { return false }
        switch side {
        case .reader: readers[id] = waiter
        case .writer: writers[id] = waiter
        }
        return true
    }

    mutating func unpark(_ id: Int) -> CheckedContinuation<Void, Never>? {
        readers.removeValue(forKey: id) ?? writers.removeValue(forKey: id)
    }

    mutating func takePiece(capacity: Int) -> Step {
        guard head < pieces.count else {
            return ending.map { .ended($0.error) } ?? .wait
        }
        let piece = pieces[head]
        pieces[head] = []
        head += 1
        if head == pieces.count {
            pieces.removeAll(keepingCapacity: true)
            head = 0
        } else if head >= 64, head * 2 > pieces.count {
            pieces.removeFirst(head)
            head = 0
        }
        buffered -= piece.count
        // Half empty, not just below full: the writer is then worth waking.
        guard isFull, buffered <= capacity / 2 else { return .piece(piece, writers: [], hasRoomAgain: false) }
        isFull = false
        return .piece(piece, writers: takeWriters(), hasRoomAgain: true)
    }

    mutating func takeReaders() -> [CheckedContinuation<Void, Never>] {
        defer { readers = [:] }
        return Array(readers.values)
    }

    mutating func takeWriters() -> [CheckedContinuation<Void, Never>] {
        defer { writers = [:] }
        return Array(writers.values)
    }
}
