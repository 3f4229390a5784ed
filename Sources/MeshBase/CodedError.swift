/// What a caller may do about an error.
///
/// It belongs to the code of the error, never to its message.
public enum RetryClass: Sendable, Hashable {
    /// May go away by itself: try again with backoff, not before `after` when the other side named a time.
    case transient(after: Duration?)
    /// Somebody else wrote first: read again, then try again.
    case conflict
    /// Waits for something outside: look again on a timer or an event; not a failure.
    case waiting
    /// The input is wrong: say so, and do nothing until it changes.
    case invalid
    /// Trying again cannot help.
    case terminal
}

/// An error with a stable code, a message for people, a cause and a retry class.
public protocol CodedError: Error, CustomStringConvertible {
    /// A stable name in UpperCamelCase, fit for a condition's `reason`.
    var codeName: String { get }
    /// What happened, naming the field or object, the value and the remedy.
    var message: String { get }
    /// The error underneath, if any.
    var cause: (any Error)? { get }
    /// What a caller may do.
    var retryClass: RetryClass { get }
}

extension CodedError {
    /// The code, the message and the causes in one line.
    public var description: String {
        var text = "\(codeName): \(message)"
        if let cause { text += " (caused by: \(cause))" }
        return text
    }
}
