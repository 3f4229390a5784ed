internal import DataTree

/// Finds values whose kind rendering cannot use; the kinds are those of the defaults.
///
/// Helm's templates pass over most of them, or fail with an error that names no field.
enum ValueKinds {
    /// Throws for the first value that is of another kind than its default.
    ///
    /// Null and empty text count as not set; what has no default may be anything; texts and numbers stand in for each other.
    static func check(_ given: Tree, against defaults: Tree, at path: String) throws(RenderError) {
        guard case .object(let known) = defaults, case .object(let object) = given else { return }
        for entry in object.sorted() {
            guard let expected = known[entry.key], entry.value.isSet || entry.value.object != nil else { continue }
            let place = "\(path).\(entry.key)"
            if let kind = mismatch(entry.value, expected) {
                throw RenderError(
                    at: place,
                    "\(entry.value.jsonText(.compact).prefix(60)): is of kind \(entry.value.kindName), "
                        + "not \(kind); \(remedy(kind))"
                )
            }
            try check(entry.value, against: expected, at: place)
        }
    }

    /// The kind that is wanted where the value has another.
    private static func mismatch(_ value: Tree, _ expected: Tree) -> String? {
        switch (expected, value) {
        case (.object, .object), (.array, .array), (.bool, .bool), (.null, _): nil
        case (.object, _): "object"
        case (.array, _): "array"
        case (.bool, _): "boolean"
        case (_, .object), (_, .array): "text or number"
        default: nil
        }
    }

    private static func remedy(_ kind: String) -> String {
        switch kind {
        case "object": "write fields below it"
        case "array": "write a list"
        case "boolean": "write true or false, without quotes"
        default: "write one value"
        }
    }
}
