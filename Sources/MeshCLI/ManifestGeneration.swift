internal import DataTree
package import KubeAPI
package import ManifestRendering
internal import MeshAPI

/// `meshctl manifest generate`: prints the objects of a mesh without touching a cluster.
package struct ManifestGeneration: Sendable {
    /// What the command line says.
    package struct Request: Sendable, Hashable {
        /// Files with a MeshOperator or an IstioOperator, later ones over earlier ones.
        package var files: [String] = []
        /// Settings as `path=value`, below `spec`.
        package var settings: [String] = []
        /// How to print.
        package var format = OutputFormat.yaml
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
        try Self.check(request.components, in: manifests)
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

    /// Refuses a component that the mesh has no objects of; its kind alone (`ingressGateways`) stands for all of them.
    private static func check(_ wanted: [String], in manifests: RenderedManifests) throws(CommandError) {
        let names = manifests.components.flatMap { [$0] + $0.split(separator: "/").prefix(1).map(String.init) }
        let known = Set(names.map { $0.lowercased() })
        for name in wanted where !known.contains(name.lowercased()) {
            let choices = Set(names).sorted().joined(separator: ", ")
            throw CommandError(
                .invalid,
                "--component \(name): this mesh has no such component; use one of \(choices), or enable it"
            )
        }
    }

    /// The objects of the mesh a request describes, with what conversion warned about.
    package func render(_ request: Request) throws -> (manifests: RenderedManifests, warnings: [String]) {
        if let version = request.kubernetesVersion, !Self.isKubernetesVersion(version) {
            throw CommandError(
                .invalid,
                "--kubernetes-version \(version): is no version; write it as 1.34, 1.34.1 or v1.34.1-gke.100"
            )
        }
        let settings = try request.settings.map { try SettingFlag($0) }
        let mesh = try files.locating(request.files, settings: settings) {
            try files.mesh(request.files, settings: settings, catalogue: catalogue)
        }
        var options = RenderOptions()
        options.labels = mesh.isConverted ? .upstream : .own(owner: mesh.resource.name)
        options.kubernetesVersion = request.kubernetesVersion
        for path in request.crdFiles {
            options.crds += try files.given(as: "--crds").objects(path).filter {
                $0.kind.kind == "CustomResourceDefinition"
            }
        }
        let renderer = ManifestRenderer(catalogue: catalogue)
        let manifests = try files.locating(request.files, settings: settings) {
            try renderer.render(mesh.resource.spec, options: options)
        }
        return (manifests, mesh.warnings)
    }

    /// Whether a text is `1.34`, `1.34.1` or one of those with a `v` before or a suffix behind, as API servers report it.
    private static func isKubernetesVersion(_ text: String) -> Bool {
        let plain = text.hasPrefix("v") ? text.dropFirst() : text[...]
        let numbers = plain.prefix { $0 != "-" && $0 != "+" }.split(separator: ".", omittingEmptySubsequences: false)
        return (2...3).contains(numbers.count)
            && numbers.allSatisfy { (1...4).contains($0.utf8.count) && $0.utf8.allSatisfy { (48...57).contains($0) } }
    }

    /// Objects as text.
    package static func text(_ objects: [KubeObject], _ format: OutputFormat) -> String {
        switch format {
        case .yaml: return YAML.text(objects.map(\.tree))
        case .json:
            let list: Tree = ["apiVersion": "v1", "kind": "List", "items": .array(objects.map(\.tree))]
            return list.jsonText(.pretty) + "\n"
        }
    }
}
