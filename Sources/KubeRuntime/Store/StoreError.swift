public import MeshBase

/// What can go wrong with a store.
public struct StoreError: CodedFailure {
    /// The kinds of error.
    public enum Code: String, ErrorCode {
        /// The right to write was handed out already.
        case alreadyWritten = "StoreAlreadyWritten"

        /// Trying again cannot help: the program is wired wrongly.
        public var retryClass: RetryClass { .terminal }
    }

    /// What went wrong.
    public let code: Code
    /// The store and the remedy.
    public let message: String

    /// Makes an error.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}
