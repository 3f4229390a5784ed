package import DataTree

/// What fields Istio's MeshConfig has and what they hold, as its protocol buffers say.
package struct MeshConfigShape: Sendable {
    /// What was found: values istiod would not start with, and fields that it passes over.
    package typealias Findings = ShapeTable.Findings

    /// MeshConfig as the newest version of the catalogue has it.
    package static let current = MeshConfigShape(shape: ShapeTable(table, root: "MeshConfig"))

    private let shape: ShapeTable

    /// Looks at a MeshConfig; names are accepted in their JSON form and as the protocol buffers write them.
    package func findings(in tree: Tree, at path: TreePath) -> Findings { shape.findings(in: tree, at: path) }

    /// All fields that are one value each; see ``ShapeTable/leaves``.
    package var leaves: [TreePath] { shape.leaves }
}
