/// Why a text is not the JSON or YAML it should be, and where.
public struct ParseError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kinds of fault.
    public enum Code: Sendable, Hashable {
        /// The text breaks the grammar.
        case syntax
        /// The text ends too early.
        case unexpectedEnd
        /// The bytes are not valid UTF-8, or an escape names half of a surrogate pair.
        case invalidUnicode
        /// An object has the same key twice.
        case duplicateKey
        /// Objects and arrays are nested deeper than allowed.
        case tooDeep
        /// The text is longer than allowed.
        case tooLarge
        /// Aliases make the document larger than allowed.
        case tooManyAliases
        /// A value is valid YAML but has no counterpart in JSON.
        case unsupported
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
