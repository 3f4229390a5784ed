internal import ArgumentParser
internal import ManifestRendering

extension Verbs {
    struct Validate: MeshVerb {
        static let configuration = CommandConfiguration(
            abstract: "Tells what is wrong with resources before a cluster does.",
            discussion: """
                MeshOperators, MeshRollouts and IstioOperators are read as strictly as the operator reads them; other kinds are
                named and passed over. Each problem names line and column, field, value and remedy.

                Exits 0 when all are right, 1 when one is wrong or a file cannot be read.
                """
        )

        @Option(
            name: [.customShort("f"), .customLong("filename")],
            help: "A file or folder with resources; - is standard input. May be given several times."
        )
        var files: [String] = []

        @Argument(help: "Further files and folders.")
        var more: [String] = []

        @Option(name: .shortAndLong, help: "Print a report as yaml or json.")
        var output: OutputFormat?

        func validate() throws {
            if files.isEmpty, more.isEmpty {
                throw ValidationError("name what to check with -f FILE; - is standard input")
            }
        }

        func outcome(in surroundings: CommandSurroundings) async throws -> CommandOutcome {
            try ResourceValidation(catalogue: .builtIn(), files: surroundings.files, today: surroundings.day)
                .run(files + more, format: output)
        }
    }

    struct Version: MeshVerb {
        static let configuration = CommandConfiguration(
            abstract: "Prints the versions of this program and of the meshes it knows, and those of a cluster."
        )

        @Option(name: .shortAndLong, help: "Print yaml or json.")
        var output: OutputFormat?

        @Flag(help: "Also ask the cluster: Kubernetes, the operator's image, its meshes.")
        var remote = false

        @OptionGroup var cluster: ClusterOptions

        func outcome(in surroundings: CommandSurroundings) async throws -> CommandOutcome {
            let report = try VersionReport(catalogue: .builtIn())
            guard remote else { return report.run(output) }
            return try await cluster.withCluster(surroundings) { client, _ in
                report.run(output, cluster: try await VersionReport.Cluster.ask(client))
            }
        }
    }
}
