internal import CYAML

/// The events of a YAML text, read by libyaml.
///
/// The bytes must outlive the value.
struct YAMLEventSource: ~Copyable {
    private let parser: UnsafeMutablePointer<yaml_parser_t>

    init(_ bytes: UnsafeBufferPointer<UInt8>) throws(ParseError) {
        parser = .allocate(capacity: 1)
        guard yaml_parser_initialize(parser) == 1 else {
            parser.deallocate()
            throw ParseError(code: .tooLarge, message: "no memory for the YAML parser", line: 1, column: 1)
        }
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, bytes.baseAddress, bytes.count)
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
    }

    /// The next event; the start of the stream is left out.
    mutating func next() throws(ParseError) -> YAMLEvent {
        while true {
            var event = yaml_event_t()
            guard yaml_parser_parse(parser, &event) == 1 else { throw failure() }
            defer { yaml_event_delete(&event) }
            if let converted = try Self.convert(event) { return converted }
        }
    }

    private static func convert(_ event: yaml_event_t) throws(ParseError) -> YAMLEvent? {
        var result = YAMLEvent(
            kind: .streamEnd,
            line: Int(event.start_mark.line) + 1,
            column: Int(event.start_mark.column) + 1
        )
        switch event.type {
        case YAML_STREAM_END_EVENT: break
        case YAML_DOCUMENT_START_EVENT: result.kind = .documentStart
        case YAML_DOCUMENT_END_EVENT: result.kind = .documentEnd
        case YAML_ALIAS_EVENT: result.kind = .alias(text(event.data.alias.anchor) ?? "")
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            let bytes = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
            guard let value = String(validating: bytes, as: UTF8.self) else {
                throw result.error(.invalidUnicode, "the scalar is not valid UTF-8")
            }
            result.kind = .scalar(value, isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE)
            result.anchor = text(scalar.anchor)
            result.tag = text(scalar.tag)
        case YAML_SEQUENCE_START_EVENT:
            result.kind = .sequenceStart
            result.anchor = text(event.data.sequence_start.anchor)
            result.tag = text(event.data.sequence_start.tag)
        case YAML_MAPPING_START_EVENT:
            result.kind = .mappingStart
            result.anchor = text(event.data.mapping_start.anchor)
            result.tag = text(event.data.mapping_start.tag)
        case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: result.kind = .collectionEnd
        default: return nil
        }
        return result
    }

    private static func text(_ pointer: UnsafeMutablePointer<yaml_char_t>?) -> String? {
        pointer.map { String(cString: $0) }
    }

    private func failure() -> ParseError {
        let problem = parser.pointee.problem.map { String(cString: $0) } ?? "malformed YAML"
        if parser.pointee.error == YAML_READER_ERROR {
            return readerFailure(problem)
        }
        let mark = parser.pointee.problem_mark
        let context = parser.pointee.context.map { String(cString: $0) + ": " } ?? ""
        return ParseError(
            code: .syntax,
            message: context + problem,
            line: Int(mark.line) + 1,
            column: Int(mark.column) + 1
        )
    }

    /// A fault in the bytes themselves, for which libyaml names an offset rather than a line.
    private func readerFailure(_ problem: String) -> ParseError {
        let input = parser.pointee.input.string
        let count = input.start.map { start in input.end.map { $0 - start } ?? 0 } ?? 0
        let bytes = UnsafeBufferPointer(start: input.start, count: count)
        let before = bytes.prefix(min(count, Int(parser.pointee.problem_offset)))
        let line = before.count { $0 == UInt8(ascii: "\n") } + 1
        let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        let column = String(decoding: before[lineStart...], as: UTF8.self).unicodeScalars.count + 1
        let code: ParseError.Code = problem.contains("UTF-8") ? .invalidUnicode : .syntax
        return ParseError(code: code, message: problem, line: line, column: column)
    }
}
