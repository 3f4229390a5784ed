internal import DataTree

/// One version of a custom resource, as its definition describes it.
package struct CustomVersion: Sendable {
    /// Where the scale subresource finds its numbers.
    struct Scale: Sendable, Hashable {
        /// For example `.spec.replicas`.
        var specReplicas: String
        var statusReplicas: String
        var labelSelector: String?
    }

    /// The webhook that converts between versions.
    struct Conversion: Sendable, Hashable {
        /// `clientConfig`.
        var client: Tree
        /// The versions of reviews it understands, preferred first.
        var reviewVersions: [String]
    }

    /// The name of the definition.
    let definition: String
    let listKind: String
    /// The columns of tables, behind the name.
    let columns: [TableColumn]
    let hasStatus: Bool
    let scale: Scale?
    /// The fields that can be selected by, such as `spec.host`.
    let selectableFields: Set<String>
    /// Whether the definition is going away, so that nothing new is created.
    var isTerminating = false
    /// What clients of this version are told.
    let deprecationWarning: String?
    /// Who converts between versions; nil where only `apiVersion` changes.
    var conversion: Conversion?
}
