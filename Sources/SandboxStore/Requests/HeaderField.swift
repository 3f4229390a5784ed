/// A header field.
package struct HeaderField: Sendable, Hashable {
    /// The name, compared without regard to case.
    package var name: String
    /// The value.
    package var value: String

    /// Makes a field.
    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}
