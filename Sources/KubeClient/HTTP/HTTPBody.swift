/// A body as pieces of bytes in order.
///
/// May be read once: a second iteration, or a copy's, goes on where the first stopped. Dropping the last copy before the end
/// tells the source to stop.
public struct HTTPBody: AsyncSequence, Sendable {
    /// One piece, never empty.
    public typealias Element = [UInt8]
    /// What ends a body early.
    public typealias Failure = TransportError

    private let pull: @Sendable () async throws(TransportError) -> [UInt8]?

    /// Makes a body of a function that gives the next piece, nil at the end.
    ///
    /// The function is never called twice at the same time by one reader. It should throw code `cancelled` when its task is
    /// cancelled while it waits.
    public init(_ pull: @escaping @Sendable () async throws(TransportError) -> [UInt8]?) {
        self.pull = pull
    }

    /// Makes a body of bytes in memory.
    public init(_ bytes: [UInt8]) {
        self = HTTPBody(pieces: bytes.isEmpty ? [] : [bytes])
    }

    /// Makes a body of given pieces, then fails with `error` if there is one.
    public init(pieces: [[UInt8]], error: TransportError? = nil) {
        let pipe = HTTPBodyPipe(capacity: .max)
        for piece in pieces { _ = pipe.offer(piece) }
        pipe.finish(error)
        self = pipe.body
    }

    /// A body without bytes.
    public static var empty: HTTPBody { HTTPBody([UInt8]()) }

    /// Reads the pieces one by one.
    public struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate let pull: @Sendable () async throws(TransportError) -> [UInt8]?

        /// The next piece, nil at the end.
        public mutating func next() async throws(TransportError) -> [UInt8]? {
            try await pull()
        }

        /// The next piece, nil at the end.
        public mutating func next(isolation actor: isolated (any Actor)?) async throws(TransportError) -> [UInt8]? {
            try await pull()
        }
    }

    /// Starts or goes on reading.
    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(pull: pull) }

    /// Reads to the end; throws code `bodyTooLarge` as soon as more than `limit` bytes came.
    public func collect(limit: Int) async throws(TransportError) -> [UInt8] {
        var all: [UInt8] = []
        while let piece = try await pull() {
            guard piece.count <= limit - all.count else {
                throw TransportError(
                    .bodyTooLarge,
                    "the answer is longer than \(limit) bytes; ask for less or raise the limit"
                )
            }
            all += piece
        }
        return all
    }

    /// Reads a short rest that nobody wants, so that its connection can serve again; gives up a long one.
    public func discard() async {
        _ = try? await collect(limit: 64 * 1024)
    }
}
