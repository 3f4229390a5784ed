internal import ArgumentParser
internal import ManifestRendering

extension Verbs {
    struct Manifest: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Renders the objects of a mesh, and compares them.",
            subcommands: [Generate.self, Diff.self]
        )
    }

    struct Generate: MeshVerb {
        static let configuration = CommandConfiguration(
            abstract: "Prints the objects of a mesh; no cluster is needed.",
            discussion: """
                For an IstioOperator the objects carry the labels upstream's installer gives them, so that they can be
                compared with an existing installation.

                meshctl manifest generate -f Manifests/samples/mesh.yaml
                meshctl manifest generate -f mesh.yaml --set profile=demo --set components.pilot.k8s.replicaCount=2
                """
        )

        @Option(
            name: [.customShort("f"), .customLong("filename")],
            help: "A file with the resource; - is standard input."
        )
        var files: [String] = []

        @Option(name: [.customShort("s"), .customLong("set")], help: "A setting below spec, as path=value.")
        var settings: [String] = []

        @Option(name: .shortAndLong, help: "How to print: yaml or json.")
        var output = OutputFormat.yaml

        @Option(
            name: .customLong("component"),
            help: "Print this component only, for example pilot or ingressGateways."
        )
        var components: [String] = []

        @Option(name: .customLong("crds"), help: "A file with CRDs to print with the base component.")
        var crdFiles: [String] = []

        @Option(help: "The Kubernetes version to render for.")
        var kubernetesVersion: String?

        func outcome(in surroundings: CommandSurroundings) async throws -> CommandOutcome {
            var request = ManifestGeneration.Request()
            (request.files, request.settings, request.format) = (files, settings, output)
            request.components = components
            request.crdFiles = crdFiles
            request.kubernetesVersion = kubernetesVersion
            return try ManifestGeneration(catalogue: .builtIn(), files: surroundings.files).run(request)
        }
    }

    struct Diff: MeshVerb {
        static let configuration = CommandConfiguration(
            abstract: "Shows what changes from one file to another.",
            discussion: "Each file holds objects, or a resource that is rendered first. Exits 1 when they differ."
        )

        @Argument(help: "The file before.")
        var old: String

        @Argument(help: "The file after.")
        var new: String

        func outcome(in surroundings: CommandSurroundings) async throws -> CommandOutcome {
            let generation = try ManifestGeneration(catalogue: .builtIn(), files: surroundings.files)
            return try ManifestComparison(generation: generation).run(old, new)
        }
    }

    struct Convert: MeshVerb {
        static let configuration = CommandConfiguration(
            abstract: "Writes the MeshOperator that an IstioOperator comes to.",
            discussion: "What cannot be carried over is refused, or named in a warning where it had no effect."
        )

        @Option(
            name: [.customShort("f"), .customLong("filename")],
            help: "A file or folder with resources; - is standard input."
        )
        var file: String

        @Option(name: [.customShort("s"), .customLong("set")], help: "A setting below spec, as path=value.")
        var settings: [String] = []

        func outcome(in surroundings: CommandSurroundings) async throws -> CommandOutcome {
            try ResourceConversion(catalogue: .builtIn(), files: surroundings.files).run(file, settings: settings)
        }
    }
}
