/// The header fields of a message, in the order in which they were sent (RFC 9110, section 5).
///
/// Names compare without regard to case. A name may appear several times.
package struct HeaderFields: Sendable, Hashable {
    /// One name and value.
    package struct Field: Sendable, Hashable {
        /// The name as it was written.
        package var name: String
        /// The value without surrounding white space.
        package var value: String

        /// Makes a field.
        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// All fields in order.
    package private(set) var fields: [Field]

    /// Makes a collection of fields.
    package init(_ fields: [Field] = []) {
        self.fields = fields
    }

    /// The first value under `name`; setting replaces every value under it, and nil removes them.
    package subscript(name: String) -> String? {
        get { fields.first { Self.isSame($0.name, name) }?.value }
        set {
            fields.removeAll { Self.isSame($0.name, name) }
            if let newValue { fields.append(Field(name, newValue)) }
        }
    }

    /// Every value under `name`, in order.
    package func values(_ name: String) -> [String] {
        fields.filter { Self.isSame($0.name, name) }.map(\.value)
    }

    /// Appends a field and keeps those already there.
    package mutating func add(_ name: String, _ value: String) {
        fields.append(Field(name, value))
    }

    private static func isSame(_ left: String, _ right: String) -> Bool {
        let (one, other) = (left.utf8, right.utf8)
        return one.count == other.count && zip(one, other).allSatisfy { lowercased($0) == lowercased($1) }
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 {
        byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
    }
}

extension HeaderFields: ExpressibleByDictionaryLiteral {
    /// Makes fields of names and values.
    package init(dictionaryLiteral elements: (String, String)...) {
        self.init(elements.map { Field($0.0, $0.1) })
    }
}
