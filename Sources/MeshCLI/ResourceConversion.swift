internal import DataTree
internal import KubeAPI
package import ManifestRendering
internal import MeshAPI

/// `meshctl convert`: writes the MeshOperator that an IstioOperator comes to.
package struct ResourceConversion: Sendable {
    /// The versions known.
    package let catalogue: VersionCatalogue
    /// Where files come from.
    package let files: MeshFiles

    /// Makes the command.
    package init(catalogue: VersionCatalogue, files: MeshFiles) {
        self.catalogue = catalogue
        self.files = files
    }

    /// Converts the resource of a file; a MeshOperator comes out as it went in.
    ///
    /// The version is written out even where the catalogue's default is meant, so that the resource keeps its meaning.
    package func run(_ path: String, settings: [String] = []) throws -> CommandOutcome {
        let flags = try settings.map { try SettingFlag($0) }
        let mesh = try files.locating([path], settings: flags) {
            try files.mesh([path], settings: flags, catalogue: catalogue)
        }
        var tree = mesh.resource.object.tree
        if mesh.resource.spec.version == nil {
            let fields = tree["spec"]?.object?.entries.map { (key: $0.key, value: $0.value) } ?? []
            let version = (key: "version", value: Tree.string(catalogue.defaultVersion.description))
            tree["spec"] = .object(TreeObject([version] + fields))
        }
        return CommandOutcome(output: tree.yaml(), warnings: mesh.warnings)
    }
}
