public import MeshBase

/// What can go wrong with a store.
public struct StoreError: CodedError, Hashable {
    /// The kinds of error.
    public enum Code: String, Sendable, Hashable {
        /// The right to write was handed out already.
        case alreadyWritten
    }

    /// What went wrong.
    public let code: Code
    /// The store and the remedy.
    public let message: String

    /// Makes an error.
    public init(code: Code, message: String) {
        self.code = code
        self.message = message
    }

    /// The stable name of the code.
    public var codeName: String {
        switch code {
        case .alreadyWritten: "StoreAlreadyWritten"
        }
    }

    /// Always nil.
    public var cause: (any Error)? { nil }

    /// Trying again cannot help: the program is wired wrongly.
    public var retryClass: RetryClass { .terminal }
}
