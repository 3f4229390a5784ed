/// The codes of one domain of errors; what a caller may do belongs to the code.
///
/// The raw value is the code's stable name in UpperCamelCase; docs/errors.md lists every one.
public protocol ErrorCode: RawRepresentable<String>, CaseIterable, Sendable, Hashable {
    /// What a caller may do.
    var retryClass: RetryClass { get }
}

/// An error of one domain: a code, a message, perhaps a cause.
///
/// Two are equal when code and message are; causes are not compared.
public protocol CodedFailure: CodedError, Hashable {
    /// The codes of the domain.
    associatedtype Code: ErrorCode
    /// What went wrong.
    var code: Code { get }
}

extension CodedFailure {
    /// The code's name.
    public var codeName: String { code.rawValue }

    /// What a caller may do, by code.
    public var retryClass: RetryClass { code.retryClass }

    /// None, where a domain has none.
    public var cause: (any Error)? { nil }

    /// Compares code and message.
    public static func == (left: Self, right: Self) -> Bool {
        left.code == right.code && left.message == right.message
    }

    /// Hashes code and message.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(code)
        hasher.combine(message)
    }
}
