internal import CYAML

/// The events of a YAML text, read by libyaml.
///
/// The bytes must outlive the value.
///
/// Safe to use: it owns the parser, and copies whatever an event points to before the event is given back.
@safe
struct YAMLEventSource: ~Copyable {
    private let parser: UnsafeMutablePointer<yaml_parser_t>

    init(_ bytes: UnsafeBufferPointer<UInt8>) throws(ParseError) {
        unsafe parser = .allocate(capacity: 1)
        guard unsafe yaml_parser_initialize(parser) == 1 else {
            unsafe parser.deallocate()
            throw ParseError(code: .tooLarge, message: "no memory for the YAML parser", line: 1, column: 1)
        }
        unsafe yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        unsafe yaml_parser_set_input_string(parser, bytes.baseAddress, bytes.count)
    }

    deinit {
        unsafe yaml_parser_delete(parser)
        unsafe parser.deallocate()
    }

    /// The next event; the start of the stream is left out.
    mutating func next() throws(ParseError) -> YAMLEvent {
        while true {
            var event = unsafe yaml_event_t()
            guard unsafe yaml_parser_parse(parser, &event) == 1 else { throw failure() }
            defer { unsafe yaml_event_delete(&event) }
            if let converted = try unsafe Self.convert(event) { return converted }
        }
    }

    private static func convert(_ event: yaml_event_t) throws(ParseError) -> YAMLEvent? {
        var result = unsafe YAMLEvent(
            kind: .streamEnd,
            line: Int(event.start_mark.line) + 1,
            column: Int(event.start_mark.column) + 1
        )
        switch unsafe event.type {
        case YAML_STREAM_END_EVENT: break
        case YAML_DOCUMENT_START_EVENT: result.kind = .documentStart
        case YAML_DOCUMENT_END_EVENT: result.kind = .documentEnd
        case YAML_ALIAS_EVENT: result.kind = unsafe .alias(text(event.data.alias.anchor) ?? "")
        case YAML_SCALAR_EVENT:
            let scalar = unsafe event.data.scalar
            let bytes = unsafe UnsafeBufferPointer(start: scalar.value, count: scalar.length)
            guard let value = unsafe String(validating: bytes, as: UTF8.self) else {
                throw result.error(.invalidUnicode, "the scalar is not valid UTF-8")
            }
            result.kind = unsafe .scalar(value, isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE)
            result.anchor = unsafe text(scalar.anchor)
            result.tag = unsafe text(scalar.tag)
        case YAML_SEQUENCE_START_EVENT:
            result.kind = .sequenceStart
            result.anchor = unsafe text(event.data.sequence_start.anchor)
            result.tag = unsafe text(event.data.sequence_start.tag)
        case YAML_MAPPING_START_EVENT:
            result.kind = .mappingStart
            result.anchor = unsafe text(event.data.mapping_start.anchor)
            result.tag = unsafe text(event.data.mapping_start.tag)
        case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: result.kind = .collectionEnd
        default: return nil
        }
        return result
    }

    private static func text(_ pointer: UnsafeMutablePointer<yaml_char_t>?) -> String? {
        unsafe pointer.map { unsafe String(cString: $0) }
    }

    private func failure() -> ParseError {
        let problem = unsafe parser.pointee.problem.map { unsafe String(cString: $0) } ?? "malformed YAML"
        if unsafe parser.pointee.error == YAML_READER_ERROR {
            return readerFailure(problem)
        }
        let mark = unsafe parser.pointee.problem_mark
        let context = unsafe parser.pointee.context.map { unsafe String(cString: $0) + ": " } ?? ""
        return ParseError(
            code: .syntax,
            message: context + problem,
            line: Int(mark.line) + 1,
            column: Int(mark.column) + 1
        )
    }

    /// A fault in the bytes themselves, for which libyaml names an offset rather than a line.
    private func readerFailure(_ problem: String) -> ParseError {
        let input = unsafe parser.pointee.input.string
        let count = unsafe input.start.map { start in unsafe input.end.map { unsafe $0 - start } ?? 0 } ?? 0
        let bytes = unsafe UnsafeBufferPointer(start: input.start, count: count)
        let before = unsafe bytes.prefix(min(count, Int(parser.pointee.problem_offset)))
        let line = unsafe before.count { $0 == UInt8(ascii: "\n") } + 1
        let lineStart = unsafe before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        let column = unsafe String(decoding: before[lineStart...], as: UTF8.self).unicodeScalars.count + 1
        let code: ParseError.Code = problem.contains("UTF-8") ? .invalidUnicode : .syntax
        return ParseError(code: code, message: problem, line: line, column: column)
    }
}
