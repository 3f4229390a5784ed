/// A set of fields of an object, as `metadata.managedFields` keeps them (FieldsV1 of meta/v1).
public struct FieldSet: Sendable, Hashable {
    /// The steps that are in the set themselves.
    var members: Set<FieldStep> = []
    /// Sets below steps.
    var children: [FieldStep: FieldSet] = [:]

    /// Makes an empty set.
    public init() {}
}
