package import KubeAPI
package import StructuralSchema

/// One kind that every API server has: how it is reached, what it is called and what it looks like.
package struct NativeKind: Sendable {
    /// A subresource such as `status` or `scale`.
    package struct Subresource: Sendable, Hashable {
        /// The last part of the path.
        package var name: String
        /// The kind its requests and answers carry.
        package var kind: GroupVersionKind
        /// What can be done with it.
        package var verbs: [String]
    }

    /// Kind, plural and scope.
    package var resource: APIResource
    /// The singular, lower case.
    package var singular: String
    /// Abbreviations for command lines.
    package var shortNames: [String]
    /// Groups of kinds, such as `all`.
    package var categories: [String]
    /// What can be done with objects of the kind; only `create` for reviews.
    package var verbs: [String]
    /// Subresources in alphabetical order.
    package var subresources: [Subresource]
    /// The name of the schema in OpenAPI.
    package var definitionName: String

    /// The schema of the kind.
    package var schema: SchemaNode { NativeSchemas.shared.schema(definitionName) ?? .anything }
    /// Group, version and kind.
    package var kind: GroupVersionKind { resource.kind }
    /// Whether objects are stored; reviews, bindings and the like are only answered.
    package var isStored: Bool { verbs.contains("list") }
    /// Whether writes to the main resource leave `status` alone.
    package var hasStatus: Bool { subresources.contains { $0.name == "status" } }
}
