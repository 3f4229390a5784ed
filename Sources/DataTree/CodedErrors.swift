public import MeshBase

extension ParseError: CodedError {
    /// The kind of fault, as a condition would name it.
    public var codeName: String { code.rawValue }
    /// Nothing underneath.
    public var cause: (any Error)? { nil }
    /// Goes by the code.
    public var retryClass: RetryClass { code.retryClass }
}

extension PatchError: CodedFailure {}

extension FieldSet.DecodingFailure: CodedError {
    /// `MalformedFields`.
    public var codeName: String { "MalformedFields" }
    /// What is wrong, naming the key.
    public var message: String { description }
    /// Nothing underneath.
    public var cause: (any Error)? { nil }
    /// The set is wrong and stays so.
    public var retryClass: RetryClass { .invalid }
}

extension StructuredMerge.Failure: CodedError {
    /// `ApplyConflict` or `InvalidConfiguration`.
    public var codeName: String {
        switch self {
        case .conflicts: "ApplyConflict"
        case .invalid: "InvalidConfiguration"
        }
    }

    /// The fields and their owners, or the field and what is wrong with it.
    public var message: String {
        switch self {
        case .conflicts(let conflicts):
            let shown = conflicts.map { "\($0.path) is owned by \"\($0.owner.manager)\"" }
            return shown.joined(separator: ", ") + "; apply with force to take over"
        case .invalid(let path, let message): return "\(path): \(message)"
        }
    }

    /// Nothing underneath.
    public var cause: (any Error)? { nil }

    /// A conflict wants a decision, a fault in the configuration a change: neither goes away by itself.
    public var retryClass: RetryClass { .invalid }
}
