/// The body of a request, arriving piece by piece.
///
/// It can be iterated or collected once. Pieces are taken from the network only as fast as they are read here.
package struct RequestBody: Sendable, AsyncSequence {
    /// A piece of the body; never empty.
    package typealias Element = [UInt8]

    private enum Source: Sendable {
        case ready([UInt8])
        case pipe(BodyPipe, beforeFirstRead: @Sendable () async -> Void)
    }

    private let source: Source

    /// Makes a body that is here already.
    package init(_ bytes: [UInt8]) {
        self.source = .ready(bytes)
    }

    init(pipe: BodyPipe, beforeFirstRead: @escaping @Sendable () async -> Void) {
        self.source = .pipe(pipe, beforeFirstRead: beforeFirstRead)
    }

    /// Starts reading.
    ///
    /// A second iteration of a body from the network throws ``HTTPServingError/Code/bodyConsumed``.
    package func makeAsyncIterator() -> Iterator {
        switch source {
        case .ready(let bytes): Iterator(rest: bytes.isEmpty ? nil : bytes, pipe: nil) {}
        case .pipe(let pipe, let beforeFirstRead): Iterator(rest: nil, pipe: pipe, beforeFirstRead)
        }
    }

    /// Reads the body to its end.
    ///
    /// - Parameter limit: The number of bytes above which reading stops with ``HTTPServingError/Code/bodyTooLarge``.
    /// - Returns: The whole body.
    /// - Throws: ``HTTPServingError`` when the body is too long, cut off, or was read before.
    package func collect(upTo limit: Int) async throws(HTTPServingError) -> [UInt8] {
        if case .ready(let bytes) = source {
            guard bytes.count <= limit else { throw HTTPServingError.tooLarge(limit) }
            return bytes
        }
        var whole: [UInt8] = []
        var iterator = makeAsyncIterator()
        while let piece = try await iterator.next(isolation: nil) {
            guard whole.count + piece.count <= limit else { throw HTTPServingError.tooLarge(limit) }
            whole += piece
        }
        return whole
    }

    /// Hands out the pieces.
    package struct Iterator: AsyncIteratorProtocol {
        private var rest: [UInt8]?
        private let pipe: BodyPipe?
        private var beforeFirstRead: (@Sendable () async -> Void)?

        init(rest: [UInt8]?, pipe: BodyPipe?, _ beforeFirstRead: @escaping @Sendable () async -> Void) {
            self.rest = rest
            self.pipe = pipe
            self.beforeFirstRead = beforeFirstRead
        }

        /// The next piece, nil at the end.
        package mutating func next() async throws -> [UInt8]? {
            try await next(isolation: nil)
        }

        /// The next piece, nil at the end; throws when the client goes away or sends more than the server's limit.
        package mutating func next(isolation actor: isolated (any Actor)?) async throws(HTTPServingError) -> [UInt8]? {
            guard let pipe else {
                defer { rest = nil }
                return rest
            }
            if let start = beforeFirstRead {
                beforeFirstRead = nil
                try pipe.claim()
                await start()
            }
            return try await pipe.next()
        }
    }
}

extension HTTPServingError {
    static func tooLarge(_ limit: Int) -> HTTPServingError {
        HTTPServingError(.bodyTooLarge, "the request body is longer than \(limit) bytes; send less")
    }
}
