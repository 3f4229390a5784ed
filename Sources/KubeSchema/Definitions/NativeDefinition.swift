/// One definition of the table: a named object type of the native API.
struct NativeDefinition: Sendable {
    /// The type of a field.
    indirect enum FieldType: Sendable, Hashable {
        /// A scalar or free-form type by its name in the table.
        case simple(String)
        /// Another definition by its full name.
        case definition(String)
        case list(FieldType)
        case map(FieldType)
    }

    /// One field.
    struct Field: Sendable {
        var name: String
        var type: FieldType
        var isRequired: Bool
        var facts: [Substring]
        var summary: String?
    }

    /// The name in OpenAPI, such as `io.k8s.api.apps.v1.Deployment`.
    var name: String
    var isAtomic = false
    var summary: String?
    /// The package it is of, for names without one.
    var package: String
    /// The lines that tell its fields.
    var lines: [Substring] = []
}
