/// What the YAML parser found next.
struct YAMLEvent {
    enum Kind {
        case documentStart
        case documentEnd
        case streamEnd
        /// A scalar; `isPlain` when it was neither quoted nor a block.
        case scalar(String, isPlain: Bool)
        case alias(String)
        case sequenceStart
        case mappingStart
        case collectionEnd
    }

    var kind: Kind
    var anchor: String?
    var tag: String?
    /// Counted from 1.
    var line: Int
    /// Counted from 1, in characters.
    var column: Int

    func error(_ code: ParseError.Code, _ message: String) -> ParseError {
        ParseError(code: code, message: message, line: line, column: column)
    }
}
