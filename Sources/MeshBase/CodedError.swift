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
    /// The part of ``message`` that an error which has this one as its cause repeats in its own; the whole message where there is none.
    var words: String { get }
    /// The error underneath, if any.
    var cause: (any Error)? { get }
    /// What a caller may do.
    var retryClass: RetryClass { get }
}

extension CodedError {
    /// The message.
    public var words: String { message }

    /// The code, the message and the causes in one line, each cause's words once: a message that names its cause is not followed by it.
    public var description: String { "\(codeName): \(message)\(causes(behind: message))" }

    /// The causes in brackets, without the words of those that `told` has said; of these the code stands alone.
    fileprivate func causes(behind told: String) -> String {
        guard let cause else { return "" }
        guard let coded = cause as? any CodedError else {
            let words = "\(cause)"
            return words.isEmpty || told.contains(words) ? "" : " (caused by: \(words))"
        }
        let rest = coded.causes(behind: "\(told) \(coded.message)")
        let isTold = !coded.words.isEmpty && told.contains(coded.words)
        return isTold ? " (\(coded.codeName))\(rest)" : " (caused by: \(coded.codeName): \(coded.message)\(rest))"
    }
}
