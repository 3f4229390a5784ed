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

    /// Converts the resource of a file, or those of the files of a folder, each of which holds one; a MeshOperator comes out as it went in.
    ///
    /// Files of a folder without one are passed over with a warning. The version is written out even where the catalogue's default is
    /// meant, so that the resource keeps its meaning.
    ///
    /// - Parameters:
    ///   - path: a file, `-` for standard input, or a folder.
    ///   - settings: settings below `spec` for all of them, as `path=value`.
    /// - Returns: the MeshOperators as YAML.
    /// - Throws: ``CommandError`` naming what cannot be read or converted.
    package func run(_ path: String, settings: [String] = []) throws -> CommandOutcome {
        let flags = try settings.map { try SettingFlag($0) }
        let paths = try files.expand(path)
        guard paths != [path] else {
            let (tree, warnings) = try convert(path, flags)
            return CommandOutcome(output: tree.yaml(), warnings: warnings)
        }
        var (trees, warnings): ([Tree], [String]) = ([], [])
        for file in paths {
            guard try files.objects(file).contains(where: MeshFiles.isNamedMesh) else {
                warnings.append("\(file): holds no MeshOperator or IstioOperator, and is passed over")
                continue
            }
            let (tree, more) = try convert(file, flags)
            trees.append(tree)
            warnings += more.map { "\(file): \($0)" }
        }
        guard !trees.isEmpty else {
            throw CommandError(
                .badFile,
                "\(path): no file named *.yaml, *.yml or *.json holds a MeshOperator or IstioOperator; name another folder"
            )
        }
        return CommandOutcome(output: YAML.text(trees), warnings: warnings)
    }

    private func convert(_ path: String, _ flags: [SettingFlag]) throws -> (tree: Tree, warnings: [String]) {
        let mesh = try files.locating([path], settings: flags) {
            try files.mesh([path], settings: flags, catalogue: catalogue)
        }
        var tree = mesh.resource.object.tree
        if mesh.resource.spec.version == nil {
            let fields = tree["spec"]?.object?.entries.map { (key: $0.key, value: $0.value) } ?? []
            let version = (key: "version", value: Tree.string(catalogue.defaultVersion.description))
            tree["spec"] = .object(TreeObject([version] + fields))
        }
        return (tree, mesh.warnings)
    }
}
