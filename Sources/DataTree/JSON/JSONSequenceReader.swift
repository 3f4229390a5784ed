/// Reads JSON values that follow each other, such as the events of a watch, as their bytes come in.
///
/// Values may be separated by white space or by nothing. After an error the reader is of no further use.
public struct JSONSequenceReader: Sendable {
    /// Rules for each value; `maxBytes` limits one value.
    public let options: JSONParser.Options
    private var partial: JSONPartialValue?
    private var cache = StringCache()

    /// Makes a reader at the start of a stream.
    public init(options: JSONParser.Options = JSONParser.Options()) {
        self.options = options
    }

    /// Whether the bytes so far end within a value.
    public var isWithinValue: Bool { partial != nil }

    /// Takes the next bytes and gives the values they complete, in order.
    ///
    /// Lines in errors are counted from the start of the value at fault.
    public mutating func push(_ bytes: ArraySlice<UInt8>) throws(ParseError) -> [Tree] {
        var values: [Tree] = []
        var position = bytes.startIndex
        while position < bytes.endIndex {
            if partial == nil {
                switch bytes[position] {
                case 0x20, 0x0A, 0x0D, 0x09:
                    position += 1
                    continue
                default: partial = JSONPartialValue(first: bytes[position])
                }
            }
            guard var value = partial.take() else { break }
            switch try value.feed(bytes, from: position, options: options, cache: &cache) {
            case .incomplete:
                partial = value
                position = bytes.endIndex
            case .complete(let tree, let next):
                values.append(tree)
                position = next
            }
        }
        return values
    }

    /// Takes the next bytes and gives the values they complete, in order.
    public mutating func push(_ bytes: [UInt8]) throws(ParseError) -> [Tree] { try push(bytes[...]) }

    /// Ends the stream; gives the last value when it is a number or literal that only the end completes.
    ///
    /// Throws when the stream ends within a value.
    public mutating func finish() throws(ParseError) -> [Tree] {
        guard let value = partial.take() else { return [] }
        return [try value.finish(options: options)]
    }
}
