internal import DataTree
internal import MeshAPI

/// Settings that Istio passes over: most often a name with a letter wrong.
enum SettingNotes {
    /// One note per key of `spec.values` and field of MeshConfig that nobody reads, with the name that may have been meant.
    ///
    /// Values of earlier releases are told of elsewhere.
    static func unknown(in spec: MeshOperatorSpec) -> [String] {
        let retired = Set(RetiredValues.findings(in: spec.values).map(\.field))
        let values = ValuesShape.current.findings(in: spec.values, at: TreePath(keys: "spec", "values"))
        let config = MeshConfigShape.current.findings(in: spec.meshConfig, at: TreePath(keys: "spec", "meshConfig"))
        return values.unknown.filter { path in !retired.contains { isPart($0, of: path.description) } }.map { path in
            note(path, "no chart of Istio reads it, so it has no effect", values)
        }
            + config.unknown.map { path in
                note(path, "is not a field of MeshConfig, istiod passes over it", config)
            }
    }

    private static func note(_ path: TreePath, _ problem: String, _ found: ShapeTable.Findings) -> String {
        let meant = found.suggestion(for: path)
        return "\(path): \(problem)" + (meant.isEmpty ? "; remove it" : meant)
    }

    private static func isPart(_ field: String, of path: String) -> Bool {
        field == path || field.hasPrefix(path + ".")
    }
}
