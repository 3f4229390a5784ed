package import DataTree

/// How values are printed for machines.
package enum OutputFormat: String, Sendable, Hashable, CaseIterable {
    /// YAML.
    case yaml
    /// JSON, indented.
    case json

    /// One value as text, ending with a new line.
    package func text(_ tree: Tree) -> String {
        switch self {
        case .yaml: tree.yaml()
        case .json: tree.jsonText(.pretty) + "\n"
        }
    }
}
