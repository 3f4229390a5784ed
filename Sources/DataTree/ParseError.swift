public import MeshBase

/// Why a text is not the JSON or YAML it should be, and where.
public struct ParseError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kinds of fault.
    public enum Code: String, ErrorCode {
        /// The text breaks the grammar.
        case syntax = "MalformedText"
        /// The text ends too early.
        case unexpectedEnd = "TextEndsEarly"
        /// The bytes are not valid UTF-8, or an escape names half of a surrogate pair.
        case invalidUnicode = "InvalidUnicode"
        /// An object has the same key twice.
        case duplicateKey = "DuplicateKey"
        /// Objects and arrays are nested deeper than allowed.
        case tooDeep = "TooDeep"
        /// The text is longer than allowed.
        case tooLarge = "TooLarge"
        /// Aliases make the document larger than allowed.
        case tooManyAliases = "TooManyAliases"
        /// A value is valid YAML but has no counterpart in JSON.
        case unsupported = "UnsupportedValue"

        /// The text is wrong and stays so.
        public var retryClass: RetryClass { .invalid }
    }

    /// The kind of fault.
    public let code: Code
    /// What is wrong, without the place.
    public let message: String
    /// The line of the fault, counted from 1.
    public let line: Int
    /// The column of the fault, counted from 1: in bytes for JSON, in characters for YAML.
    public let column: Int

    /// Makes an error.
    public init(code: Code, message: String, line: Int, column: Int) {
        self.code = code
        self.message = message
        self.line = line
        self.column = column
    }

    /// The place and what is wrong there.
    public var description: String { "line \(line), column \(column): \(message)" }
}
