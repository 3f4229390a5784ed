public import MeshBase

/// Why a patch is malformed or does not fit the value it is applied to.
public struct PatchError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kinds of fault.
    public enum Code: String, ErrorCode {
        /// The patch itself is malformed.
        case malformed = "MalformedPatch"
        /// The patch names something that the value lacks.
        case missingTarget = "PatchTargetMissing"
        /// A `test` operation found another value.
        case testFailed = "PatchTestFailed"
        /// The result would be larger or deeper than allowed.
        case tooLarge = "TooLarge"

        /// The patch does not fit and does not come to by itself.
        public var retryClass: RetryClass { .invalid }
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
