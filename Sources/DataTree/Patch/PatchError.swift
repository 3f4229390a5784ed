/// Why a patch is malformed or does not fit the value it is applied to.
public struct PatchError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kinds of fault.
    public enum Code: Sendable, Hashable {
        /// The patch itself is malformed.
        case malformed
        /// The patch names something that the value lacks.
        case missingTarget
        /// A `test` operation found another value.
        case testFailed
        /// The result would be larger or deeper than allowed.
        case tooLarge
    }

    /// The kind of fault.
    public let code: Code
    /// What is wrong, naming the operation or field.
    public let message: String

    /// Makes an error.
    public init(code: Code, message: String) {
        self.code = code
        self.message = message
    }

    /// What is wrong.
    public var description: String { message }
}
