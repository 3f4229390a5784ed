package import DataTree

/// What Istio's Helm values are and what they hold, as the charts and the API of Istio 1.27 to 1.30 have them
/// (istio/istio, `operator/pkg/apis/values_types.proto` and `manifests/charts`).
package struct ValuesShape: Sendable {
    /// What was found: values of the wrong kind or out of range, and keys that no chart reads.
    package typealias Findings = ShapeTable.Findings

    /// The values of the versions of the catalogue.
    package static let current = ValuesShape(shape: ShapeTable(table, root: "Values", passesOverEmptyText: true))

    private let shape: ShapeTable

    /// Looks at `spec.values`, the MeshConfig within it as well.
    ///
    /// Null, empty text, empty lists and empty objects count as not set, as they do in the charts' templates; numbers may be
    /// written as text. What is given below `pilot` or `cni` may also stand at the root, where these charts have it.
    ///
    /// - Parameters:
    ///   - values: the values.
    ///   - path: where they stand.
    /// - Returns: at most 50 issues, and the keys nobody knows.
    package func findings(in values: Tree, at path: TreePath) -> Findings {
        var found = shape.findings(in: values, at: path)
        guard let config = values["meshConfig"] else { return found }
        let inner = MeshConfigShape.current.findings(in: config, at: path.appending("meshConfig"))
        found.issues += inner.issues
        found.unknown += inner.unknown
        found.meant.merge(inner.meant) { mine, _ in mine }
        return found
    }

    /// All keys that hold one value each; see ``ShapeTable/leaves``.
    package var leaves: [TreePath] { shape.leaves }
}
