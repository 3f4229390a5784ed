package import MeshBase

/// Why the store refused something.
package struct StorageError: CodedError, Hashable {
    /// The kinds of refusal.
    package enum Code: Sendable, Hashable {
        /// There is already an object under that key.
        case exists
        /// There is no object under that key.
        case missing
        /// The object changed since it was read.
        case changed
        /// The revision asked for is no longer kept.
        case compacted
        /// The revision asked for has not happened yet.
        case future
        /// The log could not be written; the store takes no more writes.
        case logFailed
        /// The log could not be read back.
        case logDamaged
    }

    /// The kind of refusal.
    package let code: Code
    /// What happened.
    package let message: String
    /// The error underneath.
    package let cause: (any Error)?

    /// Makes an error.
    package init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    package var codeName: String {
        switch code {
        case .exists: "Exists"
        case .missing: "Missing"
        case .changed: "Changed"
        case .compacted: "Compacted"
        case .future: "FutureRevision"
        case .logFailed: "LogFailed"
        case .logDamaged: "LogDamaged"
        }
    }

    package var retryClass: RetryClass {
        switch code {
        case .changed: .conflict
        case .future: .transient(after: nil)
        case .exists, .missing, .compacted: .invalid
        case .logFailed, .logDamaged: .terminal
        }
    }

    /// Equality without the cause.
    package static func == (left: StorageError, right: StorageError) -> Bool {
        left.code == right.code && left.message == right.message
    }

    /// Hashes without the cause.
    package func hash(into hasher: inout Hasher) {
        hasher.combine(code)
        hasher.combine(message)
    }
}
