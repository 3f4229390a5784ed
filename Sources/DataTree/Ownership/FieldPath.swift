/// One step of a path to an owned field (FieldsV1 of meta/v1).
public enum FieldStep: Sendable, Hashable {
    /// A field of an object, `f:name`.
    case field(String)
    /// The element of a map list with these key fields, `k:{"name":"x"}`.
    case key(TreeObject)
    /// The element of a set with this value, `v:"x"`.
    case value(Tree)
    /// The element at a place of a list, `i:0`.
    case index(Int)
}

/// The steps from the root of an object to an owned field.
public struct FieldPath: Sendable, Hashable {
    /// The steps, from the root on.
    public var steps: [FieldStep]

    /// Makes a path.
    public init(_ steps: [FieldStep]) {
        self.steps = steps
    }

    /// Makes a path of fields only.
    public init(fields: String...) {
        self.steps = fields.map { .field($0) }
    }
}
