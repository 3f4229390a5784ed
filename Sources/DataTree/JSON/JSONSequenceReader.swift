/// Reads JSON values that follow each other, such as the events of a watch, as their bytes come in.
public struct JSONSequenceReader: Sendable {
    /// Rules for each value; `maxBytes` limits one value.
    public let options: JSONParser.Options

    /// Makes a reader at the start of a stream.
    public init(options: JSONParser.Options = JSONParser.Options()) {
        self.options = options
    }

    /// Takes the next bytes and gives the values they complete, in order.
    public mutating func push(_ bytes: ArraySlice<UInt8>) throws(ParseError) -> [Tree] {
        throw ParseError(code: .unsupported, message: "not written yet", line: 1, column: 1)
    }

    /// Ends the stream; throws when it ends within a value. Gives the last value when it is a number without an end mark.
    public mutating func finish() throws(ParseError) -> [Tree] {
        throw ParseError(code: .unsupported, message: "not written yet", line: 1, column: 1)
    }
}
