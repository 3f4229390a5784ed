/// Chunks of a body, pulled one by one by a single reader.
package struct ByteStream: AsyncSequence, Sendable {
    /// One chunk.
    package typealias Element = [UInt8]

    private let pull: @Sendable () async -> [UInt8]?

    /// Makes a stream of a function that waits for the next chunk and returns nil at the end.
    package init(_ pull: @escaping @Sendable () async -> [UInt8]?) {
        self.pull = pull
    }

    /// Reads the chunks.
    package struct Iterator: AsyncIteratorProtocol {
        let pull: @Sendable () async -> [UInt8]?

        /// Waits for the next chunk; nil at the end.
        package mutating func next() async -> [UInt8]? { await pull() }
    }

    /// Begins to read.
    package func makeAsyncIterator() -> Iterator { Iterator(pull: pull) }
}
