/// Why a pattern was refused.
package struct PatternError: Error, Hashable, CustomStringConvertible {
    /// The class of the error.
    package enum Code: String, Sendable, Hashable {
        case missingParenthesis = "missing closing )"
        case unexpectedParenthesis = "unexpected )"
        case missingBracket = "missing closing ]"
        case invalidRange = "invalid character class range"
        case invalidEscape = "invalid escape sequence"
        case missingRepeatArgument = "missing argument to repetition operator"
        case invalidRepeat = "invalid repeat count"
        case nestedRepeat = "invalid nested repetition operator"
        case invalidGroup = "invalid or unsupported Perl syntax"
        case trailingBackslash = "trailing backslash at end of expression"
        case tooLarge = "expression too large"
        case tooDeep = "expression nests too deeply"
    }

    /// The class of the error.
    package let code: Code
    /// The part of the pattern that is wrong.
    package let fragment: String

    /// The message as RE2 implementations word it.
    package var description: String { "error parsing regexp: \(code.rawValue): `\(fragment)`" }
}
