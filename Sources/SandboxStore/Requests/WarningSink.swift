internal import Synchronization

/// Gathers warnings for the client of one request, which get them as `Warning` headers.
package final class WarningSink: Sendable {
    private let texts = Mutex<[String]>([])

    /// Makes an empty sink.
    package init() {}

    /// Adds a warning; the same text counts once.
    package func add(_ text: String) {
        texts.withLock { if !$0.contains(text) { $0.append(text) } }
    }

    /// The header fields, in the order of the warnings (RFC 7234, section 5.5, code 299).
    package var headers: [HeaderField] {
        texts.withLock { $0 }.map { text in
            let escaped = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
            let printable = String(escaped.unicodeScalars.map { $0.value < 0x20 ? " " : Character($0) })
            return HeaderField("Warning", "299 - \"\(printable)\"")
        }
    }
}
