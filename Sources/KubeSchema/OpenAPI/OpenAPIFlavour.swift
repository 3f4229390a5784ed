/// The two versions of OpenAPI that an API server publishes.
enum OpenAPIFlavour: Sendable, Hashable {
    /// Swagger 2.0, one document for everything.
    case v2
    /// OpenAPI 3.0, one document for each group and version.
    case v3

    /// What comes before the name of a definition in a reference.
    var referencePrefix: String {
        switch self {
        case .v2: "#/definitions/"
        case .v3: "#/components/schemas/"
        }
    }
}
