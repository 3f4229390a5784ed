public import MeshBase

/// A selector that cannot be read; never worth retrying with the same text.
public struct SelectorError: CodedError, Hashable {
    /// What is wrong, where, and what is allowed.
    public let message: String

    /// Makes an error.
    public init(_ message: String) {
        self.message = message
    }

    /// `InvalidSelector`.
    public var codeName: String { "InvalidSelector" }
    /// None.
    public var cause: (any Error)? { nil }
    /// The input is wrong.
    public var retryClass: RetryClass { .invalid }
}
