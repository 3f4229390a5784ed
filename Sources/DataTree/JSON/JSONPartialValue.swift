/// One value whose bytes are still coming in.
struct JSONPartialValue: Sendable {
    private var scanner: JSONValueScanner
    private var buffer: [UInt8] = []

    /// Begins with the first byte of a value, which ``feed(_:from:limit:parse:)`` must still be given.
    init(first: UInt8) {
        self.scanner = JSONValueScanner(first: first)
    }

    /// What a piece of bytes did to the value.
    enum Progress {
        /// The value goes on in the next piece.
        case incomplete
        /// The value is complete; what follows it begins at the position.
        case complete(Tree, next: Int)
    }

    /// Takes the bytes of `piece` from `start` on; parses the value once it is complete, without a copy if it is in one piece.
    mutating func feed(
        _ piece: ArraySlice<UInt8>,
        from start: Int,
        options: JSONParser.Options,
        cache: inout StringCache
    ) throws(ParseError) -> Progress {
        let scanned = buffer.isEmpty ? start + 1 : start
        let end = unsafe piece.withUnsafeBufferPointer { bytes in
            unsafe scanner.scan(bytes, from: scanned - piece.startIndex).map { $0 + piece.startIndex }
        }
        let last = end ?? piece.endIndex
        guard last - start <= options.maxBytes - buffer.count else {
            let message = "one value has more than the \(options.maxBytes) bytes allowed"
            throw ParseError(code: .tooLarge, message: message, line: 1, column: 1)
        }
        if buffer.isEmpty, end != nil {
            return .complete(try JSONParser.parse(piece[start..<last], options: options, cache: &cache), next: last)
        }
        buffer.append(contentsOf: piece[start..<last])
        guard end != nil else { return .incomplete }
        return .complete(try JSONParser.parse(buffer[...], options: options, cache: &cache), next: last)
    }

    /// The value when the text ends here; throws when it is not complete.
    func finish(options: JSONParser.Options) throws(ParseError) -> Tree {
        try JSONParser.parse(buffer, options: options)
    }
}
