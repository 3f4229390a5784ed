/// Reads the answer of a list request piece by piece, giving out each element of `items` as soon as it is complete.
///
/// Neither the whole answer nor all elements are ever held: at most one element and the rest of the list's own fields.
/// After an error the reader is of no further use. Lines in errors are counted from the start of the element at fault.
public struct JSONListReader: Sendable {
    private enum Place: Sendable {
        /// Between the parts of the list itself.
        case header
        /// Where an element or, directly after the bracket, the end of the list may be.
        case beforeElement(isFirst: Bool)
        /// Within an element.
        case element(JSONPartialValue)
        /// Behind an element.
        case afterElement
    }

    /// Rules for each element; `maxBytes` limits one element, the projection starts at the element.
    public let options: JSONParser.Options
    private var place = Place.header
    private var header = JSONListHeader()
    private var cache = StringCache()

    /// Makes a reader at the start of an answer.
    public init(options: JSONParser.Options = JSONParser.Options()) {
        self.options = options
    }

    /// Takes the next bytes and gives the elements they complete, in order.
    public mutating func push(_ bytes: ArraySlice<UInt8>) throws(ParseError) -> [Tree] {
        var elements: [Tree] = []
        var position = bytes.startIndex
        while position < bytes.endIndex {
            switch place {
            case .header:
                if header.take(bytes[position]) { place = .beforeElement(isFirst: true) }
                position += 1
                if header.bytes.count > options.maxBytes { throw tooLarge() }
            case .beforeElement(let isFirst):
                try beforeElement(bytes[position], isFirst: isFirst, &position)
            case .element(var partial):
                place = .header  // Gives up the copy, so that the bytes below are appended in place.
                switch try partial.feed(bytes, from: position, options: options, cache: &cache) {
                case .incomplete:
                    place = .element(partial)
                    position = bytes.endIndex
                case .complete(let element, let next):
                    elements.append(element)
                    position = next
                    place = .afterElement
                }
            case .afterElement:
                try afterElement(bytes[position])
                position += 1
            }
        }
        return elements
    }

    /// Takes the next bytes and gives the elements they complete, in order.
    public mutating func push(_ bytes: [UInt8]) throws(ParseError) -> [Tree] { try push(bytes[...]) }

    /// Ends the answer and gives what stood beside the elements: `apiVersion`, `kind`, `metadata`, with `items` empty.
    ///
    /// Throws when the answer is not complete. An answer that is no list, such as a `Status`, is given as it is.
    public mutating func finish() throws(ParseError) -> Tree {
        guard case .header = place else {
            throw ParseError(code: .unexpectedEnd, message: "the text ends within items", line: 1, column: 1)
        }
        var options = options
        options.projection = nil
        return try JSONParser.parse(header.bytes, options: options)
    }

    private func tooLarge() -> ParseError {
        let message = "the list without its items has more than the \(options.maxBytes) bytes allowed"
        return ParseError(code: .tooLarge, message: message, line: 1, column: 1)
    }

    private mutating func beforeElement(_ byte: UInt8, isFirst: Bool, _ position: inout Int) throws(ParseError) {
        switch byte {
        case 0x20, 0x0A, 0x0D, 0x09: position += 1
        case UInt8(ascii: "]") where isFirst:
            position += 1
            endItems()
        case UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"), UInt8(ascii: ":"):
            throw unexpected("an element of items", byte)
        default: place = .element(JSONPartialValue(first: byte))
        }
    }

    private mutating func afterElement(_ byte: UInt8) throws(ParseError) {
        switch byte {
        case 0x20, 0x0A, 0x0D, 0x09: break
        case UInt8(ascii: ","): place = .beforeElement(isFirst: false)
        case UInt8(ascii: "]"): endItems()
        default: throw unexpected("',' or ']' after an element of items", byte)
        }
    }

    private mutating func endItems() {
        header.endItems()
        place = .header
    }

    private func unexpected(_ expectation: String, _ byte: UInt8) -> ParseError {
        let message = "expected \(expectation), found \(JSONCursor.show(byte))"
        return ParseError(code: .syntax, message: message, line: 1, column: 1)
    }
}

/// The bytes of a list without its elements, and the search for the place where they begin.
struct JSONListHeader: Sendable {
    private enum Step: Sendable {
        case other, keyItems, colonAfterItems
    }

    private(set) var bytes: [UInt8] = []
    private var depth = 0
    private var isInString = false
    private var isEscaped = false
    private var expectsKey = false
    private var stringStart = 0
    private var step = Step.other

    /// Takes a byte of the list itself; true when it is the bracket behind which the elements begin.
    mutating func take(_ byte: UInt8) -> Bool {
        bytes.append(byte)
        if isInString {
            takeWithinString(byte)
            return false
        }
        switch byte {
        case 0x20, 0x0A, 0x0D, 0x09: return false
        case UInt8(ascii: "\""):
            isInString = true
            stringStart = bytes.count
            return false
        case UInt8(ascii: ":"):
            step = step == .keyItems ? .colonAfterItems : .other
            return false
        case UInt8(ascii: "["):
            if step == .colonAfterItems { return true }
            depth += 1
        case UInt8(ascii: "{"): depth += 1
        case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
        default: break
        }
        expectsKey = depth == 1 && (byte == UInt8(ascii: "{") || byte == UInt8(ascii: ","))
        step = .other
        return false
    }

    /// Closes the list of elements.
    mutating func endItems() {
        bytes.append(UInt8(ascii: "]"))
        step = .other
        expectsKey = false
    }

    private mutating func takeWithinString(_ byte: UInt8) {
        if isEscaped {
            isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
            isEscaped = true
        } else if byte == UInt8(ascii: "\"") {
            isInString = false
            let isItems = expectsKey && bytes[stringStart..<(bytes.count - 1)].elementsEqual("items".utf8)
            step = isItems ? .keyItems : .other
            expectsKey = false
        }
    }
}
