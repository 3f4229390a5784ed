/// Reads the answer of a list request piece by piece, giving out each element of `items` as soon as it is complete.
///
/// Neither the whole answer nor all elements are ever held: at most one element and the rest of the list's own fields.
public struct JSONListReader: Sendable {
    /// Rules for each element; `maxBytes` limits one element, the projection starts at the element.
    public let options: JSONParser.Options

    /// Makes a reader at the start of an answer.
    public init(options: JSONParser.Options = JSONParser.Options()) {
        self.options = options
    }

    /// Takes the next bytes and gives the elements they complete, in order.
    public mutating func push(_ bytes: ArraySlice<UInt8>) throws(ParseError) -> [Tree] {
        throw ParseError(code: .unsupported, message: "not written yet", line: 1, column: 1)
    }

    /// Ends the answer and gives what stood beside the elements: `apiVersion`, `kind`, `metadata`, with `items` empty.
    public mutating func finish() throws(ParseError) -> Tree {
        throw ParseError(code: .unsupported, message: "not written yet", line: 1, column: 1)
    }
}
