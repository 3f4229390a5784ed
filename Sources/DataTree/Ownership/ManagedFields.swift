/// One entry of `metadata.managedFields` (`ManagedFieldsEntry` of meta/v1).
public struct ManagedFieldsEntry: Sendable, Hashable {
    /// How the fields came to be owned.
    public enum Operation: String, Sendable, Hashable {
        /// By server-side apply.
        case apply = "Apply"
        /// By any other write.
        case update = "Update"
    }

    /// Who owns the fields.
    public var manager: String
    /// How they came to be owned.
    public var operation: Operation
    /// The version of the API in which the fields are named.
    public var apiVersion: String
    /// The subresource written through, empty for the object itself.
    public var subresource: String
    /// When the entry last changed, in RFC 3339; nil when not known.
    public var time: String?
    /// The fields owned.
    public var fields: FieldSet

    /// Makes an entry.
    public init(
        manager: String,
        operation: Operation,
        apiVersion: String,
        subresource: String = "",
        time: String? = nil,
        fields: FieldSet = FieldSet()
    ) {
        self.manager = manager
        self.operation = operation
        self.apiVersion = apiVersion
        self.subresource = subresource
        self.time = time
        self.fields = fields
    }
}
