internal import DataTree
package import KubeAPI
package import ManifestRendering
internal import MeshAPI

/// `meshctl manifest generate`: prints the objects of a mesh without touching a cluster.
package struct ManifestGeneration: Sendable {
    /// How objects are printed.
    package enum Format: String, Sendable, Hashable, CaseIterable {
        /// YAML documents, one per object.
        case yaml
        /// A JSON `List`.
        case json
    }

    /// What the command line says.
    package struct Request: Sendable, Hashable {
        /// Files with a MeshOperator or an IstioOperator, later ones over earlier ones.
        package var files: [String] = []
        /// Settings as `path=value`, below `spec`.
        package var settings: [String] = []
        /// How to print.
        package var format = Format.yaml
        /// Components to print, empty for all.
        package var components: [String] = []
        /// Files with CRDs to print with the base component.
        package var crdFiles: [String] = []
        /// The Kubernetes version to render for, nil for none in particular.
        package var kubernetesVersion: String?

        /// Makes a request of defaults.
        package init() {}
    }

    /// The versions known.
    package let catalogue: VersionCatalogue
    /// Where files come from.
    package let files: MeshFiles

    /// Makes the command.
    package init(catalogue: VersionCatalogue, files: MeshFiles) {
        self.catalogue = catalogue
        self.files = files
    }

    /// Renders and prints; throws errors that name file, field and remedy.
    package func run(_ request: Request) throws -> CommandOutcome {
        let (manifests, warnings) = try render(request)
        let wanted = Set(request.components.map { $0.lowercased() })
        let objects = manifests.rendered.filter { entry in
            let name = entry.component.lowercased()
            return wanted.isEmpty || wanted.contains(name)
                || wanted.contains(name.split(separator: "/").first.map(String.init) ?? name)
        }
        return CommandOutcome(
            output: Self.text(objects.map(\.object), request.format),
            warnings: warnings + manifests.warnings
        )
    }

    /// The objects of the mesh a request describes, with what conversion warned about.
    package func render(_ request: Request) throws -> (manifests: RenderedManifests, warnings: [String]) {
        let settings = try request.settings.map { try SettingFlag($0) }
        let mesh = try files.mesh(request.files, settings: settings, catalogue: catalogue)
        var options = RenderOptions()
        options.labels = mesh.isConverted ? .upstream : .own(owner: mesh.resource.name)
        options.kubernetesVersion = request.kubernetesVersion
        for path in request.crdFiles {
            options.crds += try files.objects(path).filter { $0.kind.kind == "CustomResourceDefinition" }
        }
        let renderer = ManifestRenderer(catalogue: catalogue)
        return (try renderer.render(mesh.resource.spec, options: options), mesh.warnings)
    }

    /// Objects as text.
    package static func text(_ objects: [KubeObject], _ format: Format) -> String {
        switch format {
        case .yaml: return YAML.text(objects.map(\.tree))
        case .json:
            let list: Tree = ["apiVersion": "v1", "kind": "List", "items": .array(objects.map(\.tree))]
            return list.jsonText(.pretty) + "\n"
        }
    }
}
